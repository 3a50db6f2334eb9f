"""The messages of an interaction, and whether the agent can write to this customer now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter.actions.messages import outgoing
from callcenter.domain.channels import Channel
from callcenter.domain.states import Way
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.messages import attachments, messages
from callcenter.storage.messages.messages import Message
from callcenter.web.wording import formats
from callcenter.web.wording.attached import AttachmentView


@dataclass(frozen=True)
class ShownMessage:
    """`day`: heading above the first message of a day, else ""."""

    message: Message
    files: Sequence[AttachmentView] = ()
    day: str = ""

    @property
    def is_ours(self) -> bool:
        return self.message.direction == Way.OUT

    @property
    def is_failed(self) -> bool:
        return self.message.status in ("failed", "undelivered", "canceled")

    @property
    def time(self) -> str:
        return formats.time_of(self.message.created_at)


def thread(session: Session, interaction_id: int) -> list[ShownMessage]:
    """Oldest first, with their files."""
    found: list[ShownMessage] = []
    day = ""
    rows = messages.of_interaction(session, interaction_id)
    files = attachments.of_messages(session, [row.id for row in rows if row.files])
    for message in rows:
        name = formats.day_of(message.created_at)
        views = [AttachmentView(file) for file in files.get(message.id, ())]
        found.append(ShownMessage(message, views, "" if name == day else name))
        day = name
    return found


@dataclass(frozen=True, kw_only=True)
class Writing:
    """`closes_at`: end of the channel's reply window, None without one. `is_shut`: the window is over."""

    channel: Channel
    is_possible: bool
    closes_at: datetime | None
    is_shut: bool

    @classmethod
    def of(cls, session: Session, row: Interaction, *, opted_out: bool, now: datetime) -> "Writing":
        closes_at = outgoing.closes_at(session, row.thread) if row.thread else None
        is_shut = closes_at is not None and closes_at <= now
        is_possible = row.thread is not None and not opted_out and not is_shut
        return cls(channel=row.channel.to_write(), is_possible=is_possible, closes_at=closes_at, is_shut=is_shut)

    @property
    def refusal(self) -> str:
        error = outgoing.shut(self.channel)
        return str(_(error.text, **error.values))
