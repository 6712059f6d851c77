"""Reading and writing interventions. Nothing is deleted, every version is kept, and no two people overwrite each other.

The rules of what an intervention may say are in `dashboard.store.rules`; this module keeps what it is given, whole.
"""

import datetime as dt
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, RowMapping, Select, func, insert, select, text, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, ProgrammingError

from dashboard import clock
from dashboard.store.connection import connect
from dashboard.store.model import Due, Intervention, Refusal, Version
from dashboard.store.tables import SCHEMA, history, interventions, refused
from dashboard.who import Author
from data_contracts.stored import ABOUT, SAID
from data_contracts.vocabulary import INTERVENTION_STEPS, OPEN_INTERVENTIONS, InterventionAction, InterventionStatus

Record = TypeVar("Record")

#: A review is due soon within this many days.
SOON = dt.timedelta(days=30)

#: After a failure nobody waits for the database again for this long: every page would.
_LEAVES_ALONE_S = 5.0

UPGRADE = "python -m dashboard.store upgrade"


class StoreUnavailableError(Exception):
    """The store cannot be read; the message says why and what to do, for a page."""


class StaleError(Exception):
    """A change was made on a version that is no longer the latest; `now` is."""

    def __init__(self, now: Intervention) -> None:
        super().__init__(f"intervention {now.intervention_id} is at version {now.record_version}")
        self.now = now


class UnknownError(Exception):
    """No intervention has this number."""


