"""Ask the publishers for newer files. One that does not answer is noted; the vintage held stays in use."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import httpx

from data_contracts.registry.records import sources
from pipelines.sources.tabular import refuse

#: Far above the largest file expected; a longer answer is something else.
MOST_BYTES = 200_000_000
_TIMEOUT = httpx.Timeout(10, read=60)
_TRIES = 3


def addresses() -> dict[str, str]:
    """The address of each source that can be asked."""
    return {source_id: source.live_url for source_id, source in sources().items() if source.live_url}


def files(notes: list[str], at: Mapping[str, str] | None = None) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Each publisher's file by its source, to be opened while the next is not yet asked for.

    Those that do not answer are added to `notes`. Opening one raises Refused where the answer is no file of ours.
    """
    transport = httpx.HTTPTransport(retries=_TRIES)
    with httpx.Client(transport=transport, timeout=_TIMEOUT, follow_redirects=True) as client:
        for source_id, address in (addresses() if at is None else at).items():
            try:
                content = _fetch(client, address)
            except httpx.HTTPError as error:
                notes.append(f"{source_id}: {address} did not answer ({_why(error)}); vintage held stays in use")
                continue
            yield source_id, partial(_opened, source_id, address, content)


def _why(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"status {error.response.status_code}"
    return type(error).__name__


def _opened(source_id: str, address: str, content: bytes | None) -> bytes:
    if content is None:
        raise refuse(
            source_id,
            "too_large",
            f"more than {MOST_BYTES:,} bytes at {address}",
            "the publisher's file",
            "open the address in a browser and see what is there now",
        )
    return content


def _fetch(client: httpx.Client, address: str) -> bytes | None:
    """What the address answers, or None where it does not stop."""
    with client.stream("GET", address) as answer:
        answer.raise_for_status()
        content = bytearray()
        for chunk in answer.iter_bytes():
            content += chunk
            if len(content) > MOST_BYTES:
                return None
    return bytes(content)
