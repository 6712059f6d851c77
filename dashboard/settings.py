"""What the server is told from outside, read once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The server's settings; the defaults are those of a fresh clone."""

    data_dir: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = 8050

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read ICS_DATA_DIR, ICS_HOST and PORT. Raises ValueError, naming the variable, where PORT is not a port."""
        port = environment.get("PORT", "8050")
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError(f"PORT is {port!r}; expected a whole number from 1 to 65535")
        return cls(
            data_dir=Path(environment.get("ICS_DATA_DIR") or "data"),
            host=environment.get("ICS_HOST") or "127.0.0.1",
            port=int(port),
        )
