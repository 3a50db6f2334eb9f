"""The race drill: eight routers and a clock over two hundred agents, killed at random and replaced.

`python -m tests.journeys.drill` runs it in full and prints the result."""

import random
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import click
import psycopg
from sqlalchemy import text

from callcenter.domain.routing import QueuePolicy, RingRule
from callcenter.domain.routing.policy import CallbackRule
from callcenter.reports.supervision import invariants
from callcenter.settings import Settings
from callcenter.storage.administration.company import Company, Number, Queue
from callcenter.storage.database import Database
from callcenter.wiring import Wiring
from tests.bench import fill
from tests.bench.ground import ground
from tests.factories import Moment
from tests.journeys import drill_router as routers
from tests.journeys import drill_watch as watching
from tests.programs import FORKING
from tests.waiting import PATIENCE
from workers.clock import Clock

ROUTERS, AGENTS = 8, 200
SETTLED_WITHIN, CLOSED_WITHIN = 20, 60.0
LIVE = text("SELECT id FROM interactions WHERE state IN ('menu', 'waiting', 'offered', 'active') ORDER BY random()")


@dataclass
class Told:
    """What happened. `wrong`: what must never; empty where all was well."""

    wrong: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    offers: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    clocks_killed: int = 0
    told_again: int = 0
    came_again: int = 0
    looks: int = 0
    longest_lock_wait: float = 0.0
    seconds: float = 0.0


