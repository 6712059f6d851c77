"""A PostgreSQL cluster of the tests' own: made in a folder, reached by a socket in it, gone in the end."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

#: PostgreSQL does not run as root; Debian's package has a user for it.
_USER = "postgres"
_DEBIANS = Path("/usr/lib/postgresql")

MISSING = "PostgreSQL is not here: as root, apt-get install postgresql"


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, the newest version's; None where there is none."""
    found = sorted(_DEBIANS.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    at = shutil.which("initdb")
    return Path(at).resolve().parent if at and shutil.which("pg_ctl") else None


@contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster; gives the address of an empty server, to which `database` adds a name."""
    at = programs()
    assert at is not None, MISSING
    folder = Path(tempfile.mkdtemp(prefix="ics-postgres-", dir="/tmp"))
    as_user = _user()
    if as_user is not None:
        shutil.chown(folder, _USER)
    data = folder / "data"

    def run(*arguments: str) -> None:
        done = subprocess.run(
            arguments, cwd=folder, user=as_user, capture_output=True, text=True, check=False, timeout=120
        )
        log = folder / "log"
        assert done.returncode == 0, f"{done.stdout}{done.stderr}{log.read_text('utf-8') if log.exists() else ''}"

    run(str(at / "initdb"), "-D", str(data), "-U", "ics", "-A", "trust", "-E", "UTF8", "--no-sync")
    # A socket alone, so that no port is taken.
    options = f"-k {folder} -c listen_addresses='' -c max_connections=60"
    # pg_ctl hands its output on to the server, so it gets a file, not a pipe that would never close.
    with (folder / "started").open("wb") as said:
        subprocess.run(
            [str(at / "pg_ctl"), "-D", str(data), "-o", options, "-w", "-l", str(folder / "log"), "start"],
            cwd=folder, user=as_user, stdout=said, stderr=said, check=True, timeout=120,
        )  # fmt: skip
    try:
        yield f"postgresql://ics@/{{name}}?host={quote(str(folder), safe='')}"
    finally:
        run(str(at / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def database(server: str, name: str) -> str:
    """Make an empty database on a cluster; gives its address."""
    import psycopg

    with psycopg.connect(server.format(name="postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.format(name=name)


def _user() -> int | None:
    return pwd.getpwnam(_USER).pw_uid if os.getuid() == 0 else None


if __name__ == "__main__":
    sys.exit(0 if programs() else 1)
