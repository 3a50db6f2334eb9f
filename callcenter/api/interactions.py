"""Calls and conversations: read them, and the serving agent's actions on them."""

from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from callcenter import operations, wiring
from callcenter.actions.calls import wrap_ups
from callcenter.actions.customers import customers as people
from callcenter.actions.messages import messages as texts
from callcenter.actions.routing import routing
from callcenter.api import cursors
from callcenter.api.authentication import actor
from callcenter.api.operations import operation
from callcenter.api.shapes import Id, Listing, Page, RequestBody, ResponseBody, Text
from callcenter.api.why import Why
from callcenter.declared import everyone
from callcenter.domain.channels import Channel
from callcenter.domain.errors import Invalid, NotFound, NotYourInteraction
from callcenter.domain.interactions import LIVE, Outcome, State
from callcenter.domain.permissions import may_see_interaction, may_serve
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.work import Work

OUTSIDE = {502: ("outside-refused",), 503: ("outside-unavailable",)}
NOT_YOURS = {403: ("not-your-interaction",)}


class InteractionShown(ResponseBody):
    """A contact of one customer on one channel."""

    id: int
    channel: Channel
    direction: str
    state: State
    language: str
    our_address: str
    their_address: Annotated[str | None, Field(description="null where the caller withheld it.")]
    customer_id: Annotated[int | None, Field(description="null while the number alone does not tell who it is.")]
    queue_id: int | None
    agent_id: int | None
    ticket_id: int | None
    created_at: datetime
    joined_at: Annotated[datetime | None, Field(description="Entered the queue; kept through every offer.")]
    accepted_at: Annotated[datetime | None, Field(description="An agent took it.")]
    answered_at: Annotated[datetime | None, Field(description="Customer and agent hear each other.")]
    held_since: Annotated[datetime | None, Field(description="On hold since then; null where not on hold.")]
    held_seconds: int
    ended_at: Annotated[datetime | None, Field(description="The customer left.")]
    ended_by: str | None
    result: Annotated[str | None, Field(description="How the call ended: served, abandoned, callback, voicemail, …")]
    outcome: Annotated[Outcome | None, Field(description="How it ended, as the agent says in wrap-up.")]
    note: str
    wrap_up_until: datetime | None
    wrap_up_limit: datetime | None
    finished_at: datetime | None
    unanswered_since: Annotated[
        datetime | None, Field(description="In a conversation: the first message that nobody has replied to.")
    ]


class Interactions(Page[InteractionShown]):
    pass


class InteractionsAsked(Listing):
    state: Annotated[list[State], Field(default_factory=list, description="One or several of these states.")]
    channel: Channel | None = None
    customer_id: Id | None = None
    agent_id: Id | None = None


class WrapUpSent(RequestBody):
    outcome: Outcome
    note: Annotated[Text, Field(max_length=wrap_ups.NOTE_LIMIT)] = ""


class NoteSent(RequestBody):
    note: Annotated[Text, Field(max_length=wrap_ups.NOTE_LIMIT)]


class RecognisedSent(RequestBody):
    customer_id: Id


@operation("GET", "/interactions", query=InteractionsAsked, answer=Interactions)
@everyone
def list_interactions(query: InteractionsAsked) -> Interactions:
    """List calls and conversations, newest first.

    Agents see ended ones and their own live ones, supervisors all.
    """
    with wiring.current().reading() as session:
        rows = interactions.page(
            session,
            seen_by=actor(),
            states=query.state,
            channel=query.channel,
            customer_id=query.customer_id,
            agent_id=query.agent_id,
            before=cursors.read(query, "interactions"),
            limit=query.limit + 1,
        )
    page, after = cursors.cut(rows, query, "interactions")
    return Interactions(data=InteractionShown.all_of(page), next=after)


@operation("GET", "/interactions/{interaction_id}", answer=InteractionShown)
@everyone
def get_interaction(interaction_id: int) -> InteractionShown:
    """Get a call or conversation."""
    return now(interaction_id)


def now(interaction_id: int) -> InteractionShown:
    """The interaction's current state; NotFound where this token has no access."""
    with wiring.current().reading() as session:
        return InteractionShown.of(visible(session, interaction_id))


@operation("GET", "/interactions/{interaction_id}/why", answer=Why)
@everyone
def get_why(interaction_id: int) -> Why:
    """Explain why this interaction is still waiting, from the router's current view.

    Only `is_waiting` (false) is set once it is offered, accepted or over.
    """
    with wiring.current().reading() as session:
        found = visible(session, interaction_id)
        explained = routing.why_waiting(Work(session, wiring.current().clock()), found)
    return Why.explaining(explained)


