"""Legs of a call: the agent's leg connects, breaks and rejoins; reports of legs and conferences."""

from datetime import timedelta

from callcenter.actions.callbacks import callback_dialing
from callcenter.actions.calls import callback_offer as callbacks
from callcenter.actions.calls import calls, holds
from callcenter.actions.legs import directions
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
    """Admitted only with this agent's accepted, open offer."""
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
    # Counts as joined now: the report of joining may follow that of the caller's leaving.
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
    """The conference ended around an agent whose leg is up: the caller hung up, or pressed * and returns.

    The next report shows which: then the leg ends or rejoins.
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
    """Record the ringing leg of a desk telephone; its answer may be reported first."""
    offer = open_offers.get(work.session, offer_id, lock=True)
    interaction = interactions.get(work.session, offer.interaction_id) if offer else None
    if offer and interaction:
        offer.ring_at = None
        _leg(work, interaction, offer, call_sid)


def desk_telephone_answered(work: Work, offer_id: int, *, call_sid: str) -> Answer:
    rung(work, offer_id, call_sid=call_sid)
    offer = open_offers.get(work.session, offer_id)
    agent = agents.get(work.session, offer.agent_id) if offer else None
    if offer is None or agent is None or offer.state not in (OfferState.LIVE, OfferState.ACCEPTED):
        return HangUp()
    # An answering machine may have answered: only a key accepts.
    return AskAgentToPress(
        interaction_id=offer.interaction_id, agent_id=agent.id, offer_id=offer.id, language=agent.language
    )


def desk_telephone_pressed(work: Work, offer_id: int, *, call_sid: str, digit: str) -> Answer:
    """1 accepts, any other key declines. Apologise where the call is gone."""
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
    """A provider's report on one leg. Only a higher rank counts.

    A caller may be gone before their call arrives: the claim here then stops `calls.receive`.
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
    if given.is_asked and leg.party == "customer":
        _forget_admitted(work, interaction)
    if leg.party == "agent":
        agent_left(work, interaction, leg)
    elif interaction.direction != Direction.CALLBACK or not callback_dialing.leg_over(
        work, interaction, leg, outcome=given.status
    ):
        directions.customer_gone(work, interaction, by=EndedBy.CUSTOMER)


def _forget_admitted(work: Work, interaction: Interaction) -> None:
    # The customer left at an unknown time: an agent of whom no conference was reported has not met them.
    for leg in leg_rows.of(work.session, interaction.id):
        if leg.party == "agent" and leg.conference_sid is None and interaction.answered_at is None:
            leg.joined_at = None


def conference(work: Work, given: ConferenceReport) -> None:
    """Idempotent; reports older than the leg's state change nothing."""
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
    # The sequence orders reports within one conference; a new conference restarts it.
    if leg.conference_sid == given.conference_sid and given.sequence <= leg.sequence:
        return True
    leg.conference_sid, leg.sequence = given.conference_sid, given.sequence
    return False


def _heard(work: Work, interaction: Interaction, leg: Leg, given: ConferenceReport) -> None:
    if given.event == "participant-join":
        leg.joined_at, leg.left_at = leg.joined_at or work.now, None
        if leg.party == "agent":
            agent_joined(work, interaction, leg)
        else:
            _customer_joined(work, interaction)
    elif given.event == "participant-leave" and leg.party == "customer" and given.call_status == CallStatus.IN_PROGRESS:
        holds.end(work, interaction)  # pressed *: the action of the Dial takes over
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


def agent_joined(work: Work, interaction: Interaction, leg: Leg) -> None:
    """Connected once the customer's leg is in the same conference. Locked."""
    offer = open_offers.open_of(work.session, interaction.id, lock=True)
    if interaction.state != State.ACTIVE or offer is None:
        return
    offer.connect_by = interaction.call.bring_back_at = None
    if leg_rows.are_apart(leg_rows.of_customer(work.session, interaction.id), leg):
        # The caller may have left unheard: the carrier knows.
        interaction.call.reconcile_at = work.now
        return
    directions.agent_is_up(work, interaction)


def _customer_joined(work: Work, interaction: Interaction) -> None:
    # Reported after the agent had joined.
    if interaction.state != State.ACTIVE or interaction.direction == Direction.CALLBACK or interaction.answered_at:
        return
    offer = open_offers.open_of(work.session, interaction.id, lock=True)
    for leg in leg_rows.of(work.session, interaction.id):
        if offer and leg.offer_id == offer.id and leg.joined_at and leg.conference_sid and not leg.left_at:
            agent_joined(work, interaction, leg)


def agent_left(work: Work, interaction: Interaction, leg: Leg) -> None:
    """The agent has 20 seconds to rejoin, then another agent takes over.

    A desk telephone that hangs up before accepting counts as a miss at once.
    """
    offer = open_offers.open_of(work.session, interaction.id, lock=True)
    if offer is None or offer.id != leg.offer_id:
        return
    if offer.state == OfferState.LIVE:
        offers.missed(work, interaction, offer, reason="desk_telephone_no_answer")
    elif interaction.state == State.ACTIVE:
        # A leg that leaves had joined, even where that is reported later.
        if leg.joined_at and not leg_rows.are_apart(leg_rows.of_customer(work.session, interaction.id), leg):
            directions.agent_is_up(work, interaction)
        if not _other_leg(work, interaction, leg):
            offer.connect_by = work.now + REJOIN_WITHIN


def _other_leg(work: Work, interaction: Interaction, leg: Leg) -> bool:
    # A reloaded browser may rejoin before its old leg is reported gone.
    others = [other for other in leg_rows.of(work.session, interaction.id) if other.id != leg.id]
    return any(other.party == "agent" and other.joined_at and not other.left_at for other in others)


def left_conference(work: Work, interaction_id: int, *, still_there: bool, by_key: bool = False) -> Answer:
    """The caller left the conference: hung up, or returns after a failure.

    `by_key`: pressed *. A waiting caller is offered a callback, a connected one returns to the agent.
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
