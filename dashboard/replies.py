"""Replies kept in memory, compressed. A release never changes, so a reply made from one address and release is good for
as long as the release is served."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]
from flask import Request, Response

from dashboard.compression import KEPT, ONCE, accepted, encoded


@dataclass(frozen=True)
class Kept:
    """A reply's body in Brotli and what goes with it."""

    body: bytes
    mimetype: str
    status: int


class Replies:
    """The most recently used replies.

    No two are made at once: a page takes a worker's one interpreter whole, a large file tens of megabytes to compress,
    and the first readers of a server all ask for the same few.
    """

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def answer(self, request: Request, key: Hashable, make: Callable[[], Response], *, quality: int = ONCE) -> Response:
        """Give the reply kept under a key, made first if need be. Only replies of status 200 are kept."""
        kept = self._held(key)
        if kept is None:
            with self._making:
                # Another thread may have made it while this one waited.
                found = self._held(key) or self._made(key, make, quality)
            if isinstance(found, Response):
                return found
            kept = found
        return _response(request, kept)

    def _held(self, key: Hashable) -> Kept | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def _made(self, key: Hashable, make: Callable[[], Response], quality: int) -> Kept | Response:
        response = make()
        if response.status_code != 200:
            return response
        response.direct_passthrough = False
        body = response.get_data()
        response.close()
        kept = Kept(encoded(body, "br", quality=quality), response.mimetype or "text/plain", response.status_code)
        with self._lock:
            self._kept[key] = kept
            while len(self._kept) > self._at_most:
                self._kept.popitem(last=False)
        return kept


def _response(request: Request, kept: Kept) -> Response:
    encoding = accepted(request)
    body = kept.body if encoding == "br" else encoded(brotli.decompress(kept.body), encoding, quality=ONCE)
    response = Response(body, status=kept.status, mimetype=kept.mimetype)
    response.vary.add("Accept-Encoding")
    if encoding != "identity":
        response.headers["Content-Encoding"] = encoding
    return response


__all__ = ["KEPT", "Kept", "Replies"]
