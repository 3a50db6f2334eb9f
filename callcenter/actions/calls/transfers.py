"""Transfers of a customer to a queue or to one agent, with a reason."""

from callcenter.actions.routing import agent_state, hours, offers, routing
from callcenter.domain import texts
from callcenter.domain.callback_events import Transferred
from callcenter.domain.errors import AgentNotFree, CallNotConnected, Invalid, NotFound, NotYourInteraction, QueueClosed
from callcenter.domain.interactions import State
from callcenter.domain.permissions import Actor, may_serve
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.work import Work

LONGEST_REASON = 200


def to_queue(work: Work, interaction_id: int, *, queue_id: int, reason: str, actor: Actor) -> None:
    """The first join time still counts; the transferring agent is released."""
    interaction, why = _mine(work, interaction_id, reason, actor)
    queue = company.queue(work.session, queue_id)
    if queue is None or not queue.is_active:
        raise Invalid("There is no such queue.", field="queue_id")
    if interaction.channel not in queue.policy.channels:
        raise Invalid("This queue does not take this channel.", field="queue_id")
    if not hours.is_open(queue, work.now):
        raise QueueClosed
    from_agent = _leave(work, interaction, why)
    interaction.queue_id = queue_id
    _line_up(work, interaction)
    _tell(work, interaction, why, actor, from_agent, queue_id=queue_id)
    routing.route(work, interaction, without=frozenset({from_agent}))
    routing.next_for(work, from_agent)


def to_agent(work: Work, interaction_id: int, *, agent_id: int, reason: str, actor: Actor) -> None:
    """Offer it to this agent only. AgentNotFree without capacity, which rolls the transfer back."""
    interaction, why = _mine(work, interaction_id, reason, actor)
    if agent_id == interaction.agent_id:
        raise Invalid("You have it already.", field="agent_id")
    target = agents.get(work.session, agent_id)
    if target is None or not target.is_active:
        raise Invalid("There is no such agent.", field="agent_id")
    from_agent = _leave(work, interaction, why)
    _line_up(work, interaction)
    _tell(work, interaction, why, actor, from_agent, to_agent_id=agent_id)
    if not routing.offer_to(work, interaction, agent_id):
        raise AgentNotFree(name=target.name)
    routing.next_for(work, from_agent)


def _mine(work: Work, interaction_id: int, reason: str, actor: Actor) -> tuple[Interaction, str]:
    interaction = interactions.get(work.session, interaction_id, lock=True)
    if interaction is None:
        raise NotFound
    if not may_serve(actor, interaction_agent_id=interaction.agent_id) and not actor.leads:
        raise NotYourInteraction
    if interaction.state != State.ACTIVE or interaction.answered_at is None:
        raise CallNotConnected
    why = texts.clean(reason, LONGEST_REASON)
    if not why:
        raise Invalid("Say why.", field="reason")
    return interaction, why


def _leave(work: Work, interaction: Interaction, why: str) -> int:
    """Release the transferring agent; a caller moves from the conference to the music.

    The agent's row is locked before another agent's, so that two opposite transfers cannot deadlock.
    """
    interaction.end_hold(work.now)
    from_agent = offers.hand_on(work, interaction)
    agent_state.refresh_state(work, from_agent)
    interaction.transfer_reason = why
    if interaction.channel.is_voice:
        interaction.call.bring_back_at = work.now
    return from_agent


def _line_up(work: Work, interaction: Interaction) -> None:
    customer = customers.get(work.session, interaction.customer_id) if interaction.customer_id else None
    routing.enter(work, interaction, customer)


def _tell(
    work: Work,
    interaction: Interaction,
    why: str,
    actor: Actor,
    from_agent: int,
    *,
    queue_id: int | None = None,
    to_agent_id: int | None = None,
) -> None:
    about = interaction.about() | {"agent_id": from_agent}
    work.record(Transferred(**about, actor=actor.label, reason=why, queue_id=queue_id, to_agent_id=to_agent_id))
