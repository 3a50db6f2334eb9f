"""Routing: asks `domain.routing` who should take this and what she should take next, and writes the answer as an offer.

It never waits for a row that another router holds; two partial unique indexes settle what is left.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from callcenter.actions import states
from callcenter.domain import routing
from callcenter.domain.agents import AgentState, Status
from callcenter.domain.events import DeskTelephoneToRing, OfferMade
from callcenter.domain.interactions import Channel, State
from callcenter.domain.routing import Candidate, Waiting
from callcenter.storage import agents, company, interactions, offers
from callcenter.storage.agents import Agent
from callcenter.storage.interactions import Interaction
from callcenter.storage.offers import Offer
from callcenter.storage.work import Work

RING_SECONDS = {"voice": 20, "text": 40}
ASK_AGAIN_AFTER = timedelta(seconds=60)
WAITING_CONSIDERED = 50


def medium(interaction: Interaction) -> str:
    return "voice" if interaction.is_call else "text"


def route(work: Work, interaction: Interaction, *, without: frozenset[int] = frozenset()) -> Offer | None:
    """Who should take this? The offer made, or None: then it waits on. The interaction must be locked and waiting."""
    work.session.flush()
    waiting = _waiting(work, [interaction])[0]
    candidates = [agent for agent in _candidates(work) if agent.id not in without]
    while candidates:
        choice = routing.who_should_take(waiting, candidates, work.now)
        if choice.agent_id is None:
            return None
        offer = _hold_out(work, interaction, choice)
        if offer is not None:
            return offer
        candidates = [agent for agent in candidates if agent.id != choice.agent_id]
    return None


def next_for(work: Work, agent_id: int) -> None:
    """What should she take next? Goes through what waits, the best first, until this agent holds an offer."""
    work.session.flush()
    waiting = _waiting(work, interactions.waiting(work.session, limit=WAITING_CONSIDERED))
    while True:
        candidate = next((agent for agent in _candidates(work) if agent.id == agent_id), None)
        wanted = routing.what_next(candidate, waiting) if candidate else None
        if wanted is None:
            return
        waiting = [one for one in waiting if one.id != wanted]
        interaction = interactions.claim_waiting(work.session, wanted)
        offer = route(work, interaction) if interaction else None
        if offer and offer.agent_id == agent_id:
            return


def _waiting(work: Work, rows: Sequence[Interaction]) -> list[Waiting]:
    queues = {queue.id: queue for queue in company.queues(work.session)}
    asked = offers.asked_lately(work.session, [row.id for row in rows], since=work.now - ASK_AGAIN_AFTER)
    return [
        Waiting(
            id=row.id,
            channel=Channel(row.channel),
            queue_id=row.queue_id or 0,
            language=row.language,
            since=row.joined_at or row.created_at,
            skill=queues[row.queue_id].skill if row.queue_id in queues else None,
            level=queues[row.queue_id].level if row.queue_id in queues else 1,
            avoid=frozenset(asked.get(row.id, ())),
        )
        for row in rows
    ]


def _candidates(work: Work) -> list[Candidate]:
    loads = offers.load(work.session)
    return [
        Candidate(
            id=agent.id,
            name=agent.name,
            available=_is_available(agent),
            languages=frozenset(agent.languages),
            skills=agent.skills,
            idle_since=agent.idle_since,
            is_asked=agent.state == AgentState.OFFERED,
            calls=loads.get(agent.id, {}).get("voice", 0),
            conversations=loads.get(agent.id, {}).get("text", 0),
            max_conversations=agent.max_conversations,
        )
        for agent in agents.signed_in(work.session)
    ]


def _is_available(agent: Agent) -> bool:
    return agent.status == Status.AVAILABLE and agent.next_status is None


def _is_free(agent: Agent) -> bool:
    return _is_available(agent) and agent.state != AgentState.OFFERED


def serving(session: Session, queue: company.Queue, *, language: str) -> int:
    """How many signed-in agents serve this queue in this language now, busy or not."""
    able = [agent for agent in agents.signed_in(session) if agent.status == Status.AVAILABLE]
    able = [agent for agent in able if language in agent.languages]
    return sum(1 for agent in able if not queue.skill or agent.skills.get(queue.skill, 0) >= queue.level)


def _hold_out(work: Work, interaction: Interaction, choice: routing.Choice) -> Offer | None:
    """Write the offer. None where another router has this agent in hand, or has just filled the slot."""
    agent_id = choice.agent_id or 0
    if agent_id not in agents.lock_free(work.session, [agent_id]):
        return None
    agent = agents.get(work.session, agent_id, lock=True)
    slot = offers.free_slot(work.session, agent_id, medium=medium(interaction), slots=_slots(interaction, agent))
    if agent is None or slot is None or not _is_free(agent):
        return None
    offer = _new_offer(work, interaction, choice, slot)
    try:
        with work.session.begin_nested():
            work.session.add(offer)
    except IntegrityError:
        return None
    interaction.state, interaction.agent_id = State.OFFERED, agent_id
    if agent.desk_telephone and interaction.is_call:
        offer.ring_at = work.now
        work.record(DeskTelephoneToRing(interaction_id=interaction.id, agent_id=agent_id, offer_id=offer.id))
    _tell_made(work, interaction, offer)
    states.refresh_state(work, agent_id)
    return offer


def _slots(interaction: Interaction, agent: Agent | None) -> int:
    return 1 if interaction.is_call or agent is None else agent.max_conversations


def _new_offer(work: Work, interaction: Interaction, choice: routing.Choice, slot: int) -> Offer:
    return Offer(
        interaction_id=interaction.id,
        agent_id=choice.agent_id,
        medium=medium(interaction),
        slot=slot,
        state="live",
        is_open=True,
        made_at=work.now,
        expires_at=work.now + timedelta(seconds=RING_SECONDS[medium(interaction)]),
        reason={"verdicts": [asdict(verdict) for verdict in choice.verdicts]},
    )


def _tell_made(work: Work, interaction: Interaction, offer: Offer) -> None:
    work.record(
        OfferMade(
            interaction_id=interaction.id,
            customer_id=interaction.customer_id,
            agent_id=offer.agent_id,
            offer_id=offer.id,
            seconds=RING_SECONDS[offer.medium],
        )
    )
