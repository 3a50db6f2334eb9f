"""What only a call has: keys pressed, hold time, and when to look after it. Changes with it; few indexes."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.storage.database import Row

QUIET_AGAIN = timedelta(minutes=1)


class Call(Row):
    """`id` is its interaction's, whose lock protects this row too. `held_since`: on hold now.

    `reconcile_at`: when to ask the provider about this call. `bring_back_at`: when to lead the caller back to the music.
    """

    __tablename__ = "calls"

    id: Mapped[int] = mapped_column(BigInteger, ForeignKey("interactions.id"), primary_key=True)
    menu_keys: Mapped[list[Any]] = mapped_column(default=list)
    held_since: Mapped[datetime | None]
    held_seconds: Mapped[int] = mapped_column(default=0)
    held_times: Mapped[int] = mapped_column(SmallInteger, default=0)
    reconcile_at: Mapped[datetime | None]
    bring_back_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_calls_reconcile", "reconcile_at", postgresql_where=text("reconcile_at IS NOT NULL")),
        Index("ix_calls_bring_back", "bring_back_at", postgresql_where=text("bring_back_at IS NOT NULL")),
    )

    def end_hold(self, now: datetime) -> int:
        """Counts the hold that ends now; returns its seconds, 0 without one."""
        if self.held_since is None:
            return 0
        seconds = max(0, int((now - self.held_since).total_seconds()))
        self.held_seconds += seconds
        self.held_since = None
        return seconds

    def end(self, now: datetime) -> None:
        """The customer has gone: no hold, and nothing to look after."""
        self.end_hold(now)
        self.reconcile_at = self.bring_back_at = None


def put_off_reconciling(session: Session, interaction_id: int, *, now: datetime) -> bool:
    """A call without recent reports is checked now, and again in a minute; False if it is not due."""
    due = update(Call).where(Call.id == interaction_id, Call.reconcile_at <= now)
    later = due.values(reconcile_at=now + QUIET_AGAIN).returning(Call.id)
    return session.scalar(later.execution_options(synchronize_session=False)) is not None


def reconcile_all(session: Session, *, now: datetime) -> None:
    """Every live call is checked at the provider now."""
    session.execute(update(Call).where(Call.reconcile_at > now).values(reconcile_at=now))
