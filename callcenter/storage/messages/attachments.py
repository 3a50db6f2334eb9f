"""Files of messages, in and out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, undefer

from callcenter.domain.attachments import AttachmentState
from callcenter.storage.database import Row
from callcenter.storage.messages.messages import Message


class Attachment(Row):
    __tablename__ = "attachments"

    message_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("messages.id"))
    source: Mapped[str] = mapped_column(default="")  # its URL; empty for ours
    stated_kind: Mapped[str] = mapped_column(default="")  # the sender's claim
    state: Mapped[AttachmentState]
    name: Mapped[str] = mapped_column(default="")
    kind: Mapped[str | None]  # by content
    size: Mapped[int | None]
    # Read only when a file is shown.
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    token: Mapped[str | None] = mapped_column(unique=True)  # the carrier's key to fetch ours
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_try_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("(state = 'kept') = (content IS NOT NULL)", name="kept"),
        Index("ix_attachments_message", "message_id", "id"),
        Index("ix_attachments_due", "next_try_at", postgresql_where=text("next_try_at IS NOT NULL")),
    )


def get(session: Session, attachment_id: int, *, lock: bool = False) -> Attachment | None:
    return session.get(Attachment, attachment_id, with_for_update=lock or None, populate_existing=lock)


def with_content(session: Session, attachment_id: int) -> Attachment | None:
    wanted = select(Attachment).where(Attachment.id == attachment_id).options(undefer(Attachment.content))
    return session.scalar(wanted.execution_options(populate_existing=True))


def by_token(session: Session, token: str) -> Attachment | None:
    """One of ours, with content."""
    return session.scalar(select(Attachment).where(Attachment.token == token).options(undefer(Attachment.content)))


def claim(session: Session, attachment_id: int, *, now: datetime) -> Attachment | None:
    """The attachment, locked, if due and unclaimed."""
    wanted = select(Attachment).where(Attachment.id == attachment_id, Attachment.next_try_at <= now)
    return session.scalar(wanted.with_for_update(skip_locked=True).execution_options(populate_existing=True))


def of_messages(session: Session, message_ids: Sequence[int]) -> dict[int, list[Attachment]]:
    """{message: attachments}"""
    found: dict[int, list[Attachment]] = {}
    if not message_ids:
        return found
    for row in session.scalars(
        select(Attachment).where(Attachment.message_id.in_(message_ids)).order_by(Attachment.id)
    ):
        found.setdefault(row.message_id, []).append(row)
    return found


def of_interactions(
    session: Session, interaction_ids: Sequence[int], *, limit: int = 50
) -> Sequence[tuple[Attachment, Message]]:
    """In and out, newest first."""
    if not interaction_ids:
        return ()
    rows = (
        select(Attachment, Message)
        .join(Message, Message.id == Attachment.message_id)
        .where(Message.interaction_id.in_(interaction_ids), Message.files > 0)
        .order_by(Attachment.id.desc())
        .limit(limit)
    )
    return [(row.Attachment, row.Message) for row in session.execute(rows)]
