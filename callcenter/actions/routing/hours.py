"""Opening hours of a queue."""

from datetime import datetime

from callcenter.domain import opening_hours
from callcenter.storage.administration.company import Queue


def is_open(queue: Queue, moment: datetime) -> bool:
    return opening_hours.is_open(moment, queue.hours, queue.zone, queue.closed_days)


def opens_at(queue: Queue, moment: datetime) -> datetime | None:
    """The next opening, local to the queue."""
    return opening_hours.opens_at(moment, queue.hours, queue.zone, queue.closed_days)


def when_open(queue: Queue | None, moment: datetime) -> datetime:
    if queue is None or is_open(queue, moment):
        return moment
    return opens_at(queue, moment) or moment