def visible(session: Session, interaction_id: int) -> Interaction:
    found = interactions.get(session, interaction_id)
    if found is None:
        raise NotFound
    offered_to = found.agent_id if found.state == State.OFFERED else None
    if not may_see_interaction(actor(), agent_id=found.agent_id, offered_to=offered_to, live=found.state in LIVE):
        raise NotFound
    return found


def served(work: Work, interaction_id: int) -> Interaction:
    """The interaction, if this token's agent serves it; else NotYourInteraction."""
    found = visible(work.session, interaction_id)
    if not may_serve(actor(), interaction_agent_id=found.agent_id):
        raise NotYourInteraction
    return found


@operation(
    "POST",
    "/interactions/{interaction_id}/hold",
    answer=InteractionShown,
    refuses={**NOT_YOURS, **OUTSIDE, 409: ("already-on-hold", "not-connected")},
)
@everyone
def hold(interaction_id: int) -> InteractionShown:
    """Put the customer on hold.

    Where the telephone company refuses or does not answer, nothing changes: customer and agent still hear each other.
    """
    now(interaction_id)
    operations.hold(wiring.current(), interaction_id, actor=actor())
    return now(interaction_id)


@operation(
    "POST",
    "/interactions/{interaction_id}/resume",
    answer=InteractionShown,
    refuses={**NOT_YOURS, **OUTSIDE, 409: ("not-on-hold", "not-connected")},
)
@everyone
def resume(interaction_id: int) -> InteractionShown:
    """Take the customer off hold."""
    now(interaction_id)
    operations.resume(wiring.current(), interaction_id, actor=actor())
    return now(interaction_id)


@operation("POST", "/interactions/{interaction_id}/hangup", answer=InteractionShown, refuses={**NOT_YOURS, **OUTSIDE})
@everyone
def hangup(interaction_id: int) -> InteractionShown:
    """End the call or conversation; wrap-up starts. No error where it is already over."""
    now(interaction_id)
    operations.hang_up(wiring.current(), interaction_id, actor=actor())
    return now(interaction_id)


@operation(
    "POST",
    "/interactions/{interaction_id}/wrap-up",
    body=WrapUpSent,
    answer=InteractionShown,
    refuses={**NOT_YOURS, 409: ("wrap-up-ended",)},
)
@everyone
def wrap_up(interaction_id: int, body: WrapUpSent) -> InteractionShown:
    """Finish the wrap-up with an outcome; the agent becomes available for the next contact.

    Also accepted after the wrap-up timed out without an outcome. Idempotent for the same outcome.
    """
    with wiring.current().work() as work:
        visible(work.session, interaction_id)
        wrap_ups.finish(work, interaction_id, outcome=body.outcome, note=body.note, actor=actor())
    return now(interaction_id)


@operation(
    "POST",
    "/interactions/{interaction_id}/wrap-up/extend",
    answer=InteractionShown,
    refuses={**NOT_YOURS, 409: ("wrap-up-ended", "no-more-time")},
)
@everyone
def extend_wrap_up(interaction_id: int) -> InteractionShown:
    """Extend the wrap-up by 30 seconds, up to the queue's limit."""
    with wiring.current().work() as work:
        visible(work.session, interaction_id)
        wrap_ups.extend(work, interaction_id, actor=actor())
    return now(interaction_id)


@operation("PUT", "/interactions/{interaction_id}/note", body=NoteSent, answer=InteractionShown, refuses=NOT_YOURS)
@everyone
def keep_note(interaction_id: int, body: NoteSent) -> InteractionShown:
    """Save a draft note on this contact; the wrap-up's note replaces it."""
    with wiring.current().work() as work:
        visible(work.session, interaction_id)
        wrap_ups.keep_note(work, interaction_id, note=body.note, actor=actor())
    return now(interaction_id)


@operation("POST", "/interactions/{interaction_id}/read", refuses=NOT_YOURS)
@everyone
def mark_read(interaction_id: int) -> None:
    """Mark the customer's messages as read by the agent."""
    with wiring.current().work() as work:
        served(work, interaction_id)
        texts.read(work, interaction_id, actor=actor())


@operation(
    "POST",
    "/interactions/{interaction_id}/customer",
    body=RecognisedSent,
    answer=InteractionShown,
    refuses=NOT_YOURS,
)
@everyone
def recognise(interaction_id: int, body: RecognisedSent) -> InteractionShown:
    """Set the customer of this interaction, where the number alone does not identify them."""
    with wiring.current().work() as work:
        served(work, interaction_id)
        if customers.get(work.session, body.customer_id) is None:
            raise Invalid("There is no such customer.", field="customer_id")
        people.recognise(work, interaction_id, customer_id=body.customer_id, actor=actor())
    return now(interaction_id)
