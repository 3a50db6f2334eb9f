"""Wallboard figures of now and today, without customer data: every supervisor receives them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.domain import metrics, routing
from callcenter.domain.agents import AgentState, Status
from callcenter.domain.routing import Forecast
from callcenter.reports.supervision import invariants, staffing
from callcenter.reports.supervision.staffing import AgentFigures
from callcenter.storage.administration import company
from callcenter.storage.administration.company import Queue
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.routing import forecasts, offers, waits

SPARK_STEPS = 12
SPARK_MINUTES = 5
RECENT = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class QueueFigures:
    """Shares are 0..1, None if nothing was counted. `spark`: number waiting, every 5 minutes.

    `tone` of the service level: "", warn or bad; `is_fault`: work waits although an agent is free. `expected_off`: mean
    error in seconds of recently announced waits."""

    id: int
    names: dict[str, str]
    target_seconds: int
    target_percent: int
    waiting: int
    longest_since: str | None
    expected_seconds: int | None
    expected_off: int | None
    active: int
    free: int
    level_of_answered: float | None
    level_of_all: float | None
    abandoned_share: float | None
    tone: str = ""
    is_fault: bool = False
    spark: list[int] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Board:
    """All figures at `now`; times ISO 8601 in UTC. `broken`: invariant breaches, expected 0."""

    now: str
    waiting: int
    waiting_calls: int
    waiting_conversations: int
    longest_since: str | None
    longest_queue: int | None
    level_of_answered: float | None
    level_of_all: float | None
    recent_of_answered: float | None
    recent_of_all: float | None
    offered: int
    abandoned: int
    abandoned_soon: int
    abandoned_share: float | None
    score: float | None
    scores: int
    asked: int
    callbacks: int
    callbacks_since: str | None
    questions: int
    questions_since: str | None
    broken: int
    queues: list[QueueFigures]
    agents: list[AgentFigures]


def figures(session: Session, now: datetime) -> Board:
    ours = company.get(session)
    local = now.astimezone(ZoneInfo(ours.zone if ours else "UTC"))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    queues = company.queues(session)
    today = _counts(session, since=midnight)
    recent = _counts(session, since=now - RECENT)
    waiting = _waiting(session)
    people = agents.all_active(session)
    loads = offers.load(session)
    longest = min((w for w in waiting.values() if w["since"]), key=lambda w: w["since"], default=None)
    scores = session.execute(SCORES, {"since": midnight}).one()
    callbacks = session.execute(CALLBACKS).one()
    questions = session.execute(QUESTIONS).one()
    broken = invariants.breaches(session, now, depth=invariants.AT_A_GLANCE)
    broken_queues = {breach.queue_id for breach in broken}
    total, half_hour = _sum(today), _sum(recent)
    ids = [queue.id for queue in queues]
    expected = forecasts.of_newcomers(session, queues, now=now)
    sparks, predictions = _sparks(session, ids, now), waits.predictions_of_each(session, ids, now=now)
    return Board(
        now=now.isoformat(),
        waiting=sum(w["calls"] + w["conversations"] for w in waiting.values()),
        waiting_calls=sum(w["calls"] for w in waiting.values()),
        waiting_conversations=sum(w["conversations"] for w in waiting.values()),
        longest_since=longest["since"].isoformat() if longest else None,
        longest_queue=longest["queue"] if longest else None,
        level_of_answered=_of_answered(total),
        level_of_all=_of_all(total),
        recent_of_answered=_of_answered(half_hour),
        recent_of_all=_of_all(half_hour),
        offered=total["answered"] + total["abandoned"],
        abandoned=total["abandoned"],
        abandoned_soon=total["soon"],
        abandoned_share=_abandoned(total),
        score=float(scores.mean) if scores.mean is not None else None,
        scores=scores.answered,
        asked=scores.asked,
        callbacks=callbacks.n,
        callbacks_since=callbacks.since.isoformat() if callbacks.since else None,
        questions=questions.n,
        questions_since=questions.since.isoformat() if questions.since else None,
        broken=len(broken),
        queues=[
            _queue(
                queue,
                waiting.get(queue.id),
                today.get(queue.id, EMPTY),
                recent.get(queue.id, EMPTY),
                people,
                loads,
                spark=sparks[queue.id],
                forecast=expected[queue.id],
                predictions=predictions[queue.id],
                is_fault=queue.id in broken_queues,
            )
            for queue in queues
        ],
        agents=staffing.figures(session, people, loads),
    )


def payload(board: Board) -> dict[str, Any]:
    """Pushed every second. `sequence` is null: it is not in history and never replayed."""
    return {"sequence": None, "name": "wallboard", **asdict(board)}


COUNTS = text(
    """
    SELECT i.queue_id AS queue,
        count(*) FILTER (WHERE answered_at IS NOT NULL) AS answered,
        count(*) FILTER (WHERE answered_at - joined_at <= make_interval(secs => q.target_seconds)) AS in_time,
        count(*) FILTER (WHERE result = 'abandoned') AS abandoned,
        count(*) FILTER (WHERE result = 'abandoned'
            AND ended_at - joined_at <= make_interval(secs => q.target_seconds)) AS left_in_time,
        count(*) FILTER (WHERE result = 'abandoned' AND ended_at - joined_at <= interval '5 seconds') AS soon
    FROM interactions i JOIN queues q ON q.id = i.queue_id
    WHERE i.created_at >= :since AND i.channel = 'voice' AND i.joined_at IS NOT NULL
    GROUP BY i.queue_id
    """
)
WAITING = text(
    """
    SELECT queue_id AS queue, count(*) FILTER (WHERE channel = 'voice' AND state <> 'active' AND direction = 'inbound') AS calls,
        count(*) FILTER (WHERE channel <> 'voice' AND state <> 'active') AS conversations,
        min(joined_at) FILTER (WHERE state <> 'active' AND direction = 'inbound') AS since,
        count(*) FILTER (WHERE state = 'active') AS active
    FROM interactions WHERE state IN ('menu', 'waiting', 'offered', 'active', 'wrap_up')
        AND state IN ('waiting', 'offered', 'active') AND queue_id IS NOT NULL
    GROUP BY queue_id
    """
)
SCORES = text(
    """
    SELECT avg(score) FILTER (WHERE state = 'answered') AS mean,
        count(*) FILTER (WHERE state = 'answered') AS answered,
        (SELECT count(*) FROM surveys WHERE asked_at >= :since) AS asked
    FROM surveys WHERE state = 'answered' AND answered_at >= :since
    """
)
CALLBACKS = text("SELECT count(*) AS n, min(joined_at) AS since FROM callbacks WHERE ended_at IS NULL")
QUESTIONS = text("SELECT count(*) AS n, min(asked_at) AS since FROM approvals WHERE state = 'open'")
SPARK = text(
    """
    SELECT q.id AS queue, (SELECT count(*) FROM interactions i
        WHERE i.queue_id = q.id AND i.direction = 'inbound' AND i.created_at >= CAST(:now AS timestamptz) - interval '3 hours'
            AND i.joined_at <= at AND coalesce(i.accepted_at, i.ended_at, 'infinity') > at) AS waiting
    FROM unnest(CAST(:queues AS bigint[])) AS q (id), generate_series(0, :steps - 1) AS step,
        LATERAL (SELECT CAST(:now AS timestamptz) - make_interval(mins => :minutes) * (:steps - 1 - step) AS at) AS t
    ORDER BY q.id, step
    """
)
EMPTY = {"answered": 0, "in_time": 0, "abandoned": 0, "left_in_time": 0, "soon": 0}
Counts = dict[str, int]


def _counts(session: Session, *, since: datetime) -> dict[int, Counts]:
    rows = session.execute(COUNTS, {"since": since}).mappings()
    return {row["queue"]: {name: row[name] for name in EMPTY} for row in rows}


def _waiting(session: Session) -> dict[int, dict[str, Any]]:
    return {row["queue"]: dict(row) for row in session.execute(WAITING).mappings()}


def _sum(counts: dict[int, Counts]) -> Counts:
    return {name: sum(count[name] for count in counts.values()) for name in EMPTY}


def _of_answered(counts: Counts) -> float | None:
    return metrics.service_level_of_answered(answered_in_time=counts["in_time"], answered=counts["answered"])


def _of_all(counts: Counts) -> float | None:
    return metrics.service_level_of_all(
        answered_in_time=counts["in_time"],
        left_in_time=counts["left_in_time"],
        answered=counts["answered"],
        abandoned=counts["abandoned"],
    )


def _abandoned(counts: Counts) -> float | None:
    return metrics.abandoned_share(abandoned=counts["abandoned"], offered=counts["answered"] + counts["abandoned"])


def _sparks(session: Session, queue_ids: Sequence[int], now: datetime) -> dict[int, list[int]]:
    steps = {"queues": list(queue_ids), "now": now, "steps": SPARK_STEPS, "minutes": SPARK_MINUTES}
    sparks: dict[int, list[int]] = {id_: [] for id_ in queue_ids}
    for queue_id, waiting in session.execute(SPARK, steps):
        sparks[queue_id].append(waiting)
    return sparks


def _queue(
    queue: Queue,
    waiting: dict[str, Any] | None,
    today: Counts,
    recent: Counts,
    people: Sequence[Agent],
    loads: dict[int, dict[str, int]],
    *,
    spark: list[int],
    forecast: Forecast,
    predictions: list[tuple[float, float]],
    is_fault: bool,
) -> QueueFigures:
    able = [
        a
        for a in people
        if a.status == Status.AVAILABLE
        and all(a.skills.get(skill, 0) >= level for skill, level in queue.policy.skills.items())
    ]
    free = sum(1 for a in able if a.state == AgentState.IDLE and not loads.get(a.id))
    count = waiting["calls"] + waiting["conversations"] if waiting else 0
    level = _of_answered(recent)
    error = routing.error_of(predictions)
    return QueueFigures(
        id=queue.id,
        names=queue.names,
        target_seconds=queue.target_seconds,
        target_percent=queue.target_percent,
        waiting=count,
        longest_since=waiting["since"].isoformat() if waiting and waiting["since"] else None,
        expected_seconds=None if forecast.seconds is None else int(forecast.seconds),
        expected_off=round(error.mean_off) if error.count else None,
        active=waiting["active"] if waiting else 0,
        free=free,
        level_of_answered=level,
        level_of_all=_of_all(recent),
        abandoned_share=_abandoned(today),
        tone=metrics.shortfall(level, queue.target_percent),
        is_fault=is_fault,
        spark=spark,
    )
