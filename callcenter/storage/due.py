"""Queries of due rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
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

    def late(self, session: Session, now: datetime) -> tuple[int, float]:
        """(rows due, seconds since the first was due)."""
        count, first = session.execute(select(func.count(), func.min(self.at)).where(*self.where, self.at <= now)).one()
        return count, (now - first).total_seconds() if first else 0.0

    def _without(self, ids: Collection[int]) -> tuple[ColumnElement[bool], ...]:
        return (self.id.not_in(ids),) if ids else ()


def earliest(session: Session, moments: Sequence[Select[tuple[datetime]]]) -> datetime | None:
    moment: datetime | None = session.scalar(select(func.least(*(one.scalar_subquery() for one in moments))))
    return moment
