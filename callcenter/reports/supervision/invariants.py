"""Invariants of live work, checked with the live routing functions. Read-only; all counts must be zero."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.domain import routing
from callcenter.domain.routing import CandidatePool, Waiting
from callcenter.storage.routing import candidates
from callcenter.storage.routing import routing as queries
from callcenter.storage.routing.routing import OnDuty

BreachKind = Literal["waits_beside_free", "reserved_by_nothing", "over_capacity", "offer_overdue"]
KINDS: tuple[BreachKind, ...] = get_args(BreachKind)
FREE_FOR = timedelta(seconds=2)
OVERDUE_BY = timedelta(seconds=5)
DEPTH = 50
AT_A_GLANCE = 4


@dataclass(frozen=True, slots=True)
class Breach:
    """`seconds`: how long already, if known."""

    kind: BreachKind
    agent_id: int | None
    interaction_id: int | None = None
    seconds: int = 0
    queue_id: int | None = None


def breaches(session: Session, now: datetime, *, depth: int = DEPTH) -> list[Breach]:
    """`depth`: entries checked per queue, from its head."""
    return [
        *_waiting_beside_free(session, now, depth),
        *_reserved_by_nothing(session, now),
        *_over_capacity(session),
        *_overdue(session, now),
    ]


def counts(found: list[Breach]) -> dict[BreachKind, int]:
    counted = Counter(breach.kind for breach in found)
    return {kind: counted[kind] for kind in KINDS}


QUIET = text(
    "SELECT i.id FROM interactions i WHERE i.id = ANY(:ids) AND i.state = 'waiting' AND NOT EXISTS ("
    "  SELECT 1 FROM history h WHERE h.interaction_id = i.id AND h.at > :since)"
)
FREED = text(
    "SELECT id FROM agents WHERE status_since > :since OR state_since > :since OR idle_since > :since"
    " UNION SELECT agent_id FROM offers WHERE ended_at > :since"
)


def _waiting_beside_free(session: Session, now: datetime, depth: int) -> Iterator[Breach]:
    """Agents who would get an offer now, and would have two seconds ago."""
    before = now - FREE_FOR
    queue_heads = [head for head in queries.queue_heads(session, depth=depth) if head.since <= before.timestamp()]
    if not queue_heads:
        return
    # Changes of the last two seconds may still be in progress.
    lately = set(session.scalars(FREED, {"since": before}))
    free = _free_since(session, lately)
    suspects = {}
    for waiting in candidates.waiting_of(session, queue_heads, now=now):
        agent_id = _would_be_asked(waiting, free, now, before)
        if agent_id is not None:
            suspects[waiting.id] = (agent_id, waiting)
    for id_ in session.scalars(QUIET, {"ids": list(suspects), "since": before}) if suspects else ():
        agent_id, waiting = suspects[id_]
        seconds = int(now.timestamp() - waiting.since)
        yield Breach("waits_beside_free", agent_id, id_, seconds, waiting.needs.queue_id)


def _free_since(session: Session, lately: set[int]) -> CandidatePool:
    everybody = candidates.pool_of(session, queries.on_duty(session))
    return CandidatePool(replace(one, is_asked=one.is_asked or one.id in lately) for one in everybody)


def _would_be_asked(waiting: Waiting, candidates: CandidatePool, now: datetime, before: datetime) -> int | None:
    if routing.who_should_take(waiting, candidates, before.timestamp()).agent_id is None:
        return None
    return routing.who_should_take(waiting, candidates, now.timestamp()).agent_id


RESERVED = text(
    """
    SELECT a.id, CAST(NULL AS bigint) AS interaction_id, extract(epoch FROM :now - a.state_since) AS seconds
    FROM agents a WHERE a.state <> 'idle' AND NOT EXISTS (
        SELECT 1 FROM interactions i WHERE i.agent_id = a.id AND i.state = CASE a.state
            WHEN 'offered' THEN 'offered' WHEN 'busy' THEN 'active' ELSE 'wrap_up' END
        AND (i.state <> 'offered' OR EXISTS (SELECT 1 FROM offers o
            WHERE o.interaction_id = i.id AND o.agent_id = a.id AND o.state = 'live')))
    UNION ALL
    SELECT o.agent_id, i.id, extract(epoch FROM :now - o.made_at)
    FROM offers o JOIN interactions i ON i.id = o.interaction_id
    WHERE o.is_open AND (i.state NOT IN ('offered', 'active', 'wrap_up') OR i.agent_id IS DISTINCT FROM o.agent_id)
    """
)


def _reserved_by_nothing(session: Session, now: datetime) -> Iterator[Breach]:
    """An agent's state without the matching work, or a slot taken by work that ended or moved."""
    for agent_id, interaction_id, seconds in session.execute(RESERVED, {"now": now}):
        yield Breach("reserved_by_nothing", agent_id, interaction_id, int(seconds))


# After a limit is lowered, an agent keeps the work at hand.
LOWERED = text(
    "SELECT EXISTS (SELECT 1 FROM history WHERE kind IN ('SkillsChanged', 'RoutingChanged') AND id > ("
    "  SELECT coalesce(max(h.id), 0) FROM history h JOIN offers o ON o.interaction_id = h.interaction_id"
    "  WHERE o.agent_id = :agent_id AND o.is_open AND h.kind = 'OfferMade'))"
)


def _over_capacity(session: Session) -> Iterator[Breach]:
    ours = candidates.policy(session)
    for row in queries.on_duty(session):
        limits = candidates.limits_of(row, ours)
        if _is_over(row, limits) and not session.scalar(LOWERED, {"agent_id": row.id}):
            yield Breach("over_capacity", row.id)


def _is_over(row: OnDuty, limits: routing.Limits) -> bool:
    calls, conversations = row.calls, row.conversations
    return calls + conversations > limits.total or calls > limits.calls or conversations > limits.conversations


OVERDUE = text(
    "SELECT agent_id, interaction_id, extract(epoch FROM :now - expires_at) FROM offers"
    " WHERE state = 'live' AND expires_at < :late ORDER BY id"
)


def _overdue(session: Session, now: datetime) -> Iterator[Breach]:
    for agent_id, interaction_id, seconds in session.execute(OVERDUE, {"now": now, "late": now - OVERDUE_BY}):
        yield Breach("offer_overdue", agent_id, interaction_id, int(seconds))
