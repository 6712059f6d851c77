"""What may tell of a person, and so has no place in anything we keep: contact details, patient numbers, names."""

import re
from urllib.parse import unquote

#: What it would be, as a sentence names it, and how it is known, in free text.
_IN_TEXT = (
    # E-mail addresses, sign-in names before a host, and handles.
    ("an e-mail address", re.compile(r"@")),
    # Telephone numbers: 0, 0044 or +44 and nine or ten digits, together or apart; not the tail of a date.
    (
        "a telephone number",
        re.compile(r"(?<!\d)(?<!\d[-.])(?:\+44|0044|0)[ .()-]*(?:\d[ .()-]?){8,9}\d(?!\d)"),
    ),
    # NHS numbers have ten digits; so do other things, but writing it again costs less than a patient's number kept.
    ("ten digits that could be an NHS number", re.compile(r"(?<!\d)\d{3}[ .-]?\d{3}[ .-]?\d{4}(?!\d)")),
    # A title and a name, each with its capital: “ms” and “sir” begin other words.
    ("a person’s name", re.compile(r"(?<![A-Za-z])(?:Mr|Mrs|Miss|Dr|Prof|Professor|Sir|Dame|Cllr)\.? +[A-Z][a-z]")),
)

#: Names of persons, as far as an address gives them away.
_IN_ADDRESS = (
    re.compile(r"(?<![a-z])(?:mr|mrs|ms|dr|prof|professor|sir|dame|cllr)[-_.+ ]+[a-z]", re.IGNORECASE),
    re.compile(r"linkedin\.com/in/", re.IGNORECASE),
    re.compile(r"/(?:our-)?(?:people|person|staff|team|profiles?|board-members)/[a-z]+[-._ ][a-z]+/?$", re.IGNORECASE),
)


def told_by(text: str) -> str | None:
    """What in a text may tell of a person; None where nothing does.

    >>> told_by("Ask on 020 7946 0958"), told_by("Director of population health, 3 of 12 posts by 01-04-2027")
    ('a telephone number', None)
    """
    return next((what for what, pattern in _IN_TEXT if pattern.search(text)), None)


def told_by_address(address: str) -> str | None:
    """What in a web address may tell of a person, read as a browser reads it.

    >>> told_by_address("https://example.nhs.uk/plan?by=jo.bloggs%40nhs.net")
    'an e-mail address'
    """
    read = unquote(unquote(address))
    named = any(pattern.search(read) for pattern in _IN_ADDRESS)
    return told_by(read) or ("a person’s name" if named else None)
