"""The lines of a call: the agent's comes up, breaks and comes back; conference reports tell of all of them."""

from datetime import timedelta

from callcenter.actions.callbacks import callback_dialing
from callcenter.actions.calls import callback_offer as callbacks
from callcenter.actions.calls import calls, holds
from callcenter.actions.lines import directions
from callcenter.actions.routing import offers
from callcenter.domain.calls import (
    OVER,
    RANK,
    Answer,
    Apologise,
    AskAgentToPress,
    CallStatus,
    ConferenceReport,
    HangUp,
    JoinAgain,
    JoinAgent,
    LegReport,
)
from callcenter.domain.errors import InteractionEnded, OfferEnded
from callcenter.domain.interactions import WITH_CUSTOMER, EndedBy, State, interaction_of_conference
from callcenter.domain.states import Direction, OfferState
from callcenter.storage.administration import access
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.storage.calls import legs as leg_rows
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.calls.legs import Leg
from callcenter.storage.routing import offers as open_offers
from callcenter.storage.routing.offers import Offer
from callcenter.storage.work import Work

REJOIN_WITHIN = timedelta(seconds=20)
ASK_SOON = timedelta(seconds=3)
OURS = "participant_updated_via_api"


def connect_agent(work: Work, *, call_sid: str, agent_id: int, interaction_id: int, offer_id: int) -> Answer:
    """An agent's browser calls in: let through by identity and by an accepted offer that is still open, and by nothing less."""
    interaction = interactions.get(work.session, interaction_id, lock=True)
    offer = open_offers.open_of(work.session, interaction_id, lock=True)
    if interaction is None or offer is None or interaction.state != State.ACTIVE:
        return HangUp()
    if (offer.id, offer.agent_id, offer.state) != (offer_id, agent_id, OfferState.ACCEPTED):
        return HangUp()
    _leg(work, interaction, offer, call_sid)
    return _let_in(work, interaction, offer, call_sid)


def _leg(work: Work, interaction: Interaction, offer: Offer, call_sid: str) -> None:
    if leg_rows.get(work.session, call_sid) is None:
        work.session.add(
            Leg(
                sid=call_sid,
                interaction_id=interaction.id,
                party="agent",
                agent_id=offer.agent_id,
                offer_id=offer.id,
                created_at=work.now,
            )
        )


def _let_in(work: Work, interaction: Interaction, offer: Offer, call_sid: str) -> JoinAgent:
    """From here on the line counts as up: the report of its joining may come after that of the caller's leaving."""
    leg = leg_rows.get(work.session, call_sid, lock=True)
    if leg:
        leg.joined_at = leg.joined_at or work.now
    agent = agents.get(work.session, offer.agent_id)
    return JoinAgent(
        interaction_id=interaction.id,
        agent_id=offer.agent_id,
        leg_id=leg.id if leg else 0,
        language=agent.language if agent else interaction.language,
    )


def left_alone(work: Work, interaction_id: int, *, call_sid: str, again: bool) -> Answer:
    """The conference ended round an agent whose line is still up: the caller has hung up, or pressed * and comes back.

    Which of the two, we hear a moment later: then the line ends, or joins anew.
    """
    interaction = interactions.get(work.session, interaction_id, lock=True)
    offer = open_offers.open_of(work.session, interaction_id, lock=True)
    leg = leg_rows.get(work.session, call_sid)
    if interaction is None or offer is None or leg is None or interaction.state != State.ACTIVE:
        return HangUp()
    if leg.offer_id != offer.id or offer.state != OfferState.ACCEPTED:
        return HangUp()
    if not again:
        return JoinAgain(interaction_id=interaction_id)
    interaction.call.reconcile_at = work.now + ASK_SOON
    return _let_in(work, interaction, offer, call_sid)


def rung(work: Work, offer_id: int, *, call_sid: str) -> None:
    """The agent's desk telephone rings on this leg; it may answer before we have written that down."""
    offer = open_offers.get(work.session, offer_id, lock=True)
    interaction = interactions.get(work.session, offer.interaction_id) if offer else None
    if offer and interaction:
        offer.ring_at = None
        _leg(work, interaction, offer, call_sid)


def desk_telephone_answered(work: Work, offer_id: int, *, call_sid: str) -> Answer:
    """Somebody, or something, answers the desk telephone: ask for the key."""
    rung(work, offer_id, call_sid=call_sid)
    offer = open_offers.get(work.session, offer_id)
    agent = agents.get(work.session, offer.agent_id) if offer else None
    if offer is None or agent is None or offer.state not in (OfferState.LIVE, OfferState.ACCEPTED):
        return HangUp()
    return AskAgentToPress(
        interaction_id=offer.interaction_id, agent_id=agent.id, offer_id=offer.id, language=agent.language
    )


def desk_telephone_pressed(work: Work, offer_id: int, *, call_sid: str, digit: str) -> Answer:
    """1 takes the call; anything else is a decline. Too late for either: the call has gone to somebody else, or away."""
    offer = open_offers.get(work.session, offer_id)
    interaction = interactions.get(work.session, offer.interaction_id) if offer else None
    if offer is None or interaction is None:
        return HangUp()
    try:
        if digit != "1":
            offers.decline(work, offer_id, agent_id=offer.agent_id, reason="desk_telephone")
            return HangUp()
        offers.accept(work, offer_id, agent_id=offer.agent_id)
    except (OfferEnded, InteractionEnded):
        return Apologise(language=interaction.language, reason="invited")
    _leg(work, interaction, offer, call_sid)
    return _let_in(work, interaction, offer, call_sid)


