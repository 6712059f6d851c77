"""The secret that signs a browser's session: given from outside, or made once and kept under the data folder."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def secret_key(data_dir: Path, given: str | None) -> str:
    """The secret given, or the one kept; every worker has the same, whichever of them made it."""
    if given is not None:
        return given
    file = data_dir / "store" / "secret.key"
    with suppress(FileNotFoundError):
        return file.read_text("ascii")
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".secret.{secrets.token_hex(8)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
        made.write(secrets.token_hex(32))
    try:
        # Whole at once, and only where no other worker was sooner.
        with suppress(FileExistsError):
            os.link(aside, file)
    finally:
        aside.unlink()
    return file.read_text("ascii")
