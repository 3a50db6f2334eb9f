"""Rows as `domain.routing` values: waiting interactions and candidates. Read-only."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from callcenter.domain import routing
from callcenter.domain.agents import AgentState, Status
from callcenter.domain.channels import Channel
from callcenter.domain.routing import (
    Affinity,
    Asked,
    Candidate,
    CandidatePool,
    CompanyPolicy,
    Limits,
    Needs,
    QueuePolicy,
    Ring,
    Waiting,
)
from callcenter.domain.states import OfferState
from callcenter.storage.administration import settings_cache
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.routing import routing as queries
from callcenter.storage.routing.routing import OnDuty, QueueHead, WasAsked


def policy(session: Session) -> CompanyPolicy:
    def read() -> CompanyPolicy:
        ours = settings_cache.ours(session)
        return ours.routing_policy if ours else CompanyPolicy()

    return settings_cache.figure(session, "policy", read)


def head_of(row: Interaction) -> QueueHead:
    since = (row.joined_at or row.created_at).timestamp()
    rank = row.queue_rank if row.queue_rank is not None else since
    return QueueHead(
        row.id or 0, row.channel, row.queue_id or 0, row.language, since, rank, row.aging, row.tier, row.affinities
    )


def waiting_of(
    session: Session, queue_heads: Sequence[QueueHead], *, now: datetime, asked_before: bool = True
) -> list[Waiting]:
    """Each with the agents asked recently for it."""
    ours = policy(session)
    longest = max(ours.pauses.declined, ours.pauses.busy, ours.pauses.no_answer)
    ids = [head.id for head in queue_heads] if asked_before else []
    asked: dict[int, dict[int, Asked]] = {}
    for row in queries.asked(session, ids, since=now - timedelta(seconds=longest)):
        pause = Asked(row.ended_at, row.ended_at + _pause(ours, row))
        asked.setdefault(row.interaction_id, {})[row.agent_id] = pause
    queues = {head.queue_id: _rules(session, head.queue_id) for head in queue_heads}
    return [_waiting(head, ours, *queues[head.queue_id], asked.get(head.id, {})) for head in queue_heads]


def _rules(session: Session, queue_id: int) -> tuple[QueuePolicy, tuple[Ring, ...]]:
    def read() -> tuple[QueuePolicy, tuple[Ring, ...]]:
        queue = settings_cache.queue(session, queue_id) if queue_id else None
        rules = queue.policy if queue else QueuePolicy()
        return rules, rules.circles()

    return settings_cache.figure(session, ("rules", queue_id), read)


def _pause(ours: CompanyPolicy, row: WasAsked) -> int:
    if row.state == OfferState.DECLINED:
        return ours.pauses.busy if row.end_reason == "busy" else ours.pauses.declined
    return ours.pauses.no_answer


def _waiting(
    head: QueueHead, ours: CompanyPolicy, rules: QueuePolicy, rings: tuple[Ring, ...], asked: dict[int, Asked]
) -> Waiting:
    holds = {"ticket": rules.hold.ticket, "last": rules.hold.last, "account": rules.hold.account}
    return Waiting(
        id=head.id,
        needs=_needs(head.queue_id, Channel(head.channel), head.language, head.tier, ours, rules, rings),
        since=head.since,
        points=head.aging * head.since - head.queue_rank,
        aging=head.aging,
        affinities=tuple(
            Affinity(agent_id, kind, head.since + holds.get(kind, 0)) for agent_id, kind in head.affinities
        ),
        asked=asked,
    )


def needs_of(
    session: Session, *, queue_id: int, channel: Channel, language: str | None = None, tier: str = ""
) -> Needs:
    return _needs(queue_id, channel, language, tier, policy(session), *_rules(session, queue_id))


def _needs(
    queue_id: int,
    channel: Channel,
    language: str | None,
    tier: str,
    ours: CompanyPolicy,
    rules: QueuePolicy,
    rings: tuple[Ring, ...],
) -> Needs:
    return routing.needs(
        queue_id=queue_id,
        channel=channel,
        language=language,
        rings=rings,
        prefers=tuple(rules.prefers.items()),
        tier=tier,
        spread=ours.spread_conversations,
        is_served=channel in rules.channels,
    )


def pool_of(session: Session, rows: Collection[OnDuty], *, without: frozenset[int] = frozenset()) -> CandidatePool:
    ours = policy(session)
    limits: dict[tuple[int, int], Limits] = {}  # equal settings are one object (storage.routing)
    for row in rows:
        key = (id(row.limits), row.max_conversations)
        if key not in limits:
            limits[key] = limits_of(row, ours)
    return CandidatePool(
        _candidate(row, limits[id(row.limits), row.max_conversations]) for row in rows if row.id not in without
    )


def limits_of(row: OnDuty, ours: CompanyPolicy) -> Limits:
    return ours.limits(row.limits, conversations=row.max_conversations)


def _candidate(row: OnDuty, limits: Limits) -> Candidate:
    return Candidate(
        id=row.id,
        profile=routing.profile(row.skills, row.languages, team=row.team_id, role=row.role),
        limits=limits,
        is_available=row.status == Status.AVAILABLE and row.next_status is None,
        is_leaving=row.status == Status.AVAILABLE and row.next_status is not None,
        is_asked=row.state == AgentState.OFFERED,
        calls=row.calls,
        conversations=row.conversations,
        idle_since=row.idle_since,
    )
