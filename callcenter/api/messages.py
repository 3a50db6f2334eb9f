"""What was written in an interaction, and writing to the customer."""

from datetime import datetime
from typing import Annotated, Literal

from flask import Response
from pydantic import Field

from callcenter import wiring
from callcenter.actions.messages import messages as acts
from callcenter.api import cursors
from callcenter.api.door import actor
from callcenter.api.interactions import NOT_YOURS, visible
from callcenter.api.once import once
from callcenter.api.operations import operation
from callcenter.api.shapes import Listing, Page, Sent, Shown, Text
from callcenter.declared import everyone
from callcenter.domain.messages import MessageStatus
from callcenter.storage.messages import messages
from callcenter.storage.work import Work


class MessageShown(Shown):
    """One text message; `direction` "in" is the customer's."""

    id: int
    interaction_id: int | None
    channel: str
    direction: Literal["in", "out"]
    agent_id: int | None
    body: str
    status: Annotated[MessageStatus, Field(description="due and sending are ours, the rest is the carrier's.")]
    error_code: int | None
    created_at: datetime
    sent_at: datetime | None
    read_at: datetime | None


class Messages(Page[MessageShown]):
    pass


class MessageSent(Sent):
    body: Text


@operation("GET", "/interactions/{interaction_id}/messages", query=Listing, answer=Messages)
@everyone
def list_messages(interaction_id: int, query: Listing) -> Messages:
    """What was written in this interaction, from its beginning."""
    noun = f"messages-{interaction_id}"
    with wiring.current().reading() as session:
        visible(session, interaction_id)
        after = cursors.read(query, noun) or 0
        rows = messages.page(session, interaction_id, after=after, limit=query.limit + 1)
    page, following = cursors.cut(rows, query, noun)
    return Messages(data=MessageShown.all_of(page), next=following)


@operation(
    "POST",
    "/interactions/{interaction_id}/messages",
    body=MessageSent,
    answer=MessageShown,
    status=201,
    repeatable=True,
    refuses={**NOT_YOURS, 409: ("interaction-ended", "opted-out", "no-number")},
)
@everyone
def send_message(interaction_id: int, body: MessageSent) -> Response:
    """Write to the customer, in a conversation or beside a call.

    The message is due at once and sent by a worker; `status` tells how far it came. At most 1600 characters.
    """

    def make(work: Work) -> MessageShown:
        visible(work.session, interaction_id)
        return MessageShown.of(acts.send(work, interaction_id, actor=actor(), body=body.body))

    return once(make)
