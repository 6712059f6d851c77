"""What may tell of a person, and so has no place in anything we keep: contact details, patient numbers, names."""

import re
import unicodedata
from urllib.parse import unquote

#: What it would be, as a sentence names it, and how it is known, in free text.
_IN_TEXT = (
    # E-mail addresses, sign-in names before a host, and handles.
    ("an e-mail address", re.compile(r"@")),
    # Telephone numbers: 0, 0044 or +44 and nine or ten digits, together or apart; not the tail of a date.
    (
        "a telephone number",
        re.compile(r"(?<!\d)(?<!\d[-.])(?:(?:\+44|0044|0)[ .()-]*(?:\d[ .()-]?){8,9}\d|44\d{10})(?!\d)"),
    ),
    # NHS numbers have ten digits; so do other things, but writing it again costs less than a patient's number kept.
    ("ten digits that could be an NHS number", re.compile(r"(?<!\d)\d{3}[ .-]?\d{3}[ .-]?\d{4}(?!\d)")),
    # A title and a name, each with its capital: “ms” and “sir” begin other words.
    (
        "a person’s name",
        re.compile(
            r"(?<![A-Za-z])(?:(?:Mr|Mrs|Miss|Dr|Prof|Professor|Sir|Dame|Cllr)[. ]+[A-Z][a-z]|"
            r"(?:MR|MRS|MISS|DR|PROF|PROFESSOR|SIR|DAME|CLLR)[. ]+[A-Z]{2})"
        ),
    ),
)

#: Names of persons, as far as an address gives them away.
_IN_ADDRESS = (
    re.compile(r"(?<![a-z])(?:mr|mrs|ms|dr|prof|professor|sir|dame|cllr)[-_.+ ]+[a-z]", re.IGNORECASE),
    re.compile(r"linkedin\.com/in/", re.IGNORECASE),
    re.compile(r"/(?:our-)?(?:people|person|staff|team|profiles?|board-members)/[a-z]+[-._ ][a-z]+/?$", re.IGNORECASE),
)

#: Postcode areas there are: without them too many codes would look like postcodes.
_POSTCODE_AREAS = (
    "AB|AL|BA|BB|BD|BF|BH|BL|BN|BR|BS|BT|BX|B|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|EC|EH|EN|EX|E|"
    "FK|FY|GL|GU|GY|G|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|LA|LD|LE|LL|LN|LS|LU|L|ME|MK|ML|M|NE|NG|NN|NP|"
    "NR|NW|N|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|S|TA|TD|TF|TN|TQ|TR|TS|TW|UB|WA|"
    "WC|WD|WF|WN|WR|WS|WV|W|YO|ZE"
)


def _postcode(gap: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![A-Z0-9])(?:{_POSTCODE_AREAS})[0-9][A-Z0-9]?{gap}[0-9][ABD-HJLNP-UW-Z]{{2}}(?![A-Z0-9])", re.IGNORECASE
    )


_POSTCODE = _postcode(r"\s*")
#: An address is full of short runs of letters and digits: there a postcode must have its space.
_POSTCODE_IN_ADDRESS = _postcode(r"[\s+]+")
#: A part of one with many decimals is no telephone number.
_SHARE = re.compile(r"[0-9]?\.[0-9]+(?:[eE]-[0-9]+)?")


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


def told_by_cell(cell: str) -> str | None:
    """What in a cell of a table of codes may tell of a person: as in a text, and postcodes.

    >>> told_by_cell("LS1 4AP"), told_by_cell("E54000050"), told_by_cell("0.3333333333")
    ('a postcode', None, None)
    """
    # Full-width digits and characters without width would hide what a reader sees.
    plain = "".join(c for c in unicodedata.normalize("NFKC", cell) if unicodedata.category(c) != "Cf").strip()
    if _SHARE.fullmatch(plain):
        return None
    # A number is written with more than one mark between its digits, as in (0191) 498 0123.
    plain = re.sub(r"([ .()-])[ .()-]+", r"\1", plain)
    address = re.match(r"https?://", plain, re.IGNORECASE) is not None
    told = told_by_address(plain) if address else told_by(plain)
    postcode = _POSTCODE_IN_ADDRESS if address else _POSTCODE
    return told or ("a postcode" if postcode.search(unquote(unquote(plain))) else None)
