"""Failures of due rows, and their next try."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, CursorResult, String, UniqueConstraint, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.storage.database import Row

FIRST_PAUSE, LONGEST_PAUSE = 1, 600  # seconds; each pause is twice the one before
MOST_TRIES = 15  # after some 57 minutes it is given up, until a person or the next start of a clock retries
ERROR_LETTERS = 200


class Failure(Row):
    __tablename__ = "due_failures"
    __table_args__ = (UniqueConstraint("kind", "row_id"),)

    kind: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int]
    error: Mapped[str]
    since: Mapped[datetime]
    next_try_at: Mapped[datetime | None]  # None once given up

    @property
    def is_given_up(self) -> bool:
        return self.next_try_at is None


def note(session: Session, kind: str, row_id: int, *, error: str, now: datetime) -> Failure:
    first = {"kind": kind, "row_id": row_id, "tries": 1, "error": error[:ERROR_LETTERS], "since": now}
    again = {"tries": Failure.tries + 1, "error": error[:ERROR_LETTERS]}
    wanted = insert(Failure).values(**first).on_conflict_do_update(index_elements=["kind", "row_id"], set_=again)
    row = session.scalars(wanted.returning(Failure), execution_options={"populate_existing": True}).one()
    row.next_try_at = now + pause(row.tries) if row.tries < MOST_TRIES else None
    session.flush()
    return row


def pause(tries: int) -> timedelta:
    return timedelta(seconds=min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (tries - 1)))


def all_of_them(session: Session) -> Sequence[Failure]:
    """Given-up rows first, then by next try."""
    return session.scalars(select(Failure).order_by(Failure.next_try_at.nulls_first(), Failure.id)).all()


def forget(session: Session, ids: Collection[int]) -> None:
    session.execute(delete(Failure).where(Failure.id.in_(ids)))


def try_again(session: Session, *, now: datetime, id_: int | None = None) -> int:
    """Makes given-up rows due, one or all; returns how many."""
    given_up = update(Failure).where(Failure.next_try_at.is_(None))
    if id_ is not None:
        given_up = given_up.where(Failure.id == id_)
    result: CursorResult[Any] = session.execute(given_up.values(next_try_at=now, tries=0))  # type: ignore[assignment]
    return result.rowcount


def counts(session: Session) -> dict[str, tuple[int, int]]:
    """{kind: (failing rows, given-up rows among them)}."""
    given_up = func.count().filter(Failure.next_try_at.is_(None))
    rows = select(Failure.kind, func.count(), given_up).group_by(Failure.kind)
    return {kind: (failing, ended) for kind, failing, ended in session.execute(rows)}
