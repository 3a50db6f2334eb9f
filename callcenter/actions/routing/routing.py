"""Routing: `domain.routing` decides, this module reads its input and stores the offer.

It never waits for a row that another router locks; one statement and two partial unique indexes settle races.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from callcenter.actions.routing import ranks
from callcenter.domain import routing
from callcenter.domain.agents import AgentState
from callcenter.domain.events import DeskTelephoneToRing, OfferMade, StateChanged
from callcenter.domain.interactions import State
from callcenter.domain.routing import (
    Candidate,
    CandidatePool,
    Choice,
    CompanyPolicy,
    Explanation,
    Lines,
    Waiting,
)
from callcenter.storage.administration import settings_cache
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers.customers import Customer
from callcenter.storage.routing import candidates as stored
from callcenter.storage.routing import forecasts
from callcenter.storage.routing import routing as queries
from callcenter.storage.routing.candidates import head_of
from callcenter.storage.routing.routing import MadeOffer, OnDuty, QueueHead
from callcenter.storage.work import Work

FIRST_DEPTH = 8
WHOLE_DEPTH = 1_000


def enter(work: Work, interaction: Interaction, customer: Customer | None) -> None:
    """Store what routing decides by. After a hang-up, a caller who redials soon gets their old place."""
    ours = policy(work)
    queue = settings_cache.queue(work.session, interaction.queue_id) if interaction.queue_id else None
    account_id = customer.account_id if customer else None
    known = ranks.known_of(work, interaction, ours, account_id=account_id) if interaction.their_address else None
    if known and known.waited_since and interaction.channel.is_voice and interaction.joined_at == work.now:
        interaction.joined_at = known.waited_since
    interaction.tier = customer.tier if customer else ""
    ranks.write(interaction, ours, queue, known)
    interaction.affinities = _affinities(known) if known else []


def _affinities(known: queries.Known) -> list[list[int | str]]:
    """[agent id, kind], closest first, each agent once."""
    wanted = ((known.ticket_owner, "ticket"), (known.last_agent, "last"), (known.account_owner, "account"))
    found: dict[int, str] = {}
    for agent_id, kind in wanted:
        if agent_id is not None:
            found.setdefault(agent_id, kind)
    return [[agent_id, kind] for agent_id, kind in found.items()]


def route(
    work: Work, interaction: Interaction, *, without: frozenset[int] = frozenset(), is_new: bool = False
) -> int | None:
    """Offer a waiting, locked interaction; the agent's id, or None where it keeps waiting.

    `is_new`: just entered the queue, so it has no earlier offers.
    """
    if interaction.queue_rank is None:
        return None
    if not is_new:
        work.session.flush()  # the queries below need the offers and states written so far
    now = work.now.timestamp()
    waiting = waiting_of(work, [head_of(interaction)], asked_before=not is_new)[0]
    on_duty = {row.id: row for row in queries.on_duty(work.session)}
    candidates = pool_of(work, on_duty.values(), without=without)
    while True:
        choice = routing.who_should_take(waiting, candidates, now)
        if choice.agent_id is None:
            return None
        explained = routing.explain(waiting, candidates, choice, now)
        if _make_offer(work, interaction, on_duty[choice.agent_id], choice, explained):
            return choice.agent_id
        candidates.remove(choice.agent_id)


def offer_to(work: Work, interaction: Interaction, agent_id: int) -> bool:
    """Offer to this agent only, regardless of rings. False without capacity. Locked and waiting."""
    work.session.flush()
    asked = [row for row in queries.on_duty(work.session) if row.id == agent_id]
    candidates, now = pool_of(work, asked), work.now.timestamp()
    agent = candidates.get(agent_id)
    if agent is None or not agent.is_available or agent.is_asked:
        return False
    waiting = waiting_of(work, [head_of(interaction)])[0]
    choice = Choice(agent_id, "transferred", 0, None)
    return (
        _make_offer(work, interaction, asked[0], choice, routing.explain(waiting, candidates, choice, now)) is not None
    )


def next_for(work: Work, agent_id: int) -> None:
    """Offer this agent their next work; retries while other routers are faster."""
    work.session.flush()
    on_duty = {row.id: row for row in queries.on_duty(work.session)}
    candidates = pool_of(work, on_duty.values())
    depth, taken = FIRST_DEPTH, set[int]()
    while True:
        queue_heads = [head for head in queries.queue_heads(work.session, depth=depth) if head.id not in taken]
        found = _offer_next(work, agent_id, queue_heads, on_duty, candidates, taken)
        if found or depth == WHOLE_DEPTH or len(queue_heads) + len(taken) < depth:
            return
        depth = WHOLE_DEPTH


def _offer_next(
    work: Work,
    agent_id: int,
    queue_heads: Sequence[QueueHead],
    on_duty: dict[int, OnDuty],
    candidates: CandidatePool,
    taken: set[int],
) -> bool:
    now = work.now.timestamp()
    lines = Lines(waiting_of(work, queue_heads))
    while agent := candidates.get(agent_id):
        wanted = routing.what_next(agent, lines, candidates, now)
        if wanted is None:
            return False
        taken.add(wanted.id)
        lines.remove(wanted.id)
        interaction = interactions.claim_waiting(work.session, wanted.id)
        if interaction is None:
            continue
        affinity = next((affinity for affinity in wanted.affinities if affinity.agent_id == agent_id), None)
        choice = Choice(
            agent_id, "relationship" if affinity else "next_in_line", _ring(wanted, agent, candidates, now), affinity
        )
        explained = routing.explain(wanted, candidates, choice, now)
        if _make_offer(work, interaction, on_duty[agent_id], choice, explained):
            return True
        candidates.remove(agent_id)
    return False


def _ring(waiting: Waiting, agent: Candidate, candidates: CandidatePool, now: float) -> int:
    opens = routing.openings(waiting.needs, candidates)
    return routing.ring_of(waiting.needs, agent, opens, now - waiting.since) or 0


def offerable(waiting: Sequence[Waiting], candidates: CandidatePool, now: datetime) -> list[int]:
    """Ids that could be offered now, highest score first, each agent counted once."""
    at = now.timestamp()
    found = []
    for one in sorted(waiting, key=lambda one: (-one.score(at), one.id)):
        choice = routing.who_should_take(one, candidates, at)
        if choice.agent_id is not None:
            candidates.remove(choice.agent_id)
            found.append(one.id)
    return found


def why_waiting(work: Work, interaction: Interaction) -> Explanation | None:
    """None where it is not waiting. Read-only."""
    if interaction.state != State.WAITING or interaction.queue_rank is None:
        return None
    now = work.now.timestamp()
    waiting = waiting_of(work, [head_of(interaction)])[0]
    candidates = pool_of(work, queries.on_duty(work.session))
    choice = routing.who_should_take(waiting, candidates, now)
    found = forecasts.forecast(work.session, waiting, candidates, now=work.now)
    return replace(routing.explain(waiting, candidates, choice, now), ahead=found.place - 1)


def policy(work: Work) -> CompanyPolicy:
    return stored.policy(work.session)


def waiting_of(work: Work, queue_heads: Sequence[QueueHead], *, asked_before: bool = True) -> list[Waiting]:
    return stored.waiting_of(work.session, queue_heads, now=work.now, asked_before=asked_before)


def pool_of(work: Work, rows: Collection[OnDuty], *, without: frozenset[int] = frozenset()) -> CandidatePool:
    return stored.pool_of(work.session, rows, without=without)


def _make_offer(
    work: Work, interaction: Interaction, agent: OnDuty, choice: Choice, explained: Explanation
) -> MadeOffer | None:
    """None where the agent is no longer available or another router has them."""
    kind = interaction.channel.medium
    ours = policy(work)
    limits = ours.limits(agent.limits, conversations=agent.max_conversations)
    seconds = ours.ring_seconds[kind]
    held = queries.make_offer(
        work.session,
        agent_id=agent.id,
        interaction_id=interaction.id,
        medium=kind,
        slots=limits.calls if interaction.channel.is_voice else limits.conversations,
        total=limits.total,
        both=limits.both,
        calls_over=limits.calls_over,
        now=work.now,
        expires_at=work.now + timedelta(seconds=seconds),
        reason=json.dumps(explained.data()),
    )
    if held is None:
        return None
    interaction.state, interaction.agent_id = State.OFFERED, agent.id
    _tell(work, interaction, agent, held, seconds=seconds)
    return held


def _tell(work: Work, interaction: Interaction, agent: OnDuty, held: MadeOffer, *, seconds: int) -> None:
    if held.to_ring:
        work.record(DeskTelephoneToRing(interaction_id=interaction.id, agent_id=agent.id, offer_id=held.offer_id))
    work.record(
        OfferMade(
            interaction_id=interaction.id,
            customer_id=interaction.customer_id,
            agent_id=agent.id,
            offer_id=held.offer_id,
            seconds=seconds,
        )
    )
    work.record(StateChanged(agent_id=agent.id, state=AgentState.OFFERED, before=held.before))
