"""Tickets and their comments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    case,
    select,
    text,
)
from sqlalchemy import (
    Sequence as DbSequence,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.tickets import UNSOLVED, Priority, ResponsibleParty, TicketStatus, TicketType
from callcenter.storage.database import NO_KEY, Row

SERIAL = DbSequence("ticket_serial", start=4000)


class Ticket(Row):
    __tablename__ = "tickets"

    number: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    status: Mapped[TicketStatus]
    priority: Mapped[Priority]
    type: Mapped[TicketType]
    cause: Mapped[str] = mapped_column(default="")  # free text, or a name of a company's cause
    responsible: Mapped[ResponsibleParty] = mapped_column(default=ResponsibleParty.UNKNOWN)
    product: Mapped[str] = mapped_column(default="")
    price: Mapped[int | None] = mapped_column(BigInteger)  # of the product, minor units of the customer's currency
    # {field: agent}: what an agent set, and nobody who may state it has confirmed; also an owner who took it over.
    claims: Mapped[dict[str, Any]] = mapped_column(default=dict)
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customers.id"))
    queue_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("queues.id"))
    owner_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    version: Mapped[int] = mapped_column(default=1)  # rises with every save: a stale save is refused
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    first_answered_at: Mapped[datetime | None]
    solved_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "status IN ('open','waiting_for_customer','waiting_for_department','solved','closed')",
            name="status",
        ),
        CheckConstraint("priority IN ('low','normal','high','urgent')", name="priority"),
        Index("ix_tickets_customer", "customer_id", text("created_at DESC")),
        Index(
            "ix_tickets_owner_unsolved",
            "owner_id",
            "id",
            postgresql_where=text("status IN ('open', 'waiting_for_customer', 'waiting_for_department')"),
        ),
        Index(
            "ix_tickets_unsolved",
            "id",
            postgresql_where=text("status IN ('open', 'waiting_for_customer', 'waiting_for_department')"),
        ),
    )

    @property
    def granting_owner_id(self) -> int | None:
        """The owner, unless they took the ticket over themselves: that alone entitles nobody to grant."""
        return None if self.claims.get("owner_id") == self.owner_id else self.owner_id

    @property
    def is_unsolved(self) -> bool:
        return self.status in UNSOLVED


class Comment(Row):
    """A note for colleagues."""

    __tablename__ = "ticket_comments"

    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tickets.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    interaction_id: Mapped[int | None] = mapped_column(BigInteger)
    body: Mapped[str]
    created_at: Mapped[datetime]


def next_serial(session: Session) -> int:
    return int(session.scalar(select(SERIAL.next_value())) or 0)


def get(session: Session, ticket_id: int, *, lock: bool = False) -> Ticket | None:
    return session.get(Ticket, ticket_id, with_for_update=NO_KEY if lock else None, populate_existing=lock)


def by_number(session: Session, number: str) -> Ticket | None:
    return session.scalar(select(Ticket).where(Ticket.number == number))


def unsolved_of_customer(session: Session, customer_id: int) -> Sequence[Ticket]:
    rows = select(Ticket).where(Ticket.customer_id == customer_id, Ticket.status.in_(UNSOLVED))
    return session.scalars(rows.order_by(Ticket.created_at.desc()).limit(20)).all()


def of_same_case(session: Session, *, customer_id: int | None, queue_id: int | None) -> Ticket | None:
    """The newest unsolved ticket of this customer in this queue, or None."""
    if customer_id is None:
        return None
    rows = select(Ticket).where(Ticket.customer_id == customer_id, Ticket.status.in_(UNSOLVED))
    return session.scalar(rows.where(Ticket.queue_id == queue_id).order_by(Ticket.created_at.desc()).limit(1))


def of_customer(session: Session, customer_id: int, *, limit: int = 50) -> Sequence[Ticket]:
    """Including solved ones, newest first."""
    rows = select(Ticket).where(Ticket.customer_id == customer_id)
    return session.scalars(rows.order_by(Ticket.created_at.desc()).limit(limit)).all()


def unsolved_of_owner(session: Session, owner_id: int, *, limit: int = 50) -> Sequence[Ticket]:
    rows = select(Ticket).where(Ticket.owner_id == owner_id, Ticket.status.in_(UNSOLVED))
    urgent_first = case({"urgent": 0, "high": 1, "normal": 2, "low": 3}, value=Ticket.priority)
    return session.scalars(rows.order_by(urgent_first, Ticket.changed_at).limit(limit)).all()


def comments(session: Session, ticket_id: int) -> Sequence[Comment]:
    return session.scalars(select(Comment).where(Comment.ticket_id == ticket_id).order_by(Comment.id)).all()


def search(
    session: Session,
    *,
    words: str = "",
    statuses: Sequence[str] = (),
    owner_id: int | None = None,
    customer_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[Ticket]:
    """Newest first."""
    rows = select(Ticket)
    if statuses:
        rows = rows.where(Ticket.status.in_(statuses))
    if owner_id is not None:
        rows = rows.where(Ticket.owner_id == owner_id)
    if customer_id is not None:
        rows = rows.where(Ticket.customer_id == customer_id)
    if before is not None:
        rows = rows.where(Ticket.id < before)
    if words.strip():
        rows = rows.where(
            Ticket.number.startswith(words.strip()) | Ticket.subject.icontains(words.strip(), autoescape=True)
        )
    return session.scalars(rows.order_by(Ticket.id.desc()).limit(limit)).all()


def some(session: Session, ids: Sequence[int]) -> dict[int, Ticket]:
    return {row.id: row for row in session.scalars(select(Ticket).where(Ticket.id.in_(ids)))} if ids else {}


def comments_by_ids(session: Session, ids: Sequence[int]) -> dict[int, str]:
    if not ids:
        return {}
    return {row.id: row.body for row in session.execute(select(Comment.id, Comment.body).where(Comment.id.in_(ids)))}
