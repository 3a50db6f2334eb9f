"""Routed interactions a second on PostgreSQL with one, two and four routers, compared with a minimal transaction."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median

import psycopg

from tests.bench import fill
from tests.bench.ground import Ground
from tests.bench.sizes import Sizes
from tests.bench.table import Row

MOST, NO_SLOWER = 1 / 0.3, 1.05
WORDS = {1: "one", 2: "two", 4: "four"}
FLOOR = """
CREATE TABLE floor_routed (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sid text UNIQUE NOT NULL, agent_id bigint, at timestamptz);
CREATE TABLE floor_free (id bigint PRIMARY KEY, taken int NOT NULL DEFAULT 0);
INSERT INTO floor_free (id) SELECT id FROM agents;
UPDATE tickets SET status = 'solved';
"""  # without open tickets no caller is held for an owner: each is offered at once
# Between laps, unmeasured: all calls end and all events are published.
FREE = """
UPDATE offers SET is_open = false, state = 'withdrawn', ended_at = now() WHERE is_open;
UPDATE interactions SET state = 'ended', result = 'abandoned', ended_at = now(), finished_at = now() WHERE state <> 'ended';
UPDATE agents SET state = 'idle', state_since = now(), idle_since = now() WHERE state <> 'idle';
UPDATE history SET sequence = nextval('history_sequence') WHERE sequence IS NULL;
"""
WAIT = """
WITH waiting AS (
    INSERT INTO interactions (channel, direction, state, language, our_address, their_address, queue_id, created_at,
        joined_at, queue_rank, aging, tier, score, affinities, transfer_reason)
    SELECT 'voice', 'inbound', 'waiting', 'en', '', NULL, 1, at, at, extract(epoch FROM at), 1, '', '{}', '[]', ''
    FROM (SELECT now() - n * interval '1 s' AS at FROM generate_series(1, %s) AS n) AS made RETURNING id)
INSERT INTO calls (id, menu_keys, held_seconds, held_times) SELECT id, '[]', 0, 0 FROM waiting
"""


class Crew:
    """So many processes that route at the same time."""

    def __init__(self, processes: "Sequence[subprocess.Popen[str]]", agents: Sequence[int], url: str) -> None:
        self._processes, self._agents = processes, agents
        self._connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)

    def rate(self, way: str, *, laps: int) -> float:
        """A second, by all of them together; the time between laps does not count."""
        seconds = sum(self._lap(way) for _ in range(laps))
        return laps * len(self._agents) / seconds

    def _lap(self, way: str) -> float:
        self._connection.execute(FREE)
        if way == "next":
            self._connection.execute(WAIT, (2 * len(self._agents),))
        shares = [self._agents[place :: len(self._processes)] for place in range(len(self._processes))]
        for process, share in zip(self._processes, shares, strict=True):
            assert process.stdin is not None
            process.stdin.write(json.dumps({"way": way, "agents": share}) + "\n")
            process.stdin.flush()
        times = [json.loads(process.stdout.readline()) for process in self._processes if process.stdout]
        return float(max(ended for _, ended in times) - min(began for began, _ in times))

    def close(self) -> None:
        self._connection.execute(FREE)
        self._connection.close()


def measure(ground: Ground, sizes: Sizes) -> Iterator[Row]:
    url = ground.database("routers")
    agents = fill.staff(url, agents=sizes.agents).agents
    fill.past(url, interactions=sizes.history, agents=len(agents), customers=sizes.customers)
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(FLOOR)
    together = ("bare", "route", "next")
    ways = {n: (*together, "told") if n == 1 else together for n in sizes.routers}
    rates: dict[tuple[int, str], list[float]] = {(n, way): [] for n in sizes.routers for way in ways[n]}
    with ExitStack() as stack:
        crews = {n: stack.enter_context(_crew(ground, url, agents, n, sizes.customers)) for n in sizes.routers}
        for _ in range(sizes.rounds + 1):
            for n, crew in crews.items():
                for way in ways[n]:
                    rates[n, way].append(crew.rate(way, laps=sizes.router_laps))
    counted = {key: kept[1:] for key, kept in rates.items()}
    yield from _rows("routed as they come", "route", counted, most=MOST)
    yield from _rows("the next for a freed agent", "next", counted, most=None)
    yield _row("routed as they come and told, one router", counted[1, "told"], counted[1, "bare"], most=None)


def _rows(name: str, way: str, rates: dict[tuple[int, str], list[float]], *, most: float | None) -> Iterator[Row]:
    crews = sorted(n for n, each in rates if each == way)
    for n in crews:
        many = "one router" if n == 1 else f"{WORDS[n]} routers"
        yield _row(f"{name}, {many}", rates[n, way], rates[n, "bare"], most=most if n == 1 else None)
    few, most_of_all = crews[-2:]
    slower = None if most is None else NO_SLOWER
    beside = f"{name}, {WORDS[most_of_all]} routers beside {WORDS[few]}"
    yield _row(beside, rates[most_of_all, way], rates[few, way], most=slower)


def _row(name: str, ours: Sequence[float], floor: Sequence[float], *, most: float | None) -> Row:
    return Row(
        name=name,
        ours=median(ours),
        floor=median(floor),
        unit="/s",
        most=most,
        more_is_better=True,
        ratios=tuple(b / a for a, b in zip(ours, floor, strict=True)),
    )


@contextmanager
def _crew(ground: Ground, url: str, agents: Sequence[int], number: int, customers: int) -> Iterator[Crew]:
    environ = ground.environ(ground.settings(url))
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.bench.router", str(10 * number + place), str(customers)],
                    env=environ,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for place in range(number)
        ]
        crew = Crew(processes, agents, url)
        yield crew
        crew.close()
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()
