"""What the server is told from outside, read once."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: A shorter secret could be guessed.
_SHORTEST_KEY = 32


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The server's settings; the defaults are those of a fresh clone.

    `database_url` is where interventions are kept, a file in the data folder where it is None. `local_writes` lets
    whoever reaches the server write, so it goes with a loopback address alone.
    """

    data_dir: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = 8050
    database_url: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    local_writes: bool = False

    def __post_init__(self) -> None:
        if self.local_writes and not is_loopback(self.host):
            raise ValueError(
                f"ICS_LOCAL_WRITES is on and ICS_HOST is {self.host!r}: whoever reaches the server could write. Serve "
                "on 127.0.0.1, or for others to read set ICS_LOCAL_WRITES=0"
            )
        if self.database_url is not None and not self.database_url.startswith(("postgresql://", "postgres://")):
            raise ValueError("ICS_DATABASE_URL has another form; expected postgresql://USER:PASSWORD@HOST/DATABASE")
        if self.secret_key is not None and len(self.secret_key) < _SHORTEST_KEY:
            raise ValueError(f"ICS_SECRET_KEY is too short; expected {_SHORTEST_KEY} characters or more")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read ICS_DATA_DIR, ICS_HOST, PORT and the settings of the store.

        Raises ValueError, naming the variable, for what cannot be.
        """
        port = environment.get("PORT", "8050")
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError(f"PORT is {port!r}; expected a whole number from 1 to 65535")
        writes = environment.get("ICS_LOCAL_WRITES") or "0"
        if writes not in ("0", "1"):
            raise ValueError(f"ICS_LOCAL_WRITES is {writes!r}; expected 1 for on, or 0")
        return cls(
            data_dir=Path(environment.get("ICS_DATA_DIR") or "data"),
            host=environment.get("ICS_HOST") or "127.0.0.1",
            port=int(port),
            database_url=environment.get("ICS_DATABASE_URL") or None,
            secret_key=environment.get("ICS_SECRET_KEY") or None,
            local_writes=writes == "1",
        )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine as only this machine reaches it.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("example.org")
    (True, True, False, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
