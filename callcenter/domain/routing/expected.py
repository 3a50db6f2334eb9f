"""Place and expected wait, and the error of that forecast. Live service and simulation call the same function.

Who is served before: everybody who waits for, or is offered to, an agent who may take this one, in whatever queue, in the
order in which they would be taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from callcenter.domain.routing.capacity import Floor, Flow, Pace
from callcenter.domain.routing.people import CandidatePool
from callcenter.domain.routing.waiting import Line, Needs, Waiting

FEWEST = 10
LONGEST = 24 * 3600.0  # a longer forecast says nothing
NOBODY = 0.01  # contacts
MOST_STEPS = 5_000


@dataclass(frozen=True, slots=True)
class Forecast:
    """`place`: 1 is next. `seconds` is None where no agent serves, 0 where one is free. `ahead`: who is served before,
    first first; without those who are ringing, `ringing`."""

    place: int
    seconds: float | None
    ahead: tuple[int, ...] = ()
    ringing: int = 0


def forecast(waiting: Waiting, lines: Iterable[Line], candidates: CandidatePool, pace: Pace, now: float) -> Forecast:
    """Each contact ahead takes the agents who are free first (`_fill`). With one queue and one kind of agents that is the
    queue-length estimate, sum over i <= ahead of 1 / (agents / handling + i / patience) (Ibrahim and Whitt 2009)."""
    lines = list(lines)
    floor = Floor(candidates, pace, [waiting.needs, *(line.needs for line in lines)])
    ours = floor.groups(waiting.needs)
    if not ours:
        score = waiting.score(now)
        same = (one for line in lines if line.needs.queue_id == waiting.needs.queue_id for one in line)
        ahead = tuple(one.id for one in same if one.id != waiting.id and one.score(now) > score)
        return Forecast(1 + len(ahead), None, ahead)
    ringing = sum(agents.ringing for agents, _ in ours)
    rivals = _related(waiting.needs, lines, floor)
    pooled = _pooled(waiting, rivals, floor, pace, now)
    if pooled is not None:
        return Forecast(1 + len(pooled[0]) + ringing, pooled[1], pooled[0], ringing)
    before = _Before(waiting, rivals, floor, pace, now)
    before.place_all()
    start = before.start()
    seconds = floor.fill(ours, waiting.needs, waited=now - waiting.since)
    placed = tuple(id_ for id_, at in before.placed if at <= start)
    return Forecast(1 + len(placed) + ringing, min(seconds, LONGEST), placed, ringing)


def _related(needs: Needs, lines: Iterable[Line], floor: "Floor") -> list[Line]:
    """Lines that share agents with it, or with lines that do, and so on."""
    reached, found, left = {id(agents) for agents, _ in floor.groups(needs)}, list[Line](), list(lines)
    while True:
        near = [line for line in left if any(id(agents) in reached for agents, _ in floor.groups(line.needs))]
        if not near:
            return found
        found += near
        left = [line for line in left if line not in near]
        reached |= {id(agents) for line in near for agents, _ in floor.groups(line.needs)}


def _pooled(
    waiting: Waiting, rivals: Sequence[Line], floor: "Floor", pace: Pace, now: float
) -> tuple[tuple[int, ...], float] | None:
    """(ahead, seconds) by the formula, where all who wait have the same agents and score alike; else None."""
    ours, medium = floor.groups(waiting.needs), waiting.needs.channel.medium
    if any(opening > 0 or agents.free[medium] for agents, opening in ours):
        return None
    for line in rivals:
        theirs = floor.groups(line.needs)
        if line.aging != waiting.aging or line.needs.channel.medium != medium or theirs != ours:
            return None
    ahead = [(one.rank, one.id) for line in rivals for one in line.ahead_of(waiting)]
    rate, gives_up = sum(agents.rate[medium] for agents, _ in ours), pace.gives_up(waiting.needs)
    seconds = sum(1 / (rate + turn * gives_up) for turn in range(len(ahead) + 1))
    mine = {id(agents) for agents, _ in ours}
    coming = []
    for flow in pace.flows:
        theirs = floor.groups(flow.needs)
        if any(id(agents) in mine for agents, _ in theirs) and _overtaking(flow, waiting, now, LONGEST):
            if theirs != ours or flow.needs.channel.medium != medium:
                return None
            coming.append(flow)
    return tuple(id_ for _, id_ in sorted(ahead)), _longer(seconds, waiting, coming, rate, now)


def _longer(seconds: float, waiting: Waiting, coming: Sequence[Flow], rate: float, now: float) -> float:
    """With those who come meanwhile and go before: the least T = seconds + their number by T / rate."""
    longer, before = seconds, -1.0
    while coming and longer - before > NOBODY / rate and longer < LONGEST:
        before, longer = longer, seconds + sum(_overtaking(flow, waiting, now, longer) for flow in coming) / rate
    return min(longer, LONGEST)


def _overtaking(flow: Flow, waiting: Waiting, now: float, seconds: float) -> float:
    """How many who have not come yet will go before it by then: they score more `seconds` from now."""
    lead = waiting.score(now + seconds) - flow.points
    return flow.a_second * min(seconds, max(0.0, seconds - max(0.0, lead) / flow.aging))


class _Before:
    """Places whoever goes before `waiting` on the agents, one after the other."""

    def __init__(self, waiting: Waiting, rivals: Sequence[Line], floor: "Floor", pace: Pace, now: float) -> None:
        self._waiting, self._floor, self._pace, self._now = waiting, floor, pace, now
        self._ours = {id(agents) for agents, _ in floor.groups(waiting.needs)}
        rate = sum(agents.rate[waiting.needs.channel.medium] for agents, _ in floor.groups(waiting.needs))
        self._opening = 1 / rate if rate else 0.0
        self._lines = [iter(line) for line in rivals]
        self._heads = [next(line, None) for line in self._lines]
        # Where an agent is free for them, they take nobody's turn.
        flows = [flow for flow in pace.flows if flow.a_second and floor.is_taken(flow.needs)]
        self._coming = dict.fromkeys(flows, 0.0)
        self.placed: list[tuple[int, float]] = []

    def start(self) -> float:
        waiting = self._waiting
        return self._floor.start(self._floor.groups(waiting.needs), waiting.needs, self._now - waiting.since)

    def place_all(self) -> None:
        for _ in range(MOST_STEPS):
            answered = self.start() + self._opening
            if answered >= LONGEST or not (self._place_first(answered) or self._place_coming(answered)):
                return

    def _place_first(self, answered: float) -> bool:
        at = self._now + answered
        best, own = -1, (self._waiting.score(at), -self._waiting.since, -self._waiting.id)
        for index, head in enumerate(self._heads):
            while head is not None and head.id == self._waiting.id:
                head = self._heads[index] = next(self._lines[index], None)
            if head is not None:
                found = (head.score(at), -head.since, -head.id)
                if found > own:
                    best, own = index, found
        if best < 0:
            return False
        head = self._heads[best]
        assert head is not None
        self._heads[best] = next(self._lines[best], None)
        groups = self._floor.groups(head.needs)
        began = self._floor.start(groups, head.needs, self._now - head.since)
        self._floor.fill(groups, head.needs, waited=self._now - head.since, began=began)
        if any(id(agents) in self._ours for agents, _ in groups):
            self.placed.append((head.id, began))
        return True

    def _place_coming(self, answered: float) -> bool:
        any_came = False
        for flow, before in self._coming.items():
            came = _overtaking(flow, self._waiting, self._now, answered)
            if came - before > NOBODY:
                self._coming[flow] = came
                self._floor.fill(self._floor.groups(flow.needs), flow.needs, waited=0.0, share=came - before, began=0.0)
                any_came = True
        return any_came


@dataclass(frozen=True, slots=True)
class Error:
    """In seconds."""

    count: int
    mean_off: float  # mean of |predicted - waited|
    root_mean_square: float
    mean_wait: float

    def is_tolerable(self, within: float) -> bool:
        """True for few figures, or at most `within` of the mean wait, or 15 s."""
        return self.count < FEWEST or self.mean_off <= max(15.0, within * self.mean_wait)


def error_of(pairs: Sequence[tuple[float, float]]) -> Error:
    """From pairs (predicted, waited) in seconds."""
    if not pairs:
        return Error(0, 0.0, 0.0, 0.0)
    count = len(pairs)
    off = [predicted - waited for predicted, waited in pairs]
    return Error(
        count=count,
        mean_off=sum(map(abs, off)) / count,
        root_mean_square=sqrt(sum(one * one for one in off) / count),
        mean_wait=sum(waited for _, waited in pairs) / count,
    )
