"""Messages of an interaction: list and send."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from flask import Response
from pydantic import Field
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.actions.messages import messages as acts
from callcenter.actions.messages.attachments import File
from callcenter.api import attachments, cursors
from callcenter.api.attachments import AttachmentShown
from callcenter.api.authentication import actor
from callcenter.api.interactions import NOT_YOURS, visible
from callcenter.api.once import once
from callcenter.api.operations import operation
from callcenter.api.shapes import Listing, Page, RequestBody, ResponseBody, Text
from callcenter.declared import everyone
from callcenter.domain.channels import Channel
from callcenter.domain.errors import Invalid
from callcenter.domain.messages import MessageStatus
from callcenter.domain.states import Way
from callcenter.storage.messages import messages
from callcenter.storage.messages.messages import Message
from callcenter.storage.work import Work


class MessageShown(ResponseBody):
    """A text message. `direction` "in": written by the customer."""

    id: int
    interaction_id: int | None
    channel: Channel
    direction: Way
    agent_id: int | None
    body: str
    status: Annotated[MessageStatus, Field(description="due and sending are ours, the rest is the carrier's.")]
    error_code: int | None
    created_at: datetime
    sent_at: datetime | None
    read_at: datetime | None
    files: Annotated[list[AttachmentShown], Field(description="What came or went with it.")]


class Messages(Page[MessageShown]):
    pass


class FileSent(RequestBody):
    name: Annotated[Text, Field(max_length=120)]
    content: Annotated[str, Field(description="Base64. Its type is told by its content.")]

    def file(self) -> File:
        try:
            return File(name=self.name, content=base64.b64decode(self.content, validate=True))
        except ValueError:
            raise Invalid("The content of a file is sent as base64.", field="files") from None


class MessageSent(RequestBody):
    """Text, files, or both."""

    body: Text = ""
    files: Annotated[list[FileSent], Field(default_factory=list, max_length=10)]


@operation("GET", "/interactions/{interaction_id}/messages", query=Listing, answer=Messages)
@everyone
def list_messages(interaction_id: int, query: Listing) -> Messages:
    """List the messages of an interaction, oldest first."""
    noun = f"messages-{interaction_id}"
    with wiring.current().reading() as session:
        visible(session, interaction_id)
        after = cursors.read(query, noun) or 0
        rows = messages.page(session, interaction_id, after=after, limit=query.limit + 1)
        page, following = cursors.cut(rows, query, noun)
        found = shown(session, page)
    return Messages(data=found, next=following)


def shown(session: Session, rows: Sequence[Message]) -> list[MessageShown]:
    """Messages with their attachments, in one query for all rows."""
    files = attachments.shown(session, [row.id for row in rows if row.files])
    names = [name for name in MessageShown.model_fields if name != "files"]
    return [MessageShown(**{name: getattr(row, name) for name in names}, files=files.get(row.id, [])) for row in rows]


@operation(
    "POST",
    "/interactions/{interaction_id}/messages",
    body=MessageSent,
    answer=MessageShown,
    status=201,
    repeatable=True,
    refuses={**NOT_YOURS, 409: ("interaction-ended", "opted-out", "no-number", "window-closed")},
)
@everyone
def send_message(interaction_id: int, body: MessageSent) -> Response:
    """Send a message to the customer, in a conversation or during a call.

    A worker sends it at once; `status` shows its progress. At most 1600 characters. On WhatsApp it must follow the
    customer's last message within 24 hours, and carries one file.
    """

    def make(work: Work) -> MessageShown:
        visible(work.session, interaction_id)
        files = [each.file() for each in body.files]
        sent = acts.send(work, interaction_id, actor=actor(), body=body.body, files=files)
        work.session.flush()
        return shown(work.session, [sent])[0]

    return once(make)
