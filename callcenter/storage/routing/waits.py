"""Recent handling times and waits, and the accuracy of announced waits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.storage.administration import settings_cache

OF_LATE = timedelta(hours=4)
SAMPLE = 100

TOO_LONG = text(
    "SELECT id FROM interactions WHERE state = 'waiting' AND queue_id = :queue_id AND joined_at <= :before"
    " AND transfer_reason = '' AND direction = 'inbound' AND queue_rank IS NOT NULL ORDER BY joined_at LIMIT 50"
)


def too_long(session: Session, queue_id: int, *, before: datetime) -> Sequence[int]:
    """Inbound interactions waiting since `before`, neither transferred nor overflowed; at most 50."""
    return session.scalars(TOO_LONG, {"queue_id": queue_id, "before": before}).all()


# Only the newest, so that the work is bounded on a busy day too. They waited until they were answered or gave up.
FLOWS = text(
    "SELECT q.id, late.* FROM queues q CROSS JOIN LATERAL ("
    "  SELECT channel, count(*), CAST(extract(epoch FROM :now - min(created_at)) AS float8),"
    "   CAST(avg(handled) AS float8), count(handled), count(*) FILTER (WHERE result = 'abandoned'),"
    "   CAST(sum(waited) AS float8), avg(points), avg(aging) FROM ("
    "   SELECT channel, created_at, result, aging, extract(epoch FROM finished_at - answered_at) AS handled,"
    "    extract(epoch FROM coalesce(answered_at, ended_at, :now) - joined_at) AS waited,"
    "    aging * extract(epoch FROM joined_at) - queue_rank AS points FROM interactions"
    "   WHERE created_at >= :since AND queue_id = q.id AND joined_at IS NOT NULL AND direction <> 'callback'"
    f"   ORDER BY created_at DESC LIMIT {SAMPLE}) AS newest GROUP BY channel) AS late"
)
ENOUGH = 10


class LateFlow(NamedTuple):
    """What entered a queue by one channel in the last `seconds`, at most a sample."""

    queue_id: int
    channel: str
    contacts: int
    seconds: float
    handling: float | None  # mean seconds from answer to the end of wrap-up
    handled: int
    gave_up: int
    waited: float  # seconds, all together
    points: float | None
    aging: float


PREDICTIONS = text(
    "SELECT CAST(announced_seconds AS float8), CAST(extract(epoch FROM answered_at - joined_at) AS float8) FROM interactions"
    " WHERE created_at >= :since AND queue_id = :queue_id AND announced_seconds IS NOT NULL AND announced_seconds > 0"
    f" AND answered_at IS NOT NULL ORDER BY created_at DESC LIMIT {SAMPLE}"
)

PREDICTIONS_OF_EACH = text(
    "SELECT q.id, late.announced, late.waited FROM unnest(CAST(:queue_ids AS bigint[])) AS q (id) CROSS JOIN LATERAL ("
    "  SELECT CAST(announced_seconds AS float8) AS announced, CAST(extract(epoch FROM answered_at - joined_at) AS float8) AS waited"
    "  FROM interactions WHERE created_at >= :since AND queue_id = q.id AND announced_seconds IS NOT NULL AND announced_seconds > 0"
    f"  AND answered_at IS NOT NULL ORDER BY created_at DESC LIMIT {SAMPLE}) AS late"
)


def flows(session: Session, *, now: datetime) -> list[LateFlow]:
    return [LateFlow(*row) for row in session.connection().execute(FLOWS, {"now": now, "since": now - OF_LATE})]


def predictions(session: Session, *, queue_id: int, now: datetime) -> list[tuple[float, float]]:
    """(announced, waited) in seconds."""

    def read() -> list[tuple[float, float]]:
        rows = session.execute(PREDICTIONS, {"queue_id": queue_id, "since": now - OF_LATE})
        return [(announced, waited) for announced, waited in rows]

    return settings_cache.figure(session, ("predictions", queue_id), read)


def predictions_of_each(
    session: Session, queue_ids: Sequence[int], *, now: datetime
) -> dict[int, list[tuple[float, float]]]:
    """{queue: predictions}"""
    found: dict[int, list[tuple[float, float]]] = {id_: [] for id_ in queue_ids}
    rows = session.execute(PREDICTIONS_OF_EACH, {"queue_ids": list(queue_ids), "since": now - OF_LATE})
    for queue_id, announced, waited in rows:
        found[queue_id].append((announced, waited))
    return found
