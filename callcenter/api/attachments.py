"""Attachments of messages: metadata and content."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from flask import Response, send_file
from pydantic import Field
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.api.interactions import visible
from callcenter.api.operations import operation
from callcenter.api.shapes import Page, ResponseBody
from callcenter.declared import everyone
from callcenter.domain.attachments import AttachmentState
from callcenter.domain.errors import NotFound
from callcenter.storage.calls import interactions
from callcenter.storage.messages import attachments, messages
from callcenter.storage.messages.attachments import Attachment
from callcenter.storage.tickets import tickets


class AttachmentShown(ResponseBody):
    """An attachment of a message. It has content only in state `kept`."""

    id: int
    message_id: int
    state: Annotated[
        AttachmentState,
        Field(description="due: still to be fetched; refused: not of a kind that is taken; failed: not to be had."),
    ]
    name: str
    kind: Annotated[str | None, Field(description="By its content, such as image/jpeg.")]
    size: Annotated[int | None, Field(description="Bytes.")]
    created_at: datetime


class Attachments(Page[AttachmentShown]):
    pass


def shown(session: Session, message_ids: Sequence[int]) -> dict[int, list[AttachmentShown]]:
    """{message id: its attachments}."""
    found = attachments.of_messages(session, message_ids)
    return {message_id: AttachmentShown.all_of(rows) for message_id, rows in found.items()}


def _visible(session: Session, found: Attachment | None) -> Attachment:
    message = messages.get(session, found.message_id) if found else None
    if found is None or message is None:
        raise NotFound
    interaction = interactions.get(session, message.interaction_id) if message.interaction_id else None
    if interaction and interaction.ticket_id is None:  # access to a ticket includes its attachments
        visible(session, interaction.id)
    return found


@operation("GET", "/attachments/{attachment_id}", answer=AttachmentShown)
@everyone
def get_attachment(attachment_id: int) -> AttachmentShown:
    """Get an attachment's metadata."""
    with wiring.current().reading() as session:
        return AttachmentShown.of(_visible(session, attachments.get(session, attachment_id)))


@operation("GET", "/attachments/{attachment_id}/content", is_file=True)
@everyone
def get_attachment_content(attachment_id: int) -> Response:
    """Download an attachment; 404 where its content is not stored."""
    with wiring.current().reading() as session:
        found = _visible(session, attachments.with_content(session, attachment_id))
    if found.content is None:
        raise NotFound
    return send_file(io.BytesIO(found.content), mimetype=found.kind, as_attachment=True, download_name=found.name)


@operation("GET", "/tickets/{ticket_id}/attachments", answer=Attachments)
@everyone
def list_ticket_attachments(ticket_id: int) -> Attachments:
    """List attachments of this ticket's interactions, newest first; at most 50."""
    with wiring.current().reading() as session:
        if tickets.get(session, ticket_id) is None:
            raise NotFound
        contacts = interactions.of_ticket(session, ticket_id)
        rows = attachments.of_interactions(session, [row.id for row in contacts])
    return Attachments(data=[AttachmentShown.of(file) for file, _ in rows], next=None)
