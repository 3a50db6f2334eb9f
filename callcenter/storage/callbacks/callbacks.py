"""Callbacks: promises to call within a window. A callback's interaction waits like any other."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.states import CallbackState, Party
from callcenter.storage.database import NO_KEY, Row


class Callback(Row):
    __tablename__ = "callbacks"

    # The callback's own, which waits.
    interaction_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("interactions.id"), unique=True)
    # The call that it replaces.
    call_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("interactions.id"), unique=True)
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customers.id"))
    queue_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("queues.id"))
    number: Mapped[str]
    our_number: Mapped[str]
    state: Mapped[CallbackState]
    # Whose leg is rung first.
    first: Mapped[Party]
    source: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    spacing_minutes: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    joined_at: Mapped[datetime]  # when the customer began to wait
    promised_from: Mapped[datetime]  # the announced window, to `promised_until`
    promised_until: Mapped[datetime]
    next_try_at: Mapped[datetime | None]  # not queued before; during a call its time-out; None while queued
    connected_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'calling', 'connected', 'failed', 'cancelled')", name="state"),
        CheckConstraint("first IN ('agent', 'customer')", name="first"),
        Index("ix_callbacks_open", "promised_until", postgresql_where=text("ended_at IS NULL")),
        Index("ix_callbacks_due", "next_try_at", postgresql_where=text("next_try_at IS NOT NULL")),
        Index("ix_callbacks_customer", "customer_id", text("promised_until DESC")),
    )

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


def get(session: Session, callback_id: int, *, lock: bool = False) -> Callback | None:
    return session.get(Callback, callback_id, with_for_update=NO_KEY if lock else None, populate_existing=lock)


def of_interaction(session: Session, interaction_id: int, *, lock: bool = False) -> Callback | None:
    wanted = select(Callback).where(Callback.interaction_id == interaction_id)
    if lock:
        wanted = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalar(wanted)


def of_call(session: Session, call_id: int) -> Callback | None:
    return session.scalar(select(Callback).where(Callback.call_id == call_id))


ANY_OPEN = text("SELECT EXISTS (SELECT 1 FROM callbacks WHERE ended_at IS NULL)")


def any_open(session: Session) -> bool:
    return bool(session.scalar(ANY_OPEN))


# Not locked: the order of locks is interaction, then callback.
WAITING_FOR = text(
    "SELECT interaction_id FROM callbacks WHERE ended_at IS NULL AND state = 'waiting' AND number = :number"
    " AND queue_id = :queue_id ORDER BY joined_at LIMIT 1"
)


def waiting_for(session: Session, number: str, *, queue_id: int) -> int | None:
    """The interaction of the open callback to this number, or None."""
    found: int | None = session.scalar(WAITING_FOR, {"number": number, "queue_id": queue_id})
    return found


def page(
    session: Session,
    *,
    states: Sequence[str] = (),
    is_open: bool = False,
    customer_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[Callback]:
    """Newest first; with `is_open` the most urgent promise first."""
    rows = select(Callback)
    if states:
        rows = rows.where(Callback.state.in_(states))
    if customer_id is not None:
        rows = rows.where(Callback.customer_id == customer_id)
    if before is not None:
        rows = rows.where(Callback.id < before)
    if is_open:
        rows = rows.where(Callback.ended_at.is_(None)).order_by(Callback.promised_until, Callback.id)
    return session.scalars(rows.order_by(Callback.id.desc()).limit(limit)).all()


def is_broken(row: Callback, now: datetime) -> bool:
    """Not connected within the promised time; for an open one, as of now."""
    return row.state != CallbackState.CANCELLED and (row.connected_at or row.ended_at or now) > row.promised_until


def owed(session: Session, customer_id: int, *, now: datetime, since: datetime, limit: int = 50) -> Sequence[Callback]:
    """Open callbacks, and those promised since then and broken; latest promise first."""
    kept_at = func.coalesce(Callback.connected_at, Callback.ended_at, now)
    broken = (
        (Callback.promised_until > since)
        & (Callback.state != CallbackState.CANCELLED)
        & (kept_at > Callback.promised_until)
    )
    rows = select(Callback).where(Callback.customer_id == customer_id, Callback.ended_at.is_(None) | broken)
    return session.scalars(rows.order_by(Callback.promised_until.desc()).limit(limit)).all()


def by_interactions(session: Session, ids: Sequence[int]) -> dict[int, Callback]:
    if not ids:
        return {}
    return {
        row.interaction_id: row for row in session.scalars(select(Callback).where(Callback.interaction_id.in_(ids)))
    }


class CallbackFigures(NamedTuple):
    waiting: int
    due: int  # within the hour, or late
    late: int
    kept: int  # in time, of `over`
    over: int
    failed: int


FIGURES = text(
    "SELECT count(*) FILTER (WHERE ended_at IS NULL),"
    " count(*) FILTER (WHERE ended_at IS NULL AND promised_until <= CAST(:now AS timestamptz) + interval '1 hour'),"
    " count(*) FILTER (WHERE ended_at IS NULL AND promised_until < :now),"
    " count(*) FILTER (WHERE state = 'connected' AND connected_at <= promised_until),"
    " count(*) FILTER (WHERE state IN ('connected', 'failed')),"
    " count(*) FILTER (WHERE state = 'failed')"
    " FROM callbacks WHERE ended_at IS NULL OR (promised_until >= CAST(:since AS timestamptz) - interval '1 day'"
    "  AND ended_at >= :since)"
)


def figures(session: Session, *, now: datetime, since: datetime) -> CallbackFigures:
    return CallbackFigures(*session.execute(FIGURES, {"now": now, "since": since}).one())
