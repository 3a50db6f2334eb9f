"""The router's queries: agents on duty, queue heads, and making an offer."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from callcenter.domain import languages
from callcenter.domain.channels import Channel
from callcenter.domain.interactions import State
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction


class OnDuty(NamedTuple):
    """Times are POSIX seconds."""

    id: int
    name: str
    status: str
    next_status: str | None
    state: str
    role: str
    team_id: int | None
    languages: list[str]
    skills: dict[str, int]
    limits: dict[str, Any]
    max_conversations: int
    idle_since: float
    calls: int  # open offers
    conversations: int  # open offers


_OWN = (
    "id, name, status, next_status, state, role, team_id, CAST(to_json(languages) AS text), CAST(skills AS text),"
    " CAST(limits AS text), max_conversations"
)
ON_DUTY = text(
    f"SELECT {_OWN}, CAST(extract(epoch FROM idle_since) AS float8),"
    "  coalesce(calls, 0), coalesce(conversations, 0) FROM agents LEFT JOIN ("
    "  SELECT agent_id, count(*) FILTER (WHERE medium = 'voice') AS calls,"
    "  count(*) FILTER (WHERE medium = 'text') AS conversations FROM offers WHERE is_open GROUP BY agent_id"
    ") AS held ON held.agent_id = agents.id WHERE is_active AND status <> 'signed_out' ORDER BY id"
)


def on_duty(session: Session) -> list[OnDuty]:
    return [_on_duty(*row) for row in session.connection().execute(ON_DUTY).all()]


def _on_duty(*row: Any) -> OnDuty:
    spoken, skills, limits = (_read(data) for data in row[7:10])
    return OnDuty._make((*row[:7], spoken, skills, limits, *row[10:]))


@lru_cache(maxsize=10_000)
def _read(data: str) -> Any:
    # Agents with equal skills share the value: it must not be changed.
    return json.loads(data)


class QueueHead(NamedTuple):
    """Times are POSIX seconds."""

    id: int
    channel: str
    queue_id: int
    language: str
    since: float
    queue_rank: float
    aging: float
    tier: str
    affinities: list[list[Any]]


_HEAD = "id, channel, queue_id, language, CAST(extract(epoch FROM joined_at) AS float8) AS since, queue_rank, aging, tier, affinities"
QUEUE_HEADS = text(
    "SELECT head.* FROM queues CROSS JOIN unnest(CAST(:channels AS text[])) AS c (channel)"
    " CROSS JOIN unnest(CAST(:languages AS text[])) AS l (language) CROSS JOIN LATERAL ("
    f"  SELECT {_HEAD} FROM interactions WHERE state = 'waiting' AND queue_id = queues.id AND channel = c.channel"
    "  AND language = l.language AND queue_rank IS NOT NULL ORDER BY queue_rank, id LIMIT :depth) AS head"
)


def queue_heads(session: Session, *, depth: int) -> list[QueueHead]:
    """The first `depth` of each line (queue, channel, language)."""
    values = {"channels": list(Channel), "languages": list(languages.SERVED), "depth": depth}
    return [QueueHead(*row) for row in session.connection().execute(QUEUE_HEADS, values)]


AGINGS = text(
    "SELECT queue_id, channel, aging, array_agg(id ORDER BY id) FROM interactions"
    " WHERE state = 'waiting' AND queue_id IS NOT NULL GROUP BY queue_id, channel, aging"
)


def agings(session: Session) -> list[tuple[int, str, float, list[int]]]:
    """(queue, channel, aging, ids of what waits with it)"""
    return [(*row,) for row in session.connection().execute(AGINGS)]


ASKED = text(
    "SELECT interaction_id, agent_id, state, end_reason, CAST(extract(epoch FROM ended_at) AS float8) FROM offers"
    " WHERE interaction_id = ANY(:ids) AND state IN ('declined', 'expired', 'failed') AND ended_at >= :since ORDER BY id"
)


class WasAsked(NamedTuple):
    interaction_id: int
    agent_id: int
    state: str
    end_reason: str
    ended_at: float


def asked(session: Session, interaction_ids: Sequence[int], *, since: datetime) -> list[WasAsked]:
    """Declined or missed offers."""
    if not interaction_ids:
        return []
    rows = session.connection().execute(ASKED, {"ids": list(interaction_ids), "since": since})
    return [WasAsked(*row) for row in rows]


# Locks the agent, unless another router has the row or has written it since this statement began (its xmin
# differs). The offer takes the lowest free slot; partial unique indexes settle the rest. The agent's state and
# interval follow the offer.
MAKE_OFFER = text(
    "WITH was AS MATERIALIZED ("
    "  SELECT agents.id, state, desk_telephone FROM agents"
    "  JOIN (SELECT id, xmin AS version FROM agents WHERE id = :agent_id) AS seen ON seen.version = agents.xmin"
    "  WHERE agents.id = :agent_id AND is_active AND status = 'available'"
    "  AND next_status IS NULL AND state <> 'offered' FOR NO KEY UPDATE OF agents SKIP LOCKED),"
    " hand AS MATERIALIZED ("
    "  SELECT count(*) AS total, count(*) FILTER (WHERE medium = 'voice') AS calls,"
    "  count(*) FILTER (WHERE medium = 'text') AS conversations,"
    "  coalesce(array_agg(slot) FILTER (WHERE medium = :medium), '{}') AS taken"
    "  FROM offers WHERE agent_id = :agent_id AND is_open),"
    " slot AS MATERIALIZED ("
    "  SELECT min(free) AS free FROM hand, generate_series(0, :slots - 1) AS free WHERE NOT free = ANY(taken)"
    "  AND total < :total AND (calls = 0 OR :both) AND (:medium = 'text' OR conversations <= :calls_over)),"
    " made AS ("
    "  INSERT INTO offers (interaction_id, agent_id, medium, slot, state, is_open, made_at, ring_at, expires_at,"
    "    end_reason, reason)"
    "  SELECT :interaction_id, was.id, :medium, slot.free, 'live', true, :now,"
    "    CASE WHEN :medium = 'voice' AND was.desk_telephone IS NOT NULL THEN CAST(:now AS timestamptz) END, :expires_at,"
    "    '', CAST(:reason AS jsonb) FROM was, slot WHERE slot.free IS NOT NULL"
    "  ON CONFLICT DO NOTHING RETURNING id, agent_id, ring_at),"
    " moved AS ("
    "  UPDATE agents SET state = 'offered', state_since = :now FROM made WHERE agents.id = made.agent_id RETURNING agents.id),"
    " ended AS ("
    "  UPDATE agent_intervals SET ended_at = :now FROM made WHERE agent_intervals.agent_id = made.agent_id"
    "  AND kind = 'state' AND ended_at IS NULL RETURNING agent_intervals.id),"
    " begun AS ("
    "  INSERT INTO agent_intervals (agent_id, kind, value, started_at, reason, actor)"
    "  SELECT made.agent_id, 'state', 'offered', :now, '', 'system' FROM made, (SELECT count(*) FROM ended) AS done"
    "  RETURNING id)"
    "SELECT made.id, was.state, made.ring_at IS NOT NULL FROM made, was,"
    " (SELECT count(*) FROM moved) AS m, (SELECT count(*) FROM begun) AS b"
)


class MadeOffer(NamedTuple):
    offer_id: int
    before: str  # the agent's previous state
    to_ring: bool  # the desk telephone must ring


def make_offer(session: Session, **values: Any) -> MadeOffer | None:
    """None if the agent is no longer free, or another router has the agent."""
    row = session.connection().execute(MAKE_OFFER, values).first()
    return MadeOffer(*row) if row else None


KNOWN = text(
    "SELECT (SELECT owner_id FROM tickets WHERE customer_id = CAST(:customer_id AS bigint) AND owner_id IS NOT NULL"
    "   AND status IN ('open', 'waiting_for_customer', 'waiting_for_department') ORDER BY created_at DESC LIMIT 1),"
    " last.agent_id, (SELECT owner_id FROM accounts WHERE id = CAST(:account_id AS bigint)), coalesce(last.contacts, 0),"
    " EXISTS (SELECT 1 FROM callbacks WHERE customer_id = CAST(:customer_id AS bigint) AND promised_until BETWEEN :since AND :now"
    "   AND (connected_at IS NULL OR connected_at > promised_until) AND state <> 'cancelled')"
    ", (SELECT joined_at FROM interactions WHERE their_address = CAST(:number AS text) AND queue_id = :queue_id AND result = 'abandoned'"
    "   AND created_at >= :since AND ended_at >= :redial_since ORDER BY created_at DESC LIMIT 1)"
    " FROM (SELECT (array_agg(agent_id ORDER BY created_at DESC) FILTER (WHERE agent_id IS NOT NULL))[1] AS agent_id,"
    "   count(*) FILTER (WHERE finished_at IS NOT NULL) AS contacts FROM interactions"
    "   WHERE customer_id = CAST(:customer_id AS bigint) AND created_at >= :since AND id <> :interaction_id) AS last"
)


class Known(NamedTuple):
    ticket_owner: int | None  # of the open ticket
    last_agent: int | None
    account_owner: int | None
    contacts: int
    broken_promise: bool
    waited_since: datetime | None  # the start of a wait just abandoned


def known(session: Session, **values: Any) -> Known:
    """By customer_id, account_id, number, queue_id, interaction_id (left out), since, now, redial_since."""
    return Known(*session.connection().execute(KNOWN, values).one())


# Who scores as much already, or grows faster and may yet.
RIVALS = text(
    f"SELECT {_HEAD} FROM interactions WHERE state = 'waiting' AND queue_rank IS NOT NULL"
    " AND (aging > :aging OR aging * :now - queue_rank >= :score)"
)


def rivals(session: Session, *, score: float, aging: float, now: float) -> list[QueueHead]:
    """All who wait and may go before one with this score, in every queue."""
    values = {"score": score, "aging": aging, "now": now}
    return [QueueHead(*row) for row in session.connection().execute(RIVALS, values)]


def claim_queued(
    session: Session, *, queue_id: int | None = None, interaction_id: int | None = None
) -> Sequence[Interaction]:
    """What waits or is offered, locked; without what another process holds."""
    wanted = select(Interaction).where(Interaction.state.in_((State.WAITING, State.OFFERED)))
    if queue_id is not None:
        wanted = wanted.where(Interaction.queue_id == queue_id)
    if interaction_id is not None:
        wanted = wanted.where(Interaction.id == interaction_id)
    wanted = (
        wanted.order_by(Interaction.id)
        .options(*interactions.PARTS_LATER)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.scalars(wanted).all()
