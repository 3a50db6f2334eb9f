"""Lifecycle of an offer: accepted, declined, expired, withdrawn, failed. The database settles races."""

from datetime import timedelta

from callcenter.actions.routing import agent_state, routing
from callcenter.actions.tickets import tickets
from callcenter.domain.callback_events import CallerToBringBack
from callcenter.domain.calls import Connection
from callcenter.domain.channels import Medium
from callcenter.domain.errors import InteractionEnded, NotFound, OfferEnded, OfferTaken
from callcenter.domain.events import (
    CallerLeftAlone,
    InteractionAccepted,
)
from callcenter.domain.events import (
    OfferEnded as OfferHasEnded,
)
from callcenter.domain.interactions import State
from callcenter.domain.states import OfferState
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.routing import offers
from callcenter.storage.routing.offers import Offer
from callcenter.storage.work import Work

HEARTBEAT_LOST = timedelta(seconds=35)  # a line without a sign of life for so long is dead
CONNECT_WITHIN = timedelta(seconds=15)
QUIET_AFTER = timedelta(minutes=2)  # a call without a report for so long is asked about
TRUSTED = timedelta(seconds=30)  # what a report says of a leg, when an agent accepts


def accept(work: Work, offer_id: int, *, agent_id: int) -> Connection:
    """Idempotent; OfferEnded or OfferTaken where another agent has it, InteractionEnded."""
    interaction, offer = _both(work, offer_id, agent_id)
    if offer.state == OfferState.ACCEPTED and offer.is_open:
        return _connection(offer)
    if offer.state != OfferState.LIVE:
        raise _why_gone(work, interaction)
    offer.state, offer.accepted_at, offer.ring_at = OfferState.ACCEPTED, work.now, None
    if interaction.channel.is_voice:
        offer.connect_by = work.now + CONNECT_WITHIN
        _check_again(work, interaction)
    else:
        interaction.answered_at = interaction.answered_at or work.now
    interaction.state, interaction.accepted_at = State.ACTIVE, work.now
    # The caller hears a question outside the conference.
    if interaction.channel.is_voice and interaction.call.bring_back_at:
        interaction.call.bring_back_at = work.now
        work.record(CallerToBringBack(interaction_id=interaction.id, agent_id=agent_id))
    ticket = tickets.for_interaction(work, interaction, agent_id=agent_id)
    _tell_ended(work, interaction, offer, OfferState.ACCEPTED, actor=f"agent:{agent_id}")
    work.record(
        InteractionAccepted(
            interaction_id=interaction.id,
            ticket_id=ticket.id,
            customer_id=interaction.customer_id,
            agent_id=agent_id,
            actor=f"agent:{agent_id}",
            offer_id=offer.id,
            waited_seconds=interaction.waited_seconds(work.now),
        )
    )
    agent_state.refresh_state(work, agent_id)
    agent_state.answered(work, agent_id)
    _ask_for_more(work, interaction, agent_id)
    return _connection(offer)


def _ask_for_more(work: Work, interaction: Interaction, agent_id: int) -> None:
    agent = agents.get(work.session, agent_id)
    if agent is None or agent.next_status:
        return
    limits = routing.policy(work).limits(agent.limits, conversations=agent.max_conversations)
    # During a call nothing more fits, unless the company or the agent's settings say so.
    if limits.both or not interaction.channel.is_voice:
        routing.next_for(work, agent_id)


def _check_again(work: Work, interaction: Interaction) -> None:
    """A call that nobody reported on for a while may be over: the clock asks the provider at once."""
    call = interaction.call
    if call.reconcile_at and call.reconcile_at - work.now < QUIET_AFTER - TRUSTED:
        call.reconcile_at = work.now


def _connection(offer: Offer) -> Connection:
    params = {"interaction": str(offer.interaction_id), "offer": str(offer.id)} if offer.medium == Medium.VOICE else {}
    return Connection(interaction_id=offer.interaction_id, offer_id=offer.id, params=params)


def _why_gone(work: Work, interaction: Interaction) -> OfferEnded | InteractionEnded:
    if interaction.ended_at is not None:
        return InteractionEnded()
    if interaction.state == State.ACTIVE and interaction.agent_id:
        return OfferTaken(name=agents.names(work.session).get(interaction.agent_id, ""))
    return OfferEnded()


def decline(work: Work, offer_id: int, *, agent_id: int, reason: str = "") -> None:
    """The interaction keeps its place and goes to another agent. Idempotent."""
    interaction, offer = _both(work, offer_id, agent_id)
    if offer.state == OfferState.DECLINED:
        return
    if offer.state != OfferState.LIVE:
        raise _why_gone(work, interaction)
    _end(work, interaction, offer, OfferState.DECLINED, reason=reason[:200], actor=f"agent:{agent_id}")
    routing.route(work, interaction)
    routing.next_for(work, agent_id)


def expire(work: Work, interaction_id: int) -> None:
    """A miss for the agent; the interaction goes to another agent."""
    interaction = interactions.get(work.session, interaction_id, lock=True)
    offer = offers.open_of(work.session, interaction_id, lock=True)
    if interaction and offer and offer.state == OfferState.LIVE and offer.expires_at <= work.now:
        if _was_told(work, offer):
            missed(work, interaction, offer, reason="no_answer")
        else:
            _not_told(work, interaction, offer)


def _was_told(work: Work, offer: Offer) -> bool:
    """By a desk telephone, or a browser whose line lives. An agent who never had one is a program, or a test."""
    agent = agents.get(work.session, offer.agent_id)
    if agent is None or agent.desk_telephone:
        return True
    return agents.is_reached(work.session, offer.agent_id, since=work.now - HEARTBEAT_LOST)