class Drill:
    def __init__(self, settings: Settings, *, arrivals: int, kills: int, folder: Path, seed: int = 1) -> None:
        self.settings, self.arrivals, self.kills = settings, arrivals, kills
        self.chance = random.Random(seed)
        self.faults = folder / "faults"
        self.faults.touch()
        self.url = settings.database_url.replace("+psycopg", "")
        self.told = Told()
        self._values: dict[str, Any] = settings.model_dump()
        self._seeds = iter(range(100 * seed, 10**9))

    def run(self) -> Told:
        _open_centre(self.settings.database_url, self.url)
        deadlocks = watching.number(self.url, watching.DEADLOCKS)
        began = time.monotonic()
        try:
            with watching.Watch(self.url) as watch:
                self._shift()
                self._close()
        finally:
            watching.run(self.url, "DROP SEQUENCE drill_turns")
        told = self.told
        told.seconds = time.monotonic() - began
        told.looks, told.longest_lock_wait = watch.looks, watch.longest_lock_wait
        told.wrong += [*watch.wrong, *self.faults.read_text().splitlines(), *watching.wrong_at_the_end(self.url)]
        if watching.number(self.url, "SELECT count(*) FROM interactions") != self.arrivals:
            told.wrong.append("somebody is lost, or came twice")
        if found := watching.number(self.url, watching.DEADLOCKS) - deadlocks:
            told.wrong.append(f"{found} deadlocks")
        told.ends = watching.counted(self.url, watching.BY_END)
        told.offers = watching.counted(self.url, watching.BY_OUTCOME)
        return told

    def _shift(self) -> None:
        """Until all have come, with a kill whenever so many have."""
        moments = sorted(self.chance.sample(range(self.arrivals // 20, self.arrivals * 9 // 10), self.kills))
        crew, clock = [self._router() for _ in range(ROUTERS)], self._clock()
        with psycopg.connect(self.url, autocommit=True) as connection:
            while any(router.is_alive() for router in crew):
                time.sleep(0.02)
                [come] = connection.execute("SELECT last_value FROM drill_turns").fetchone() or (0,)
                if moments and come >= moments[0]:
                    moments.pop(0)
                    time.sleep(self.chance.random() / 20)
                    crew = self._kill_one(crew)
                    if self.told.kills % 3 == 0:
                        clock = self._replace_clock(clock)
        self.told.wrong += [f"a router ended with {one.exitcode}" for one in crew if one.exitcode]
        clock.kill()
        clock.join(PATIENCE)

    def _router(self) -> ForkServerProcess:
        return self._start(routers.route, next(self._seeds), self._values, self.arrivals, self.faults)

    def _clock(self) -> ForkServerProcess:
        return self._start(routers.tick, self._values, self.faults)

    def _start(self, do: Any, *arguments: Any) -> ForkServerProcess:
        process = FORKING.Process(target=do, args=arguments, daemon=True)
        process.start()
        return process

    def _kill_one(self, crew: list[ForkServerProcess]) -> list[ForkServerProcess]:
        """SIGKILL: it says nothing more, and another takes its place."""
        victim = self.chance.choice(crew)
        victim.kill()
        victim.join(PATIENCE)
        self.told.kills += victim.exitcode == -9
        return [self._router() if router is victim else router for router in crew]

    def _replace_clock(self, clock: ForkServerProcess) -> ForkServerProcess:
        clock.kill()
        clock.join(PATIENCE)
        self.told.clocks_killed += 1
        return self._clock()

    def _close(self) -> None:
        """Who was not heard comes again, everything settles, everybody hangs up, and the clock tidies what is left."""
        wiring = Wiring(self.settings)
        router, clock = routers.Router(0, self.settings), Clock(wiring)
        self._come_again(router)
        moment = Moment(wiring.clock())
        wiring.clock = router.wiring.clock = moment
        self._settle(wiring, clock, moment)
        end = time.monotonic() + CLOSED_WITHIN
        while self._is_any_live(wiring) and time.monotonic() < end:
            clock.tick()
            with wiring.reading() as session:
                live = session.scalars(LIVE).all()
            for id_ in live:
                router.attempt(router.leave, id_)
            moment.forward(1)
        while told := wiring.republish(older_than=timedelta(seconds=-1)):
            self.told.told_again += told
        with wiring.reading() as session:
            self.told.wrong += [str(breach) for breach in invariants.breaches(session, wiring.clock())]
        self.told.wrong += router.faults
        router.wiring.close()
        wiring.close()

    def _come_again(self, router: routers.Router) -> None:
        """As the telephone company asks again where it got no answer: all who may not have been heard, and some who were."""
        with psycopg.connect(self.url) as connection:
            heard = {sid for (sid,) in connection.execute(watching.HEARD)}
        missing = [turn for turn in range(1, self.arrivals + 1) if routers.sid_of(turn) not in heard]
        self.told.came_again = len(missing)
        for turn in (*missing, *self.chance.sample(range(1, self.arrivals + 1), 20)):
            router.attempt(router.arrive, turn)

    def _settle(self, wiring: Wiring, clock: Clock, moment: Moment) -> None:
        """With only the clock running, breaches of invariants are resolved in seconds, while many still wait.

        The seconds are counted, not waited for: a tick of a busy machine may last longer than an offer.
        """
        found: list[invariants.Breach] = []
        for _ in range(SETTLED_WITHIN):
            moment.forward(1)
            clock.tick()
            with wiring.reading() as session:
                found = invariants.breaches(session, wiring.clock())
            if not found:
                return
        self.told.wrong += [f"unsettled: {breach}" for breach in found]

    def _is_any_live(self, wiring: Wiring) -> bool:
        with wiring.reading() as session:
            return bool(session.scalar(text("SELECT EXISTS (SELECT 1 FROM interactions WHERE state <> 'ended')")))


def _open_centre(url: str, plain: str) -> None:
    """Three queues behind two numbers; agents of one to three skills, a third of them not in yet; short times."""
    fill.staff(url, agents=AGENTS)
    database = Database(url, pool=1)
    with database.begin() as session:
        ours = session.get(Company, 1)
        assert ours is not None
        ours.routing = {"ring_seconds": {"voice": 5, "text": 6}, "pauses": {"declined": 4, "busy": 2, "no_answer": 3}}
        rings = (RingRule(after=4, skills={}),)
        found = {}
        for key, names in (("delivery", "Delivery"), ("billing", "Billing"), ("returns", "Returns")):
            queue = session.query(Queue).filter_by(key=key).one_or_none()
            policy = QueuePolicy(
                skills={key: 1}, rings=() if key == "returns" else rings, callbacks=CallbackRule(offered_over=None)
            )
            if queue is None:
                both = {"en": names, "zh": names}
                queue = Queue(key=key, names=both, routing={}, zone="UTC", hours={}, holidays=[])
                session.add(queue)
            queue.routing, queue.wrap_up_seconds = policy.model_dump(mode="json"), 2
            session.flush()
            found[key] = queue.id
        menu = {"1": found["delivery"], "2": found["billing"], "3": found["returns"]}
        session.query(Number).filter_by(e164=fill.WITH_MENU).one().menu = menu
        for statement in SHOP:
            session.execute(text(statement))
    database.close()


SHOP = (
    'UPDATE agents SET skills = CASE id % 4 WHEN 0 THEN \'{"delivery": 3}\' WHEN 1 THEN \'{"delivery": 2, "billing": 3}\''
    ' WHEN 2 THEN \'{"billing": 2, "returns": 1}\' ELSE \'{"delivery": 1, "billing": 1, "returns": 2}\' END::jsonb'
    " WHERE role = 'agent'",
    "UPDATE agents SET status = 'signed_out' WHERE id % 3 = 0 AND role = 'agent'",
    "CREATE SEQUENCE drill_turns",
)
ROWS = (
    ("seconds", lambda told: f"{told.seconds:.0f}"),
    ("routers killed and replaced", lambda told: told.kills),
    ("clocks killed and replaced", lambda told: told.clocks_killed),
    ("customers who had to come again, as nobody had heard them", lambda told: told.came_again),
    ("events that were still to be told when all was over", lambda told: told.told_again),
    ("looks of the second connection", lambda told: told.looks),
    ("longest wait for a lock it saw, ms", lambda told: f"{1000 * told.longest_lock_wait:.0f}"),
)


def table(told: Told) -> str:
    parts: list[tuple[str, Any]] = [(f"interactions: {name}", n) for name, n in told.ends.most_common()]
    parts += [(f"offers: {name}", n) for name, n in told.offers.most_common()]
    parts += [(name, value(told)) for name, value in ROWS]
    parts += [("what must never be", len(told.wrong))]
    return "\n".join([*(f"{name:<60}{n:>8}" for name, n in parts), *told.wrong[:50]])


@click.command()
@click.option("--interactions", default=10_000, show_default=True)
@click.option("--kills", default=60, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(interactions: int, kills: int, seed: int) -> None:
    """The whole drill, on servers of its own."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    with ground() as servers, tempfile.TemporaryDirectory() as folder:
        settings = servers.settings(servers.database("drill")).model_copy(update={"database_pool": 2})
        told = Drill(settings, arrivals=interactions, kills=kills, folder=Path(folder), seed=seed).run()
    click.echo(table(told))
    sys.exit(1 if told.wrong else 0)


if __name__ == "__main__":
    main()
