"""What the forecast of a wait is made from: who waits, and how fast each queue moves. Read-only."""

from collections.abc import Sequence
from datetime import datetime
from math import inf

from sqlalchemy.orm import Session

from callcenter.domain import routing
from callcenter.domain.channels import Channel
from callcenter.domain.routing import CandidatePool, Flow, Forecast, Lines, Pace, Waiting
from callcenter.storage.administration import settings_cache
from callcenter.storage.administration.company import Queue
from callcenter.storage.routing import candidates, waits
from callcenter.storage.routing import routing as queries
from callcenter.storage.routing.waits import LateFlow

PRECISION = 1e-3  # points; what a rank loses, a product of POSIX seconds


def forecast(session: Session, waiting: Waiting, pool: CandidatePool, *, now: datetime) -> Forecast:
    at = now.timestamp()
    rivals = queries.rivals(session, score=waiting.score(at) - PRECISION, aging=waiting.aging, now=at)
    others = candidates.waiting_of(session, rivals, now=now, asked_before=False)
    return routing.forecast(waiting, Lines(others), pool, pace(session, now=now), at)


def of_newcomers(session: Session, queues: Sequence[Queue], *, now: datetime) -> dict[int, Forecast]:
    """{queue: what a caller without merits would hear now}"""
    at, ours, found = now.timestamp(), candidates.policy(session), dict[int, Forecast]()
    rivals = queries.rivals(session, score=-inf, aging=0.0, now=at)
    lines = Lines(candidates.waiting_of(session, rivals, now=now, asked_before=False))
    pool, speed = candidates.pool_of(session, queries.on_duty(session)), pace(session, now=now)
    for queue in queues:
        served = queue.policy.channels
        channel = Channel.VOICE if Channel.VOICE in served or not served else served[0]
        points = ours.points(priority=queue.priority, tier="", broken_promise=False, repeats=0, channel=channel)
        newcomer = Waiting(
            id=0,
            needs=candidates.needs_of(session, queue_id=queue.id, channel=channel),
            since=at,
            points=sum(points.values()),
            aging=ours.aging_of(channel) * queue.policy.aging,
        )
        found[queue.id] = routing.forecast(newcomer, lines, pool, speed, at)
    return found


def pace(session: Session, *, now: datetime) -> Pace:
    """Cached for a second."""

    def read() -> Pace:
        return Pace([_flow(session, late) for late in waits.flows(session, now=now)])

    return settings_cache.figure(session, "pace", read)


def _flow(session: Session, late: LateFlow) -> Flow:
    queue = settings_cache.queue(session, late.queue_id)
    handling = late.handling if late.handled >= waits.ENOUGH else queue.handling_seconds if queue else None
    is_known = late.contacts >= waits.ENOUGH and late.seconds > 0
    return Flow(
        needs=candidates.needs_of(session, queue_id=late.queue_id, channel=Channel(late.channel)),
        handling=float(handling or 0),
        a_second=late.contacts / late.seconds if is_known else 0.0,
        points=late.points or 0.0,
        aging=late.aging,
        gives_up=late.gave_up / late.waited if is_known and late.waited else 0.0,
    )
