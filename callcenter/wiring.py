"""Builds each adapter once. `work()` is the only way to write: begin, act, commit, publish."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from flask import current_app
from redis import RedisError
from sqlalchemy.orm import Session

from callcenter import clock, followers, reactions
from callcenter.background import Background, Job
from callcenter.domain.channels import Channel
from callcenter.domain.events import Event
from callcenter.domain.ports import Phone, Posting, Texting
from callcenter.messaging import channels
from callcenter.push import Push
from callcenter.settings import Settings
from callcenter.storage import history
from callcenter.storage.database import Database
from callcenter.storage.work import Work
from callcenter.systems import Systems
from callcenter.telephony.client import twilio_client
from callcenter.telephony.phone import TwilioPhone

log = structlog.get_logger()
Recorded = Sequence[tuple[int, Event]]


@contextmanager
def _reaction(kind: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        # After the commit a failure must not undo the answer; the clock publishes it again.
        log.warning("reaction_failed", error=type(error).__name__, event_kind=kind)


class Process(StrEnum):
    """Connection name in PostgreSQL, for `doctor`."""

    WEB = "callcenter web"
    WORKER = "callcenter worker"
    CLOCK = "callcenter clock"
    OTHER = "callcenter"


class Wiring:
    """One per process."""

    def __init__(
        self, settings: Settings, *, process: Process = Process.OTHER, database: Database | None = None
    ) -> None:
        self.settings = settings
        self.clock: clock.Clock = clock.of(settings.clock_file)
        self.database = database or Database(settings.database_url, pool=settings.database_pool, name=process)
        self.push = Push(settings.redis_url)
        self.background = Background(settings.redis_url)
        self.no_web_at: datetime | None = None  # when the clock last found no web process
        client = twilio_client(settings)
        self.phone: Phone = TwilioPhone(client, public_url=settings.public_url)
        self.channels: dict[Channel, Texting] = channels(client, public_url=settings.public_url)
        self.systems: Posting = Systems()

    @contextmanager
    def work(self) -> Iterator[Work]:
        """One transaction; its events are published after the commit."""
        with self.database.begin() as session:
            work = Work(session, self.clock(), followers=followers.of)
            yield work
            recorded = work.write()
        self.publish(recorded)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.database.reading() as session:
            yield session

    def publish(self, recorded: Recorded) -> None:
        numbers: dict[int, int] = {}
        if recorded:
            with _reaction("number"), self.database.at_once() as connection:
                numbers = history.number(connection, [id_ for id_, _ in recorded])
        with self.push.together():
            for id_, event in recorded:
                if id_ in numbers:
                    with _reaction(event.kind):
                        self._react(event, numbers[id_])

    def _react(self, event: Event, sequence: int) -> None:
        for push in reactions.pushes(event):
            self.push.send(push.rooms, push.name, {"sequence": sequence, "name": push.name, **push.ids})
        for order in reactions.jobs(event):
            self.background.enqueue(order.job, **order.arguments)

    def republish(self, *, older_than: timedelta = timedelta(seconds=5)) -> int:
        """Publishes what a crash left unpublished; returns how many events."""
        with self.reading() as session:
            lost = [(row.id, row.event()) for row in history.unpublished(session, before=self.clock() - older_than)]
        self.publish(lost)
        return len(lost)

    def enqueue(self, job: Job, **arguments: int) -> None:
        """If Redis is away, only logs: the clock finds due rows."""
        try:
            self.background.enqueue(job, **arguments)
        except RedisError as error:
            log.warning("enqueue_failed", job=job.name, error=type(error).__name__)

    def close(self) -> None:
        self.background.close()
        self.database.close()


def current() -> Wiring:
    wiring: Wiring = current_app.extensions["callcenter"]
    return wiring
