"""Recent handling times and waits, and the accuracy of announced waits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

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


# Only the newest, so that the work is bounded on a busy day too.
HANDLING = text(
    "SELECT avg(seconds), count(*) FROM ("
    "  SELECT extract(epoch FROM finished_at - answered_at) AS seconds FROM interactions"
    "  WHERE created_at >= :since AND queue_id = :queue_id AND answered_at IS NOT NULL AND finished_at IS NOT NULL"
    f"  ORDER BY created_at DESC LIMIT {SAMPLE}) AS late"
)
ENOUGH = 10

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


def handling_seconds(session: Session, queue_id: int, *, now: datetime) -> float | None:
    """Mean seconds from answer to the end of wrap-up; None if there are too few contacts."""

    def read() -> float | None:
        mean, count = session.execute(HANDLING, {"queue_id": queue_id, "since": now - OF_LATE}).one()
        return float(mean) if count >= ENOUGH else None

    return settings_cache.figure(session, ("handling", queue_id), read)


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