def report(work: Work, given: LegReport) -> None:
    """What the telephone company says of one leg. Only a report of higher rank counts.

    A caller may be gone before we have written down that they came: then they never do, see `calls.receive`.
    """
    leg = leg_rows.get(work.session, given.sid)
    if leg is None and RANK[given.status] == OVER and not calls.claim(work, given.sid):
        leg = leg_rows.get(work.session, given.sid)
    if leg is None:
        return
    interaction = interactions.get(work.session, leg.interaction_id, lock=True)
    leg = leg_rows.get(work.session, given.sid, lock=True)
    rank = RANK[given.status]
    if interaction is None or leg is None or rank <= leg.rank:
        return
    leg.rank = rank
    if interaction.state in WITH_CUSTOMER:
        interaction.call.reconcile_at = work.now + calls.QUIET_AFTER
    if rank < OVER:
        return
    leg.left_at = leg.left_at or work.now
    if leg.party == "agent":
        agent_left(work, interaction, leg)
    elif interaction.direction != Direction.CALLBACK or not callback_dialing.leg_over(
        work, interaction, leg, outcome=given.status
    ):
        directions.customer_gone(work, interaction, by=EndedBy.CUSTOMER)


def conference(work: Work, given: ConferenceReport) -> None:
    """One conference report. Known ones, and those older than what the line has shown already, change nothing."""
    interaction_id = interaction_of_conference(given.name)
    key = f"conference:{given.conference_sid}:{given.sequence}"
    if interaction_id is None or not access.claim_receipt(work.session, key, now=work.now):
        return
    interaction = interactions.get(work.session, interaction_id, lock=True)
    if interaction is None or interaction.state not in (*WITH_CUSTOMER, State.WRAP_UP):
        return
    if interaction.state in WITH_CUSTOMER:
        interaction.call.reconcile_at = work.now + calls.QUIET_AFTER
    leg = leg_rows.get(work.session, given.call_sid, lock=True) if given.call_sid else None
    if leg is None or leg.interaction_id != interaction.id or _is_old(leg, given):
        return
    _heard(work, interaction, leg, given)


def _is_old(leg: Leg, given: ConferenceReport) -> bool:
    """Within one conference the sequence orders what we hear of a leg; a new conference begins anew."""
    if leg.conference_sid == given.conference_sid and given.sequence <= leg.sequence:
        return True
    leg.conference_sid, leg.sequence = given.conference_sid, given.sequence
    return False


def _heard(work: Work, interaction: Interaction, leg: Leg, given: ConferenceReport) -> None:
    if given.event == "participant-join":
        leg.joined_at, leg.left_at = leg.joined_at or work.now, None
        if leg.party == "agent":
            agent_joined(work, interaction)
    elif given.event == "participant-leave" and leg.party == "customer" and given.call_status == CallStatus.IN_PROGRESS:
        holds.end(work, interaction)  # they pressed *: the Dial's action leads them on
    elif given.event == "participant-leave" and given.reason != OURS:
        leg.left_at = work.now
        if leg.party == "agent":
            agent_left(work, interaction, leg)
        else:
            directions.customer_gone(work, interaction, by=EndedBy.CUSTOMER)
    elif leg.party == "customer" and given.event == "participant-hold":
        holds.begin(work, interaction)
    elif leg.party == "customer" and given.event == "participant-unhold":
        holds.end(work, interaction)


def agent_joined(work: Work, interaction: Interaction) -> None:
    """Customer and agent hear each other. Locked."""
    offer = open_offers.open_of(work.session, interaction.id, lock=True)
    if interaction.state != State.ACTIVE or offer is None:
        return
    offer.connect_by = interaction.call.bring_back_at = None
    directions.agent_is_up(work, interaction)


def agent_left(work: Work, interaction: Interaction, leg: Leg) -> None:
    """The agent's line is gone while the customer is there: a little time to come back, then somebody else takes over.

    A desk telephone that was never taken counts as a miss at once.
    """
    offer = open_offers.open_of(work.session, interaction.id, lock=True)
    if offer is None or offer.id != leg.offer_id:
        return
    if offer.state == OfferState.LIVE:
        offers.missed(work, interaction, offer, reason="desk_telephone_no_answer")
    elif interaction.state == State.ACTIVE:
        if leg.joined_at:  # whoever leaves was there, even where the joining is reported later
            directions.agent_is_up(work, interaction)
        if not _other_line(work, interaction, leg):
            offer.connect_by = work.now + REJOIN_WITHIN


def _other_line(work: Work, interaction: Interaction, leg: Leg) -> bool:
    """A browser that was reloaded may have joined anew before its old line is reported gone."""
    others = [other for other in leg_rows.of(work.session, interaction.id) if other.id != leg.id]
    return any(other.party == "agent" and other.joined_at and not other.left_at for other in others)


def left_conference(work: Work, interaction_id: int, *, still_there: bool, by_key: bool = False) -> Answer:
    """The caller's conference is over: they hung up, or it failed round them and they come back to it.

    `by_key`: they pressed *. Whoever waits is offered a callback; whoever speaks with an agent is led straight back.
    """
    interaction = interactions.get(work.session, interaction_id, lock=True)
    if interaction is None:
        return HangUp()
    if not still_there:
        directions.customer_gone(work, interaction, by=EndedBy.CUSTOMER)
        return HangUp()
    if by_key and callbacks.may_ask(interaction) and callbacks.rule(work, interaction).by_key:
        return callbacks.ask(work, interaction)
    return calls.answer_again(work, interaction)
