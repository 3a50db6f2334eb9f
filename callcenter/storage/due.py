"""Queries of due rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

LIMIT = 100  # per kind and look: the next look follows within a second


@dataclass(frozen=True, slots=True)
class Timed:
    """Rows with `at` in the past. Needs a partial index on `at` with `where`."""

    id: InstrumentedAttribute[int]
    at: InstrumentedAttribute[Any]
    where: tuple[ColumnElement[bool], ...] = ()

    def find(self, session: Session, now: datetime, *, but: Collection[int] = ()) -> Sequence[int]:
        """Ids, longest due first."""
        due = select(self.id).where(*self.where, self.at <= now, *self._without(but))
        return session.scalars(due.order_by(self.at).limit(LIMIT)).all()

    def among(self, session: Session, ids: Collection[int], *, by: datetime | None) -> set[int]:
        """Ids due by then; None: at any time."""
        in_time = self.at.is_not(None) if by is None else self.at <= by
        return set(session.scalars(select(self.id).where(*self.where, in_time, self.id.in_(ids))))

    def first(self, *, after: datetime | None = None, but: Collection[int] = ()) -> Select[tuple[datetime]]:
        """The earliest moment, as a subquery; reads only the front of the index."""
        later = self.at.is_not(None) if after is None else self.at > after
        return select(self.at).where(*self.where, later, *self._without(but)).order_by(self.at).limit(1)

    def late(self, kind: str, now: datetime) -> Select[str, int, Any]:
        """(kind, rows due, when the first was due), to be one of several."""
        return select(literal(kind), func.count(), func.min(self.at)).where(*self.where, self.at <= now)

    def _without(self, ids: Collection[int]) -> tuple[ColumnElement[bool], ...]:
        return (self.id.not_in(ids),) if ids else ()


@dataclass(frozen=True, slots=True)
class Late:
    kind: str
    due: int  # rows of this kind
    seconds: float  # since the first was due
    failing: int
    given_up: int
    is_job: bool  # a worker does it, not the clock


def earliest(session: Session, moments: Sequence[Select[tuple[datetime]]]) -> datetime | None:
    moment: datetime | None = session.scalar(select(func.least(*(one.scalar_subquery() for one in moments))))
    return moment


def late(session: Session, now: datetime, those: Mapping[str, Timed]) -> dict[str, tuple[int, float]]:
    """{kind: (rows due, seconds since the first was due)}, in one statement."""
    rows = session.execute(union_all(*(timed.late(kind, now) for kind, timed in those.items()))).all()
    return {row[0]: (row[1], (now - row[2]).total_seconds() if row[2] else 0.0) for row in rows}
