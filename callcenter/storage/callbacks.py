"""Callbacks in place of waiting: a promise to call within a window. The interaction of the callback waits like any other."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.storage.database import Row


class Callback(Row):
    """`interaction_id`: ours, which waits; `call_id`: the call that the customer gave up for it, if there was one.

    `joined_at` is when they began to wait. `promised_from` to `promised_until` was told to them. `first`: "agent" or
    "customer" is rung first. `next_try_at`: not before then; `tries` of `attempts` are used up.
    """

    __tablename__ = "callbacks"

    interaction_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("interactions.id"), unique=True)
    call_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("interactions.id"), unique=True)
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customers.id"))
    queue_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("queues.id"))
    number: Mapped[str]
    our_number: Mapped[str]
    state: Mapped[str]
    first: Mapped[str]
    source: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    spacing_minutes: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    joined_at: Mapped[datetime]
    promised_from: Mapped[datetime]
    promised_until: Mapped[datetime]
    next_try_at: Mapped[datetime | None]
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
