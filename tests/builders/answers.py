"""Files of answers on commitments kept by acts and documents, as a person writes them."""

from tests.builders.publishers import PublishersFile, RawFile, Row

HEADER = ("commitment_id", "area_code", "as_at", "answer", "dated", "evidence_url")
SOURCE = "ics-evidence"

NORTH_EAST = "E54000050"
LONDON_NORTH_EAST = "E54000029"


def answer(**cells: str) -> Row:
    """One sound answer, but for the cells given."""
    sound = {
        "commitment_id": "shared-definition",
        "area_code": NORTH_EAST,
        "as_at": "2026-10-01",
        "answer": "yes",
        "dated": "2026-09-12",
        "evidence_url": "https://example.nhs.uk/strategy/2026-27.pdf",
    }
    return {**sound, **cells}


def answers(*rows: Row, name: str = "answers.csv") -> PublishersFile:
    """A file of these answers."""
    cells = tuple(tuple(row[column] for column in HEADER) for row in rows)
    return PublishersFile(name=name, source_id=SOURCE, header=HEADER, rows=cells)


def many(count: int = 40) -> list[Row]:
    """As many sound answers, each of its own day, so that one at fault is under one in twenty."""
    return [answer(as_at=f"2026-{5 + n // 28:02}-{1 + n % 28:02}", dated="") for n in range(count)]


def as_toml(*rows: Row, name: str = "answers.toml") -> RawFile:
    """The same answers as TOML."""
    tables = ["[[evidence]]\n" + "".join(f'{key} = "{cell}"\n' for key, cell in row.items()) for row in rows]
    return RawFile(name=name, raw="\n".join(tables).encode())
