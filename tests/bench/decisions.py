"""Decisions in virtual time: the cost of one with few and with many waiting, and of a whole day of calls."""

import random
import time
from collections.abc import Iterator

from callcenter import simulation
from callcenter.domain.channels import Channel
from callcenter.domain.routing import (
    Candidate,
    CandidatePool,
    Lines,
    Ring,
    Waiting,
    needs,
    profile,
    what_next,
    who_should_take,
)
from callcenter.simulation import scenario
from tests.bench.sizes import SEED, Sizes
from tests.bench.table import Row

MOST, DAY_SECONDS = 2.0, 60.0
DAY, AGENTS, HANDLING = 86_400, 500, 380
SKILLS = tuple(f"skill {n}" for n in range(8))


class Floor:
    """All agents busy, each with two of eight skills; so many wait. A turn: an agent is free and takes the next; another comes."""

    def __init__(self, waiting: int, agents: int) -> None:
        self._draw = random.Random(SEED)
        self._needs = [
            needs(queue_id=n, channel=Channel.VOICE, language="en", rings=(Ring(skills=((skill, 1),)), Ring(after=60)))
            for n, skill in enumerate(SKILLS)
        ]
        self._agents, self.now, self._id = agents, 1e6, 0
        self.candidates, self.lines = CandidatePool(self._agent(n, calls=1) for n in range(agents)), Lines()
        for n in range(waiting):
            self._come(self.now - waiting + n)

    def _agent(self, n: int, calls: int) -> Candidate:
        skills = {SKILLS[n % 8]: 2, SKILLS[(n + 1 + n // 8 % 7) % 8]: 1}
        return Candidate(id=n, profile=profile(skills, ["en"]), calls=calls, idle_since=self.now)

    def _come(self, since: float) -> None:
        self._id += 1
        one = Waiting(
            id=self._id, needs=self._draw.choice(self._needs), since=since, points=self._draw.choice((0, 30, 60))
        )
        assert who_should_take(one, self.candidates, self.now).agent_id is None
        self.lines.add(one)

    def turns(self, count: int) -> float:
        """Microseconds a decision; a turn is two."""
        began = time.perf_counter()
        for _ in range(count):
            self.now += 0.01
            agent = self._agent(self._draw.randrange(self._agents), calls=0)
            self.candidates.put(agent)
            found = what_next(agent, self.lines, self.candidates, self.now)
            assert found is not None
            self.lines.remove(found.id)
            self.candidates.put(self._agent(agent.id, calls=1))
            self._come(self.now)
        return 1e6 * (time.perf_counter() - began) / (2 * count)


def measure(sizes: Sizes) -> Iterator[Row]:
    """No server is asked. Few and many waiting in turns of one round, as the machine's speed drifts."""
    for agents in sizes.decision_agents:
        few, *more = (Floor(waiting, agents) for waiting in sizes.decision_waiting)
        rounds = [[floor.turns(sizes.decision_turns) for floor in (few, *more)] for _ in range(sizes.rounds)][1:]
        for place, waiting in enumerate(sizes.decision_waiting[1:], start=1):
            yield Row(
                name=f"a decision with {waiting:,} waiting beside {sizes.decision_waiting[0]:,}, {agents:,} agents",
                ours=min(one[place] for one in rounds),
                floor=min(one[0] for one in rounds),
                unit="µs",
                most=MOST,
                ratios=tuple(one[place] / one[0] for one in rounds),
            )
    yield _day(sizes.day_calls)


def _day(calls: int) -> Row:
    day = scenario.of(
        {
            "horizon": DAY * calls / 100_000,
            "warm_up": 0,
            "agents": [{"count": AGENTS}],
            "classes": [
                {
                    "name": "calls",
                    "arrivals": {"per_day": 100_000},
                    "handling": {"distribution": "exponential", "mean": HANDLING},
                    "patience": {"distribution": "exponential", "mean": 300},
                }
            ],
        }
    )
    began = time.perf_counter()
    simulation.run(day, 1)
    return Row(
        name=f"a day of {calls:,} calls with {AGENTS} agents",
        ours=time.perf_counter() - began,
        unit="s",
        limit=DAY_SECONDS,
    )
