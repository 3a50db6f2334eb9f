"""An agent's work after the customer has gone: its time, how it ended, and a note."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.domain.interactions import Outcome
from callcenter.storage.database import Row


class WrapUp(Row):
    """`id` is its interaction's, whose lock protects this row too. A note during the contact begins it.

    `ends_at`: when the timer finishes it; empty when it is over, or where it has no timer. `latest_end_at`: as far as
    the agent may extend it; kept afterwards, empty for one without a timer.
    """

    __tablename__ = "wrap_ups"

    id: Mapped[int] = mapped_column(BigInteger, ForeignKey("interactions.id"), primary_key=True)
    ends_at: Mapped[datetime | None]
    latest_end_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None]
    note: Mapped[str] = mapped_column(default="")

    __table_args__ = (Index("ix_wrap_ups_ends", "ends_at", postgresql_where=text("ends_at IS NOT NULL")),)
