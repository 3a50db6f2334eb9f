"""Grants and requests for them, with the facts and decision of that moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.events import Subjects
from callcenter.domain.states import GrantState
from callcenter.storage.database import NO_KEY, Row

STANDING = ("granted", "fulfilled", "failed")  # granted and standing, fulfilled or not
HELD = ("awaiting", "approved")  # asked for, budget reserved
COUNTS_SQL = "state IN ('awaiting', 'approved', 'granted', 'fulfilled', 'failed')"


class Grant(Row):
    """States without a grant: refused, withdrawn, expired, not_asked."""

    __tablename__ = "grants"

    # The agent's idempotency key: a second click has no effect.
    key: Mapped[str]
    agent_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("agents.id"))
    state: Mapped[GrantState]  # failed: granted; fulfilment is retried, or waits for a person
    remedy: Mapped[str]
    currency: Mapped[str]
    requested: Mapped[int] = mapped_column(BigInteger)  # units first requested
    units: Mapped[int] = mapped_column(BigInteger)  # minor units of money, or pieces
    worth: Mapped[int] = mapped_column(BigInteger)  # counts for limits, minor units
    cost: Mapped[int] = mapped_column(BigInteger)  # counts for budgets, minor units
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customers.id"))
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tickets.id"))
    interaction_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("interactions.id"))
    rest_of: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("grants.id"))
    rule_book: Mapped[int]
    rule_id: Mapped[int | None]
    answer: Mapped[str]
    facts: Mapped[dict[str, Any]]
    usage: Mapped[dict[str, Any]]
    decision: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(default="")
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    language: Mapped[str]
    sms: Mapped[str] = mapped_column(default="")
    message_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("messages.id"))
    created_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    granted_at: Mapped[datetime | None]
    fulfilment: Mapped[dict[str, Any]] = mapped_column(default=dict)
    fulfilled_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_try_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(default="")
    reversed_at: Mapped[datetime | None]
    reversed_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    reverse_reason: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint(
            "state IN ('awaiting','approved','granted','fulfilled','failed','reversed',"
            "'refused','withdrawn','expired','not_asked')",
            name="state",
        ),
        CheckConstraint("units > 0 AND requested > 0 AND worth >= 0 AND cost >= 0", name="amounts"),
        CheckConstraint(
            "(granted_at IS NOT NULL) = (state IN ('granted','fulfilled','failed','reversed'))", name="granted"
        ),
        Index("uq_grants_key", "agent_id", "key", unique=True),
        Index("ix_grants_customer", "customer_id", "created_at", postgresql_where=text(COUNTS_SQL)),
        Index("ix_grants_ticket", "ticket_id", "id"),
        Index("ix_grants_agent", "agent_id", "created_at", postgresql_where=text(COUNTS_SQL)),
        Index("ix_grants_due", "next_try_at", postgresql_where=text("next_try_at IS NOT NULL")),
        Index("ix_grants_valid", "valid_until", postgresql_where=text("state = 'approved'")),
        Index("ix_grants_created", "created_at", "id"),
    )

    @property
    def is_granted(self) -> bool:
        return self.state in STANDING

    def about(self) -> Subjects:
        return {
            "interaction_id": self.interaction_id,
            "ticket_id": self.ticket_id,
            "customer_id": self.customer_id,
            "agent_id": self.agent_id,
        }


def get(session: Session, grant_id: int, *, lock: bool = False) -> Grant | None:
    return session.get(Grant, grant_id, with_for_update=NO_KEY if lock else None, populate_existing=lock)


def by_key(session: Session, agent_id: int, key: str) -> Grant | None:
    return session.scalar(select(Grant).where(Grant.agent_id == agent_id, Grant.key == key))


def of_ticket(session: Session, ticket_id: int, *, limit: int = 50) -> Sequence[Grant]:
    """Newest first, including requests without a grant."""
    rows = select(Grant).where(Grant.ticket_id == ticket_id).order_by(Grant.id.desc()).limit(limit)
    return session.scalars(rows).all()


def granted_to(session: Session, customer_id: int, *, since: datetime, limit: int = 50) -> Sequence[Grant]:
    """Standing grants, newest first."""
    rows = select(Grant).where(Grant.customer_id == customer_id, Grant.state.in_(STANDING), Grant.created_at > since)
    return session.scalars(rows.order_by(Grant.created_at.desc()).limit(limit)).all()


def of_agent(session: Session, agent_id: int, *, since: datetime, limit: int = 500) -> Sequence[Grant]:
    rows = select(Grant).where(Grant.agent_id == agent_id, Grant.created_at >= since)
    return session.scalars(rows.order_by(Grant.created_at.desc()).limit(limit)).all()


def held_of_agent(session: Session, agent_id: int, *, since: datetime, limit: int = 20) -> Sequence[Grant]:
    """Asked or approved, oldest first."""
    rows = select(Grant).where(Grant.agent_id == agent_id, Grant.created_at > since, Grant.state.in_(HELD))
    return session.scalars(rows.order_by(Grant.id).limit(limit)).all()


def open_of_interaction(session: Session, interaction_id: int) -> Sequence[Grant]:
    """Asked or approved in this contact, not granted yet."""
    rows = select(Grant).where(Grant.interaction_id == interaction_id, Grant.state.in_(HELD))
    return session.scalars(rows.order_by(Grant.id)).all()


def page(
    session: Session,
    *,
    before: int | None = None,
    state: str | None = None,
    agent_id: int | None = None,
    customer_id: int | None = None,
    ticket_id: int | None = None,
    limit: int = 50,
) -> Sequence[Grant]:
    """Newest first."""
    rows = select(Grant)
    wanted = {"state": state, "agent_id": agent_id, "customer_id": customer_id, "ticket_id": ticket_id}
    for name, value in wanted.items():
        if value is not None:
            rows = rows.where(getattr(Grant, name) == value)
    if before is not None:
        rows = rows.where(Grant.id < before)
    return session.scalars(rows.order_by(Grant.id.desc()).limit(limit)).all()
