"""Where interactions wait: how each queue is set up, and whether it is open."""

from datetime import date
from typing import Annotated

from pydantic import Field

from callcenter import wiring
from callcenter.api import cursors
from callcenter.api.operations import operation
from callcenter.api.shapes import Listing, Page, Shown
from callcenter.declared import everyone
from callcenter.domain import opening_hours
from callcenter.domain.errors import NotFound
from callcenter.storage import company
from callcenter.storage.company import Queue


class QueueShown(Shown):
    id: int
    key: str
    names: Annotated[dict[str, str], Field(description="Name by language.")]
    skill: str | None
    level: int
    target_seconds: int
    target_percent: int
    wrap_up_seconds: int
    zone: str
    hours: Annotated[
        dict[str, list[list[str]]],
        Field(description='{"mon": [["09:00", "18:00"]], …} in `zone`; empty: always open.'),
    ]
    holidays: list[str]
    is_open: bool


class Queues(Page[QueueShown]):
    pass


def _shown(queue: Queue) -> QueueShown:
    holidays = [date.fromisoformat(day) for day in queue.holidays]
    now = wiring.current().clock()
    return QueueShown(
        id=queue.id,
        key=queue.key,
        names=queue.names,
        skill=queue.skill,
        level=queue.level,
        target_seconds=queue.target_seconds,
        target_percent=queue.target_percent,
        wrap_up_seconds=queue.wrap_up_seconds,
        zone=queue.zone,
        hours=queue.hours,
        holidays=list(queue.holidays),
        is_open=opening_hours.is_open(now, queue.hours, queue.zone, holidays),
    )


@operation("GET", "/queues", query=Listing, answer=Queues)
@everyone
def list_queues(query: Listing) -> Queues:
    """The queues in use."""
    after = cursors.read(query, "queues") or 0
    with wiring.current().reading() as session:
        rows = [queue for queue in company.queues(session) if queue.id > after]
    page, following = cursors.cut(rows, query, "queues")
    return Queues(data=[_shown(queue) for queue in page], next=following)


@operation("GET", "/queues/{queue_id}", answer=QueueShown)
@everyone
def get_queue(queue_id: int) -> QueueShown:
    """One queue."""
    with wiring.current().reading() as session:
        found = company.queue(session, queue_id)
    if found is None or not found.is_active:
        raise NotFound
    return _shown(found)
