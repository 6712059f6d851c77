"""Who is asking, and what they may do. Everything that writes, or shows a way to write, asks here.

Nobody signs in yet. So nobody is known: whoever may write says which role and organisation they write for, and only a
server that its own user alone can reach lets anyone write. Sign-in by organisation is to change this module alone.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Request

from dashboard.settings import Settings, is_loopback

#: What a proxy adds. Behind one, being bound to loopback says nothing of who asks.
_PROXIED = ("Forwarded", "Via", "X-Real-Ip")
_PROXIED_PREFIX = "X-Forwarded-"


@dataclass(frozen=True)
class Author:
    """For whom something is written: a role and an organisation, never a person."""

    role: str
    organisation: str

    def __str__(self) -> str:
        return f"{self.role}, {self.organisation}"


@dataclass(frozen=True)
class Asker:
    """Whoever makes a request. `read_only` says why they may not write; None where they may."""

    read_only: str | None

    @property
    def may_write(self) -> bool:
        """Whether they may log, change, review and withdraw interventions."""
        return self.read_only is None


def asking(request: Request, settings: Settings) -> Asker:
    """Who makes this request."""
    if not settings.local_writes:
        return Asker("This server shows the log and takes no entries: writing is not switched on here.")
    if any(_is_proxys(name) for name, _ in request.headers):
        return Asker(
            "This page reached you through a proxy, so it takes no entries: until there is sign-in, only the "
            "machine that runs this server may write."
        )
    if not is_loopback(_name(request.host)):
        return Asker(
            "This page was asked for under another machine’s name, so it takes no entries: until there is "
            "sign-in, only the machine that runs this server may write."
        )
    return Asker(None)


def is_own(request: Request) -> bool:
    """Whether a form was sent from a page of this server: browsers name the page's origin with every form they send."""
    return request.headers.get("Origin") == request.host_url.rstrip("/")


def _is_proxys(header: str) -> bool:
    header = header.title()
    return header in _PROXIED or header.startswith(_PROXIED_PREFIX)


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
