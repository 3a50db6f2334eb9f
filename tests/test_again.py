"""Rows that fixtures restore equal what they wrote first; otherwise the fixture runs again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
import redis

from callcenter.background import Job
from tests import again as writing
from tests.again import Again, State
from tests.empowered import _late_delivery
from tests.factories import Centre, _queues
from tests.servers import SPARED, Administrator
from tests.site import _people

T = TypeVar("T")
NOON, LATER = datetime(2026, 3, 4, 12, tzinfo=UTC), datetime(2026, 3, 4, 12, 13, 5, tzinfo=UTC)


@dataclass
class Floor:
    """Carla on the line with Alice: rows that are new, rows that changed, history with its numbers, jobs in Redis."""

    again: Again
    centre: Centre
    empty: Callable[[], object]
    stands: Callable[[datetime], State]
    in_redis: redis.Redis
    made: list[datetime] = field(default_factory=list)

    def write(self) -> int:
        clock = self.centre.clock
        self.made.append(clock.now)
        centre = Centre(
            self.centre.wiring, clock, _people(self.centre.wiring.database, clock.now), *_queues(self.centre.wiring)
        )
        _late_delivery(centre)
        centre.available("alice")
        centre.wiring.enqueue(Job.SEND_MESSAGE, message_id=7)
        return centre.talk()[0]

    def repeat(self, name: str, make: Callable[[], T]) -> T:
        """As a test of its own asks for it."""
        self.again._path = ()
        return self.again(name, self.centre.clock, make)

    def at(self, now: datetime) -> tuple[int, State, datetime, dict[Any, Any]]:
        """Written at this moment into an empty database: what came of it."""
        self.empty()
        self.centre.clock.now = now
        call = self.repeat("floor", self.write)
        found = self.stands(now)
        return call, found, self.centre.clock.now, {key: self.in_redis.dump(key) for key in self.in_redis.scan_iter()}


@pytest.fixture
def floor(centre: Centre, again: Again, _administrator: Administrator, _in_redis: redis.Redis) -> Floor:
    def empty() -> None:
        _administrator.ask(centre.wiring.database.url, "select tests.empty_tables(%s)", SPARED)
        _in_redis.flushall()

    def stands(now: datetime) -> State:
        return writing.stands(_administrator, centre.wiring.database.url, now)

    return Floor(again, centre, empty, stands, _in_redis)


def test_it_is_the_same_at_another_moment(floor: Floor) -> None:
    _, (call, first, ended, jobs), again = (floor.at(now) for now in (NOON, NOON, LATER))
    assert len(first.rows) > 20
    assert jobs
    assert floor.made == [NOON, NOON]
    assert again == (call, first, ended + (LATER - NOON), jobs)


def test_where_other_rows_stand_it_is_made_anew(floor: Floor, centre: Centre) -> None:
    def customer() -> int:
        floor.made.append(centre.clock.now)
        return centre.customer("Carla Mendes", "+14155550142")

    centre.clock.now = NOON
    assert [floor.repeat("customer", customer) for _ in range(4)] == [1, 2, 3, 4]
    assert len(floor.made) == 4


def test_where_a_row_that_it_changes_was_otherwise_it_is_made_anew(floor: Floor, centre: Centre) -> None:
    def promoted() -> None:
        floor.made.append(centre.clock.now)
        centre.change("alice", email=f"{centre.agent('alice').email}!", created_at=centre.clock.now)

    centre.clock.now = NOON
    for email in ("alice@old", "alice@old", "alice@old", "alice@new"):
        centre.change("alice", email=email, created_at=LATER)
        floor.repeat("promoted", promoted)
        assert (centre.agent("alice").email, centre.agent("alice").created_at) == (f"{email}!", NOON)
    assert len(floor.made) == 3


def test_what_tells_its_moment_is_made_anew_at_another(floor: Floor, centre: Centre) -> None:
    def preference() -> None:
        floor.made.append(centre.clock.now)
        centre.run(
            "UPDATE queues SET routing = CAST(:told AS jsonb)", told=f'{{"since": {centre.clock.now.timestamp()}}}'
        )

    for now in (NOON, NOON, NOON, LATER):
        centre.clock.now = now
        centre.run("UPDATE queues SET routing = '{}'")
        floor.repeat("preference", preference)
    assert floor.made == [NOON, NOON, LATER]
