"""Messages in and out. A due message is a row; its job only says so."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.channels import Channel, Thread
from callcenter.domain.events import Subjects
from callcenter.domain.messages import MessageStatus
from callcenter.domain.states import Way
from callcenter.storage.database import Row


class Message(Row):
    __tablename__ = "messages"

    channel: Mapped[Channel]
    direction: Mapped[Way]
    # conversation, survey, thanks, grant, approval or opt_out
    purpose: Mapped[str] = mapped_column(default="conversation")
    interaction_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("interactions.id"))
    customer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("customers.id"))
    agent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    our_address: Mapped[str]
    their_address: Mapped[str]
    body: Mapped[str]
    files: Mapped[int] = mapped_column(SmallInteger, default=0)
    sid: Mapped[str | None] = mapped_column(unique=True)
    status: Mapped[MessageStatus]
    error_code: Mapped[int | None]
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_try_at: Mapped[datetime | None]  # of a due message
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        Index("ix_messages_interaction", "interaction_id", "id"),
        Index("ix_messages_due", "next_try_at", postgresql_where=text("next_try_at IS NOT NULL")),
        Index("ix_messages_customer", "customer_id", "id"),
        Index("ix_messages_heard", "their_address", "created_at", postgresql_where=text("direction = 'in'")),
    )

    @property
    def thread(self) -> Thread:
        return Thread(self.channel, self.our_address, self.their_address)

    def about(self) -> Subjects:
        return {
            "interaction_id": self.interaction_id,
            "customer_id": self.customer_id,
            "agent_id": self.agent_id,
        }


def get(session: Session, message_id: int, *, lock: bool = False) -> Message | None:
    return session.get(Message, message_id, with_for_update=lock or None, populate_existing=lock)


def by_sid(session: Session, sid: str, *, lock: bool = False) -> Message | None:
    wanted = select(Message).where(Message.sid == sid)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalar(wanted)


def known_sids(session: Session, sids: Sequence[str]) -> set[str]:
    return set(session.scalars(select(Message.sid).where(Message.sid.in_(sids)))) if sids else set()


def lock_sid(session: Session, sid: str) -> None:
    """Until the transaction ends, no other one writes the message's status or claims its sid."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(sid, 0))))


def of_interaction(session: Session, interaction_id: int) -> Sequence[Message]:
    rows = select(Message).where(Message.interaction_id == interaction_id).order_by(Message.id.desc()).limit(500)
    return session.scalars(rows).all()[::-1]


def page(session: Session, interaction_id: int, *, after: int = 0, limit: int = 50) -> Sequence[Message]:
    """Oldest first."""
    rows = select(Message).where(Message.interaction_id == interaction_id, Message.id > after)
    return session.scalars(rows.order_by(Message.id).limit(limit)).all()


def last_heard(session: Session, thread: Thread) -> datetime | None:
    there = (Message.channel == thread.channel, Message.our_address == thread.ours)
    rows = select(Message.created_at).where(Message.their_address == thread.theirs, Message.direction == Way.IN, *there)
    return session.scalar(rows.order_by(Message.created_at.desc()).limit(1))


def last_received(session: Session, interaction_ids: Sequence[int]) -> dict[int, Message]:
    """{interaction: the customer's newest message}."""
    rows = (
        select(Message)
        .where(Message.interaction_id.in_(interaction_ids), Message.direction == Way.IN)
        .ext(distinct_on(Message.interaction_id))
        .order_by(Message.interaction_id, Message.id.desc())
    )
    return {message.interaction_id: message for message in session.scalars(rows) if message.interaction_id}


def claim(session: Session, message_id: int, *, now: datetime) -> Message | None:
    """The message, locked, if due and unclaimed."""
    wanted = select(Message).where(Message.id == message_id, Message.next_try_at <= now)
    wanted = wanted.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return session.scalar(wanted)


def failed(session: Session, *, since: datetime, among: int = 1000) -> tuple[int, int]:
    """(could not be sent, all outgoing since then), of the newest `among` messages: read from the end of the table."""
    newest = select(Message.status, Message.direction, Message.created_at).order_by(Message.id.desc()).limit(among)
    rows = newest.subquery()
    lost = rows.c.status.in_((MessageStatus.FAILED, MessageStatus.UNDELIVERED))
    counted = select(func.count().filter(lost), func.count())
    found = session.execute(counted.where(rows.c.direction == Way.OUT, rows.c.created_at >= since)).one()
    return found[0], found[1]


def is_unsent(message: Message) -> bool:
    return message.status in (MessageStatus.DUE, MessageStatus.SENDING)


def mark_read(session: Session, interaction_id: int, *, at: datetime) -> None:
    unread = (Message.interaction_id == interaction_id, Message.direction == Way.IN, Message.read_at.is_(None))
    session.execute(update(Message).where(*unread).values(read_at=at))


def unread(session: Session, interaction_ids: Sequence[int]) -> dict[int, int]:
    """{interaction: messages that the agent has not seen}."""
    rows = select(Message.interaction_id, func.count().label("n")).where(
        Message.interaction_id.in_(interaction_ids), Message.direction == Way.IN, Message.read_at.is_(None)
    )
    return {row.interaction_id: row.n for row in session.execute(rows.group_by(Message.interaction_id))}


def by_ids(session: Session, ids: Sequence[int]) -> dict[int, Message]:
    if not ids:
        return {}
    return {message.id: message for message in session.scalars(select(Message).where(Message.id.in_(ids)))}
