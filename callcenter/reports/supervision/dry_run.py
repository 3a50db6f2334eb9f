"""What would happen to a contact: the live routing functions, asked about an invented one.

Times in seconds from when the contact enters its queue."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.domain import opening_hours, routing
from callcenter.domain.agents import AgentState, Status
from callcenter.domain.channels import Channel
from callcenter.domain.routing import (
    Affinity,
    Asked,
    Candidate,
    CandidatePool,
    CompanyPolicy,
    Explanation,
    Needs,
    QueuePolicy,
    Waiting,
)
from callcenter.storage.administration import company
from callcenter.storage.administration.company import Queue
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.routing import routing as queries
from callcenter.storage.routing.routing import OnDuty

ASKED_IN_TURN = 4
MOST_STEPS = 8
LATEST = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialContact:
    """The contact to try. `knows`: (agent, "ticket", "last" or "account"). `everybody`: all agents signed in and free."""

    queue: Queue
    at: datetime
    channel: Channel = Channel.VOICE
    language: str = "en"
    tier: str = "standard"
    knows: tuple[int, str] | None = None
    broken_promise: bool = False
    repeats: int = 0
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class RingShown:
    """Opens after `after` seconds; `ids`: agents not in an inner ring. `is_early`: the inner ring is empty."""

    after: float
    ids: tuple[int, ...]
    is_early: bool


@dataclass(frozen=True, slots=True)
class DryRunStep:
    at: float
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRunResult:
    """Score: `points` by reason, `aging` a second. `steps`: offers in turn, unanswered, until `max_wait`."""

    is_open: bool
    opens_at: datetime | None
    points: Mapping[str, float]
    aging: float
    signed_in: int
    rings: tuple[RingShown, ...]
    steps: tuple[DryRunStep, ...]
    ring_seconds: int
    max_wait: int | None
    overflow: str | None
    overflow_queue: int | None
    is_served: bool


def dry_run(session: Session, case: TrialContact, *, now: datetime) -> DryRunResult:
    """`now`: for the agents' state; `case.at`: the time to try."""
    ours = company.get(session)
    numbers = ours.routing_policy if ours else CompanyPolicy()
    candidates = CandidatePool(_candidates(session, numbers, case, now.timestamp()))
    waiting = _waiting(numbers, case)
    policy = case.queue.policy
    closed = case.queue.closed_days
    hours = (case.at, case.queue.hours, case.queue.zone, closed)
    is_open = not case.channel.is_voice or opening_hours.is_open(*hours)
    return DryRunResult(
        is_open=is_open,
        opens_at=None if is_open else opening_hours.opens_at(*hours),
        points=_points(numbers, case),
        aging=waiting.aging,
        signed_in=len(candidates),
        rings=_rings(waiting.needs, candidates),
        steps=tuple(_steps(waiting, candidates, numbers, case)),
        ring_seconds=numbers.ring_seconds[case.channel.medium],
        max_wait=policy.max_wait,
        overflow=policy.overflow,
        overflow_queue=policy.overflow_queue,
        is_served=case.channel in policy.channels,
    )


def _candidates(session: Session, numbers: CompanyPolicy, case: TrialContact, now: float) -> list[Candidate]:
    if case.everybody:
        return [_free(agent, numbers) for agent in agents.all_active(session)]
    return [_as_now(agent, numbers, now) for agent in queries.on_duty(session)]


def _free(agent: Agent, numbers: CompanyPolicy) -> Candidate:
    return Candidate(
        id=agent.id,
        profile=routing.profile(agent.skills, agent.languages, team=agent.team_id, role=agent.role),
        limits=numbers.limits(agent.limits, conversations=agent.max_conversations),
    )


def _as_now(agent: OnDuty, numbers: CompanyPolicy, now: float) -> Candidate:
    return Candidate(
        id=agent.id,
        profile=routing.profile(agent.skills, agent.languages, team=agent.team_id, role=agent.role),
        limits=numbers.limits(agent.limits, conversations=agent.max_conversations),
        is_available=agent.status == Status.AVAILABLE and agent.next_status is None,
        is_asked=agent.state == AgentState.OFFERED,
        calls=agent.calls,
        conversations=agent.conversations,
        idle_since=agent.idle_since - now,
    )


def _points(numbers: CompanyPolicy, case: TrialContact) -> dict[str, float]:
    return numbers.points(
        priority=case.queue.priority,
        tier=case.tier,
        broken_promise=case.broken_promise,
        repeats=case.repeats,
        channel=case.channel,
    )


def _waiting(numbers: CompanyPolicy, case: TrialContact) -> Waiting:
    policy = case.queue.policy
    return Waiting(
        id=0,
        needs=routing.needs(
            queue_id=case.queue.id,
            channel=case.channel,
            language=case.language,
            rings=policy.circles(),
            prefers=tuple(policy.prefers.items()),
            tier=case.tier,
            spread=numbers.spread_conversations,
        ),
        since=0.0,
        points=sum(_points(numbers, case).values()),
        aging=numbers.aging_of(case.channel) * policy.aging,
        affinities=_affinities(policy, case),
    )


def _affinities(policy: QueuePolicy, case: TrialContact) -> tuple[Affinity, ...]:
    if case.knows is None:
        return ()
    agent_id, kind = case.knows
    return (Affinity(agent_id, kind, until=float(getattr(policy.hold, kind))),)


def _rings(needs: Needs, candidates: CandidatePool) -> tuple[RingShown, ...]:
    opens = routing.openings(needs, candidates)
    own: dict[int, list[int]] = {place: [] for place in range(len(opens))}
    for agent in candidates:
        ring = routing.ring_of(needs, agent, opens, LATEST)
        if ring is not None:
            own[ring].append(agent.id)
    return tuple(
        RingShown(opens[place], tuple(ids), opens[place] < needs.rings[place].after) for place, ids in own.items()
    )


def _steps(
    waiting: Waiting, candidates: CandidatePool, numbers: CompanyPolicy, case: TrialContact
) -> Iterable[DryRunStep]:
    """Offers in turn, each unanswered. Agents do not change meanwhile."""
    at, asks, asked = 0.0, 0, dict[int, Asked]()
    end = float(case.queue.policy.max_wait or LATEST)
    rings_for = numbers.ring_seconds[case.channel.medium]
    for _ in range(MOST_STEPS):
        trying = replace(waiting, asked=dict(asked))
        choice = routing.who_should_take(trying, candidates, at)
        yield DryRunStep(at, routing.explain(trying, candidates, choice, at))
        if choice.agent_id is not None:
            at, asks = at + rings_for, asks + 1
            asked[choice.agent_id] = Asked(at, at + numbers.pauses.no_answer)
        else:
            at = min(_moments(trying, candidates, at), default=LATEST)
        if at >= end or at >= LATEST or asks == ASKED_IN_TURN:
            return


def _moments(waiting: Waiting, candidates: CandidatePool, at: float) -> list[float]:
    """When the choice may change: a ring opens, a hold or a pause ends."""
    moments = [
        *routing.openings(waiting.needs, candidates),
        *(affinity.until for affinity in waiting.affinities),
        *(one.until for one in waiting.asked.values()),
    ]
    return [moment for moment in moments if moment > at]
