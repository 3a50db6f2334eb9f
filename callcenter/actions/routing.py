"""Routing: asks `domain.routing` who should take this and what she should take next, and writes the answer as an offer.

It never waits for a row that another router holds; two partial unique indexes settle what is left.
"""

from collections.abc import Sequence
from datetime import timedelta

from callcenter.actions import states
from callcenter.domain import routing
from callcenter.domain.agents import AgentState, Status
from callcenter.domain.events import DeskTelephoneToRing, OfferMade
from callcenter.domain.interactions import Channel, State
from callcenter.domain.routing import Candidate, Verdict, Waiting
from callcenter.storage import agents, company, interactions, offers
from callcenter.storage.agents import Agent, OnDuty
from callcenter.storage.interactions import Interaction
from callcenter.storage.work import Work

RING_SECONDS = {"voice": 20, "text": 40}
ASK_AGAIN_AFTER = timedelta(seconds=60)
WAITING_CONSIDERED = 50


def medium(interaction: Interaction) -> str:
    return "voice" if interaction.is_call else "text"


def route(
    work: Work, interaction: Interaction, *, without: frozenset[int] = frozenset(), is_new: bool = False
) -> int | None:
    """Who should take this? The agent it is offered to, or None: then it waits on. The interaction is locked and waiting.

    `is_new`: it has just entered its queue, so that nobody can have been asked before.
    """
    waiting = _waiting(work, [interaction], asked_before=not is_new)[0]
    candidates = [agent for agent in _candidates(work) if agent.id not in without]
    while best := routing.in_order(waiting, candidates):
        agent = agents.claim(work.session, best)
        if agent is None:
            return None
        others_have = best[: best.index(agent.id)]
        candidates = [candidate for candidate in candidates if candidate.id not in others_have]
        if _hold_out(work, interaction, agent, routing.who_should_take(waiting, candidates, work.now)):
            return agent.id
        candidates = [candidate for candidate in candidates if candidate.id != agent.id]
    return None


def next_for(work: Work, agent_id: int) -> None:
    """What should she take next? Goes through what waits, the best first, until this agent holds an offer."""
    waiting = _waiting(work, interactions.waiting(work.session, limit=WAITING_CONSIDERED))
    while True:
        candidate = next((agent for agent in _candidates(work) if agent.id == agent_id), None)
        wanted = routing.what_next(candidate, waiting) if candidate else None
        if wanted is None:
            return
        waiting = [one for one in waiting if one.id != wanted]
        interaction = interactions.claim_waiting(work.session, wanted)
        if interaction and route(work, interaction) == agent_id:
            return


def _waiting(work: Work, rows: Sequence[Interaction], *, asked_before: bool = True) -> list[Waiting]:
    queues = {id_: company.queue(work.session, id_) for id_ in {row.queue_id for row in rows} if id_}
    ids = [row.id for row in rows] if asked_before else []
    asked = offers.asked_lately(work.session, ids, since=work.now - ASK_AGAIN_AFTER)
    return [
        Waiting(
            id=row.id,
            channel=Channel(row.channel),
            queue_id=row.queue_id or 0,
            language=row.language,
            since=row.joined_at or row.created_at,
            skill=queue.skill if (queue := queues.get(row.queue_id or 0)) else None,
            level=queue.level if queue else 1,
            avoid=frozenset(asked.get(row.id, ())),
        )
        for row in rows
    ]


def _candidates(work: Work) -> list[Candidate]:
    return [
        Candidate(
            id=agent.id,
            name=agent.name,
            available=_is_available(agent),
            languages=frozenset(agent.languages),
            skills=agent.skills,
            idle_since=agent.idle_since,
            is_asked=agent.state == AgentState.OFFERED,
            calls=agent.calls,
            conversations=agent.conversations,
            max_conversations=agent.max_conversations,
        )
        for agent in agents.on_duty(work.session)
    ]


def _is_available(agent: Agent | OnDuty) -> bool:
    return agent.status == Status.AVAILABLE and agent.next_status is None


def _is_free(agent: Agent) -> bool:
    return _is_available(agent) and agent.state != AgentState.OFFERED


def _hold_out(work: Work, interaction: Interaction, agent: Agent, choice: routing.Choice) -> bool:
    """Write the offer; the agent is locked. False where they are no longer free, or another router fills the slot."""
    slot = _slot(work, interaction, agent) if _is_free(agent) else None
    to_ring = bool(agent.desk_telephone) and interaction.is_call
    offer_id = _new_offer(work, interaction, choice, slot, to_ring=to_ring) if slot is not None else None
    if offer_id is None:
        return False
    interaction.state, interaction.agent_id = State.OFFERED, agent.id
    if to_ring:
        work.record(DeskTelephoneToRing(interaction_id=interaction.id, agent_id=agent.id, offer_id=offer_id))
    _tell_made(work, interaction, offer_id)
    states.offered(work, agent)
    return True


def _slot(work: Work, interaction: Interaction, agent: Agent) -> int | None:
    """Whoever is idle has all slots free; of others it is asked."""
    if agent.state == AgentState.IDLE:
        return 0
    slots = 1 if interaction.is_call else agent.max_conversations
    return offers.free_slot(work.session, agent.id, medium=medium(interaction), slots=slots)


def _new_offer(work: Work, interaction: Interaction, choice: routing.Choice, slot: int, *, to_ring: bool) -> int | None:
    return offers.make(
        work.session,
        interaction_id=interaction.id,
        agent_id=choice.agent_id,
        medium=medium(interaction),
        slot=slot,
        state="live",
        is_open=True,
        made_at=work.now,
        ring_at=work.now if to_ring else None,
        expires_at=work.now + timedelta(seconds=RING_SECONDS[medium(interaction)]),
        reason={"verdicts": [_written(verdict) for verdict in choice.verdicts]},
    )


def _written(verdict: Verdict) -> dict[str, int | str]:
    """As `asdict` would, at a tenth of its price: there is one for each signed-in agent."""
    return {
        "agent_id": verdict.agent_id,
        "name": verdict.name,
        "reason": verdict.reason,
        "idle_seconds": verdict.idle_seconds,
    }


def _tell_made(work: Work, interaction: Interaction, offer_id: int) -> None:
    work.record(
        OfferMade(
            interaction_id=interaction.id,
            customer_id=interaction.customer_id,
            agent_id=interaction.agent_id,
            offer_id=offer_id,
            seconds=RING_SECONDS[medium(interaction)],
        )
    )