class Store:
    """The log of interventions. Opened at its first use, so that no two processes share a connection."""

    def __init__(self, data_dir: Path, database_url: str | None = None) -> None:
        self._where = (data_dir, database_url)
        self._lock = threading.Lock()
        self._opened: Engine | None = None
        self._failed: tuple[float, str] | None = None

    # --- reading

    def version(self) -> str:
        """What the log holds, in a word that differs after every change. Raises StoreUnavailableError."""
        entries = select(func.count()).select_from(history).scalar_subquery()
        refusals = select(func.count()).select_from(refused).scalar_subquery()
        with self._reading() as connection:
            self._must_be_ours(connection)
            found = connection.execute(select(entries, refusals)).one()
        # Counted, not the last number: numbers are given before they are saved, and may be saved out of turn.
        return f"{found[0]}.{found[1]}"

    def state(self) -> str:
        """What the log holds, as `version`; a word of its own where it cannot be read."""
        try:
            return self.version()
        except StoreUnavailableError:
            return "unavailable"

    def interventions(self, **asked: Any) -> list[Intervention]:
        """Interventions by column, as in `area_code="E54000050"`, in the order they were logged. An open one is one of
        `intervention_status=OPEN_INTERVENTIONS`: a tuple means any of these."""
        return [_as(Intervention, row) for row in self.rows("interventions", asked)]

    def intervention(self, intervention_id: int) -> Intervention:
        """One intervention. Raises UnknownError where there is none of this number."""
        with self._reading() as connection:
            return _current(connection, intervention_id)

    def history(self, intervention_id: int) -> list[Version]:
        """Every version of one intervention, the first first."""
        return [_as(Version, row) for row in self.rows("intervention_history", {"intervention_id": intervention_id})]

    def refusals(self, intervention_id: int) -> list[Refusal]:
        """Changes of one intervention that were not taken, the first first."""
        query = select(refused).where(refused.c.intervention_id == intervention_id).order_by(refused.c.refusal_id)
        with self._reading() as connection:
            return [_as(Refusal, row) for row in connection.execute(query).mappings()]

    def due(self, today: dt.date, **asked: Any) -> Due:
        """Open interventions whose review is overdue today or comes within 30 days."""
        found = self.interventions(intervention_status=OPEN_INTERVENTIONS, **asked)
        found.sort(key=lambda of: (of.review_date, of.intervention_id))
        return Due(
            overdue=tuple(of for of in found if of.review_date < today),
            soon=tuple(of for of in found if today <= of.review_date <= today + SOON),
        )

    def rows(
        self, table: str, asked: Mapping[str, Any], *, after: int = 0, limit: int | None = None
    ) -> Sequence[RowMapping]:
        """Rows of `interventions` or `intervention_history` in the order they were written, after one of them."""
        of = _TABLES[table]
        (written,) = of.primary_key.columns
        query = _where(select(of), of, asked).where(written > after).order_by(written).limit(limit)
        with self._reading() as connection:
            return connection.execute(query).mappings().all()

    @staticmethod
    def place(table: str, row: RowMapping) -> int:
        """The number of a row in the order of writing, for `after`."""
        (written,) = _TABLES[table].primary_key.columns
        return int(row[written])

    def count(self, table: str, asked: Mapping[str, Any]) -> int:
        """How many rows match."""
        of = _TABLES[table]
        with self._reading() as connection:
            return int(connection.execute(_where(select(func.count()).select_from(of), of, asked)).scalar_one())

    # --- writing

    def propose(self, told: Mapping[str, Any], *, by: Author, submission_id: str) -> Intervention:
        """Log an intervention. The same form sent twice is one entry: the second time gives what the first made."""
        now = _moment()
        said = {name: told.get(name) for name in SAID} | {"intervention_status": InterventionStatus.PROPOSED.value}
        record = {**said, "record_version": 1, "created_at": now, **_written(by, now)}
        try:
            with self._writing() as connection:
                made = connection.execute(insert(interventions).values(submission_id=submission_id, **record))
                (intervention_id,) = made.inserted_primary_key or (0,)
                _keep(connection, intervention_id, 1, InterventionAction.PROPOSED, (), said, by, now)
                return _current(connection, intervention_id)
        except IntegrityError:
            sent_before = self.interventions(submission_id=submission_id)
            if not sent_before:
                raise
            return sent_before[0]

    def change(
        self,
        intervention_id: int,
        changes: Mapping[str, Any],
        *,
        seen: int,
        by: Author,
        action: InterventionAction = InterventionAction.CHANGED,
    ) -> Intervention:
        """Write the next version of an intervention, made on the version `seen`.

        What an intervention is about cannot change. Raises StaleError, and keeps that it was so, where another version
        has been saved since; UnknownError where there is no such intervention. Changes that change nothing write
        nothing, unless it is a review.
        """
        assert not set(changes) & set(ABOUT), "what an intervention is about stays"
        now = _moment()
        with self._writing() as connection:
            before = _current(connection, intervention_id)
            if before.record_version == seen:
                _must_lead_on(before, changes)
                changed = tuple(name for name in changes if getattr(before, name) != changes[name])
                if not changed and action is InterventionAction.CHANGED:
                    return before
                if self._written(connection, before, changes, by, now):
                    said = {name: getattr(before, name) for name in SAID} | dict(changes)
                    _keep(connection, intervention_id, seen + 1, action, changed, said, by, now)
                    return _current(connection, intervention_id)
                before = _current(connection, intervention_id)
            connection.execute(
                insert(refused).values(
                    intervention_id=intervention_id,
                    seen_version=seen,
                    record_version=before.record_version,
                    refused_at=now,
                    changed_by_role=by.role,
                    changed_by_organisation=by.organisation,
                )
            )
        raise StaleError(before)

    @staticmethod
    def _written(
        connection: Connection, before: Intervention, changes: Mapping[str, Any], by: Author, now: str
    ) -> bool:
        """Write over the version that was read, and no other: where another was saved meanwhile, nothing is written."""
        done = connection.execute(
            update(interventions)
            .where(interventions.c.intervention_id == before.intervention_id)
            .where(interventions.c.record_version == before.record_version)
            .values(**changes, record_version=before.record_version + 1, **_written(by, now))
        )
        return done.rowcount == 1

    def withdraw(self, intervention_id: int, *, reason: str, seen: int, by: Author) -> Intervention:
        """Withdraw an intervention; it stays in the log with the reason."""
        changes = {"intervention_status": InterventionStatus.WITHDRAWN.value, "withdrawn_reason": reason}
        return self.change(intervention_id, changes, seen=seen, by=by, action=InterventionAction.WITHDRAWN)

    # --- connections

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._faults_told(), self._engine().connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        engine = self._engine().execution_options(writes=True)
        with self._faults_told(), engine.begin() as connection:
            self._must_be_ours(connection)
            yield connection

    def _must_be_ours(self, connection: Connection) -> None:
        """Raise StoreUnavailableError where the schema was changed under a running server."""
        problem = _unlike_ours(connection)
        if problem is not None:
            raise self._unavailable(problem)

    @contextmanager
    def _faults_told(self) -> Iterator[None]:
        try:
            yield
        except (IntegrityError, DataError):
            raise
        except DBAPIError as error:
            raise self._unavailable("The log of interventions cannot be reached just now.") from error

    def _engine(self) -> Engine:
        """The engine, once its schema is known to be ours; a schema that is mended is found without a restart."""
        opened = self._opened
        return opened if opened is not None else self._open()

    def _open(self) -> Engine:
        with self._lock:
            if self._opened is None:
                if self._failed is not None and time.monotonic() - self._failed[0] < _LEAVES_ALONE_S:
                    raise StoreUnavailableError(self._failed[1])
                engine = connect(*self._where)
                problem = schema_problem(engine)
                if problem is not None:
                    engine.dispose()
                    raise self._unavailable(problem)
                self._opened = engine
            return self._opened

    def _unavailable(self, reason: str) -> StoreUnavailableError:
        """Leave the database alone for a while: the next to ask opens it anew."""
        self._failed = (time.monotonic(), reason)
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.dispose()
        return StoreUnavailableError(reason)

    def close(self) -> None:
        """Let go of every connection."""
        with self._lock:
            opened, self._opened, self._failed = self._opened, None, None
        if opened is not None:
            opened.dispose()


