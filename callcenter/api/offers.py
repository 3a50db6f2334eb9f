"""Offers of interactions to agents: list, accept, decline."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from callcenter import wiring
from callcenter.actions.routing import offers as acts
from callcenter.api import cursors
from callcenter.api.authentication import actor, me
from callcenter.api.operations import operation
from callcenter.api.shapes import Listing, Page, RequestBody, ResponseBody, Text
from callcenter.declared import everyone
from callcenter.domain.channels import Medium
from callcenter.domain.errors import NotFound
from callcenter.domain.states import OfferState
from callcenter.storage.routing import offers

GONE = {409: ("offer-ended", "offer-taken", "interaction-ended")}


class OfferShown(ResponseBody):
    """An offer of one interaction to one agent."""

    id: int
    interaction_id: int
    agent_id: int
    medium: Medium
    state: Annotated[OfferState, Field(description="failed: accepted, but the agent's line never came up.")]
    is_open: Annotated[bool, Field(description="Live or, once accepted, until the agent has finished.")]
    made_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    end_reason: str


class Offers(Page[OfferShown]):
    pass


class OffersAsked(Listing):
    state: Annotated[list[OfferState], Field(default_factory=list, description="One or several of these states.")]
    mine: Annotated[bool, Field(description="Only those of the token's own agent.")] = False


class Accepted(ResponseBody):
    """An accepted offer. `connect`: the parameters of Device.connect for a call; null for a conversation."""

    interaction_id: int
    connect: dict[str, str] | None


class DeclineSent(RequestBody):
    reason: Annotated[Text, Field(max_length=200)] = ""


@operation("GET", "/offers", query=OffersAsked, answer=Offers)
@everyone
def list_offers(query: OffersAsked) -> Offers:
    """List offers, newest first. Agents see only their own, supervisors all."""
    own = query.mine or not actor().leads
    with wiring.current().reading() as session:
        rows = offers.page(
            session,
            agent_id=(actor().agent_id or 0) if own else None,
            states=query.state,
            before=cursors.read(query, "offers"),
            limit=query.limit + 1,
        )
    page, after = cursors.cut(rows, query, "offers")
    return Offers(data=OfferShown.all_of(page), next=after)


@operation("GET", "/offers/{offer_id}", answer=OfferShown)
@everyone
def get_offer(offer_id: int) -> OfferShown:
    """Get an offer."""
    with wiring.current().reading() as session:
        found = offers.get(session, offer_id)
    if found is None or not (actor().leads or found.agent_id == actor().agent_id):
        raise NotFound
    return OfferShown.of(found)


@operation("POST", "/offers/{offer_id}/accept", answer=Accepted, refuses=GONE)
@everyone
def accept_offer(offer_id: int) -> Accepted:
    """Accept an offer. Idempotent.

    For a call, pass `connect` to Device.connect within 15 seconds, else the caller waits for another agent. Agents with
    a desk telephone press 1 there instead.
    """
    with wiring.current().work() as work:
        connection = acts.accept(work, offer_id, agent_id=me())
    return Accepted(interaction_id=connection.interaction_id, connect=connection.params or None)


@operation("POST", "/offers/{offer_id}/decline", body=DeclineSent, answer=OfferShown, refuses=GONE)
@everyone
def decline_offer(offer_id: int, body: DeclineSent) -> OfferShown:
    """Decline an offer: the customer keeps their place, and another agent is asked. Idempotent."""
    with wiring.current().work() as work:
        acts.decline(work, offer_id, agent_id=me(), reason=body.reason)
    return get_offer(offer_id)