def _not_told(work: Work, interaction: Interaction, offer: Offer) -> None:
    """No miss: the web or the agent's own line was away. The agent may be asked again, after all others."""
    _end(work, interaction, offer, OfferState.WITHDRAWN, reason="not_reached")
    routing.route(work, interaction, without=frozenset({offer.agent_id}))


def missed(work: Work, interaction: Interaction, offer: Offer, *, reason: str) -> None:
    """Both rows locked."""
    _end(work, interaction, offer, OfferState.EXPIRED, reason=reason)
    agent_state.miss(work, offer.agent_id, allowed=routing.policy(work).misses_allowed)
    routing.route(work, interaction)
    routing.next_for(work, offer.agent_id)


def release(work: Work, interaction_id: int, *, agent_id: int, reason: str) -> None:
    """Withdraw a live offer from an agent who is gone; route it again."""
    interaction = interactions.get(work.session, interaction_id, lock=True)
    offer = offers.open_of(work.session, interaction_id, lock=True)
    if interaction and offer and offer.state == OfferState.LIVE and offer.agent_id == agent_id:
        _end(work, interaction, offer, OfferState.WITHDRAWN, reason=reason)
        routing.route(work, interaction, without=frozenset({agent_id}))


def give_back(work: Work, interaction_id: int, *, reason: str) -> None:
    """The interaction lost its agent: back to its old place in the queue, a caller to the music."""
    interaction = interactions.get(work.session, interaction_id, lock=True)
    offer = offers.open_of(work.session, interaction_id, lock=True)
    if interaction is None or offer is None or interaction.state != State.ACTIVE:
        return
    gone = offer.agent_id
    interaction.end_hold(work.now)
    _end(work, interaction, offer, OfferState.FAILED, reason=reason)
    if interaction.channel.is_voice and interaction.answered_at:
        interaction.call.bring_back_at = work.now
        work.record(CallerLeftAlone(interaction_id=interaction.id, agent_id=gone, offer_id=offer.id))
    routing.route(work, interaction, without=frozenset({gone}))
    routing.next_for(work, gone)


def hand_on(work: Work, interaction: Interaction) -> int:
    """A transfer: the interaction waits again. Returns the transferring agent's id. Locked and active."""
    offer = offers.open_of(work.session, interaction.id, lock=True)
    if offer is None:
        raise OfferEnded
    offer.state, offer.is_open, offer.ended_at, offer.end_reason = OfferState.FAILED, False, work.now, "transferred"
    offer.connect_by = None
    interaction.state, interaction.agent_id = State.WAITING, None
    _tell_ended(work, interaction, offer, "transferred")
    return offer.agent_id


def leg_lost(work: Work, offer_id: int) -> None:
    offer = offers.get(work.session, offer_id)
    if offer is None:
        return
    interaction = interactions.get(work.session, offer.interaction_id, lock=True)
    offer = offers.get(work.session, offer_id, lock=True)
    if interaction and offer and offer.is_open and offer.connect_by and offer.connect_by <= work.now:
        # The agent's leg did not connect or return in time.
        give_back(work, interaction.id, reason="leg_lost")


def withdraw(work: Work, interaction: Interaction) -> int | None:
    """The customer left: end the open offer, if any; returns the agent's id.

    Locked. The caller of this function ends the interaction, then refreshes the agent's state.
    """
    offer = offers.open_of(work.session, interaction.id, lock=True)
    if offer is None:
        return None
    if offer.state == OfferState.LIVE:
        _end(work, interaction, offer, OfferState.WITHDRAWN, reason="customer_left", waits_on=False)
    offer.connect_by = offer.ring_at = None
    return offer.agent_id


def close(work: Work, interaction_id: int) -> int | None:
    """Release the slot; returns the agent's id."""
    offer = offers.open_of(work.session, interaction_id, lock=True)
    if offer is None:
        return None
    offer.is_open, offer.ended_at, offer.connect_by = False, work.now, None
    return offer.agent_id


def free(work: Work, interaction: Interaction, agent_id: int | None) -> None:
    if agent_id is None:
        return
    close(work, interaction.id)
    agent_state.refresh_state(work, agent_id)
    agent_state.finished(work, agent_id)
    routing.next_for(work, agent_id)


def _both(work: Work, offer_id: int, agent_id: int) -> tuple[Interaction, Offer]:
    """Lock interaction, then offer. NotFound for another agent's offer."""
    seen = offers.get(work.session, offer_id)
    if seen is None or seen.agent_id != agent_id:
        raise NotFound
    interaction = interactions.get(work.session, seen.interaction_id, lock=True)
    offer = offers.get(work.session, offer_id, lock=True)
    if interaction is None or offer is None:
        raise NotFound
    return interaction, offer


def _end(
    work: Work,
    interaction: Interaction,
    offer: Offer,
    outcome: OfferState,
    *,
    reason: str = "",
    actor: str = "system",
    waits_on: bool = True,
) -> None:
    offer.state, offer.is_open, offer.ended_at, offer.end_reason = outcome, False, work.now, reason
    offer.connect_by = offer.ring_at = None
    _tell_ended(work, interaction, offer, outcome, reason=reason, actor=actor)
    if waits_on:
        interaction.state, interaction.agent_id = State.WAITING, None
        agent_state.refresh_state(work, offer.agent_id)


def _tell_ended(
    work: Work, interaction: Interaction, offer: Offer, outcome: str, *, reason: str = "", actor: str = "system"
) -> None:
    work.record(
        OfferHasEnded(
            interaction_id=interaction.id,
            customer_id=interaction.customer_id,
            agent_id=offer.agent_id,
            actor=actor,
            offer_id=offer.id,
            outcome=outcome,
            reason=reason,
        )
    )