def schema_problem(engine: Engine) -> str | None:
    """What is wrong with the schema of a store; None where nothing is."""
    try:
        with engine.connect() as connection:
            return _unlike_ours(connection)
    except OperationalError:
        return f"The log of interventions cannot be opened. If it has never been set up, run `{UPGRADE}`."
    except ProgrammingError:
        return f"The log of interventions has not been set up. Run `{UPGRADE}`."
    except DBAPIError:
        return "The file of the log of interventions is damaged: put a copy from before in its place."


def _unlike_ours(connection: Connection) -> str | None:
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    if list(found) == [SCHEMA]:
        return None
    if not found:
        return f"The log of interventions has not been set up. Run `{UPGRADE}`."
    if found[0] < SCHEMA:
        return f"The log of interventions has an older form than this server reads. Run `{UPGRADE}`."
    return "The log of interventions has a newer form than this server reads. Start the newer server."


_TABLES = {"interventions": interventions, "intervention_history": history}


def _where(query: Select[Any], table: Any, asked: Mapping[str, Any]) -> Select[Any]:
    for name, value in asked.items():
        column = table.c[name]
        query = query.where(column.in_(value) if isinstance(value, tuple) else column == value)
    return query


def _current(connection: Connection, intervention_id: int) -> Intervention:
    row = connection.execute(select(interventions).where(interventions.c.intervention_id == intervention_id)).mappings()
    found = row.one_or_none()
    if found is None:
        raise UnknownError(intervention_id)
    return _as(Intervention, found)


def _must_lead_on(before: Intervention, changes: Mapping[str, Any]) -> None:
    """Raise ValueError for a step between statuses that there is none of; forms say so before it comes to this."""
    now = InterventionStatus(before.intervention_status)
    then = InterventionStatus(changes.get("intervention_status", now))
    if now is InterventionStatus.WITHDRAWN or then not in (now, InterventionStatus.WITHDRAWN, *INTERVENTION_STEPS[now]):
        raise ValueError(f"intervention {before.intervention_id} cannot go from {now} to {then}")


def _keep(
    connection: Connection,
    intervention_id: int,
    version: int,
    action: InterventionAction,
    changed: Sequence[str],
    said: Mapping[str, Any],
    by: Author,
    now: str,
) -> None:
    connection.execute(
        insert(history).values(
            intervention_id=intervention_id,
            record_version=version,
            action=action.value,
            changed=" ".join(changed),
            **said,
            **_written(by, now),
        )
    )


def _written(by: Author, now: str) -> dict[str, str]:
    return {"changed_at": now, "changed_by_role": by.role, "changed_by_organisation": by.organisation}


def _moment() -> str:
    return clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def _as(kind: type[Record], row: Mapping[Any, Any]) -> Record:
    """A row as its record; columns that only the store needs are left behind."""
    return kind(**{of.name: row[of.name] for of in fields(kind)})  # type: ignore[arg-type]
