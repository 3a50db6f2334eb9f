"""Place and expected wait, and the error of that forecast. Live service and simulation call the same function.

Who is served before: everybody who waits for, or is offered to, an agent who may take this one, in whatever queue, in the
order in which they would be taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import exp, inf, sqrt

from callcenter.domain.channels import Channel, Medium
from callcenter.domain.routing.people import CandidatePool, Limits, Profile, no_room
from callcenter.domain.routing.questions import openings, rings_fitting
from callcenter.domain.routing.waiting import Line, Needs, Waiting

FEWEST = 10
LONGEST = 24 * 3600.0  # a longer forecast says nothing
NOBODY = 0.01  # contacts
MOST_STEPS = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """What comes to a queue by one channel, measured lately."""

    needs: Needs
    handling: float  # mean seconds
    a_second: float = 0.0  # arrivals
    points: float = 0.0  # mean, at the start
    aging: float = 1.0
    gives_up: float = 0.0  # 1 / mean patience in seconds; 0: never


@dataclass(frozen=True, slots=True)
class Pace:
    """All flows; `handling`: seconds where none is known."""

    flows: Sequence[Flow] = ()
    handling: float = 300.0
    _means: dict[tuple[Profile, Medium], float] = field(default_factory=dict)

    def mean(self, profile: Profile, medium: Medium) -> float:
        """Mean handling seconds of what these agents take, by its share of arrivals."""
        key = (profile, medium)
        if key not in self._means:
            ours = [
                flow
                for flow in self.flows
                if flow.needs.channel.medium == medium and rings_fitting(flow.needs, profile)
            ]
            known = [(flow.a_second or 1e-9, flow.handling) for flow in ours if flow.handling]
            total = sum(share for share, _ in known)
            self._means[key] = sum(share * seconds for share, seconds in known) / total if known else self.handling
        return self._means[key]

    def gives_up(self, needs: Needs) -> float:
        own = [flow.gives_up for flow in self.flows if flow.needs.queue_id == needs.queue_id]
        return max(own, default=0.0)


@dataclass(frozen=True, slots=True)
class Forecast:
    """`place`: 1 is next. `seconds` is None where no agent serves, 0 where one is free. `ahead`: who is served before,
    first first; without those who are ringing, `ringing`."""

    place: int
    seconds: float | None
    ahead: tuple[int, ...] = ()
    ringing: int = 0


@dataclass(slots=True, eq=False)
class _Agents:
    """Agents with equal skills and limits. By medium: slots free now, openings a second, and the second from which
    they are free for the next."""

    profile: Profile
    limits: Limits
    id: int  # 0: several
    free: dict[Medium, int]
    rate: dict[Medium, float]
    level: dict[Medium, float]
    after_calls: float = 0.0  # of the openings for conversations, those when a call ends
    ringing: int = 0


Group = tuple[_Agents, float]  # agents, and the second of waiting from which the rings admit them


def forecast(waiting: Waiting, lines: Iterable[Line], candidates: CandidatePool, pace: Pace, now: float) -> Forecast:
    """Each contact ahead takes the agents who are free first (`_fill`). With one queue and one kind of agents that is the
    queue-length estimate, sum over i <= ahead of 1 / (agents / handling + i / patience) (Ibrahim and Whitt 2009)."""
    lines = list(lines)
    floor = _Floor(candidates, pace, [waiting.needs, *(line.needs for line in lines)])
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


def _related(needs: Needs, lines: Iterable[Line], floor: "_Floor") -> list[Line]:
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
    waiting: Waiting, rivals: Sequence[Line], floor: "_Floor", pace: Pace, now: float
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

    def __init__(self, waiting: Waiting, rivals: Sequence[Line], floor: "_Floor", pace: Pace, now: float) -> None:
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


class _Floor:
    """The agents by groups, and until when those ahead keep them."""

    def __init__(self, candidates: CandidatePool, pace: Pace, needs: Iterable[Needs]) -> None:
        self._candidates, self._pace = candidates, pace
        apart = frozenset(id_ for one in needs for ring in one.rings for id_ in ring.agents)
        self._agents: dict[tuple[Profile, Limits, int], _Agents] = {}
        self._groups: dict[Needs, list[Group]] = {}
        events: dict[int, list[tuple[float, int]]] = {}
        for (profile, limits, calls, conversations, is_asked, id_), count in candidates.at_work(apart=apart):
            agents = self._agents.get((profile, limits, id_))
            if agents is None:
                zero = dict.fromkeys(Medium, 0.0)
                agents = _Agents(profile, limits, id_, dict.fromkeys(Medium, 0), zero, dict(zero))
                self._agents[profile, limits, id_] = agents
            agents.ringing += count * is_asked
            _add(agents, calls, conversations, count, pace, events.setdefault(id(agents), []))
        for agents in self._agents.values():
            agents.level[Medium.TEXT] = _batches(events[id(agents)])

    def groups(self, needs: Needs) -> list[Group]:
        found = self._groups.get(needs)
        if found is None:
            medium = needs.channel.medium
            opens = openings(needs, self._candidates)
            found = self._groups[needs] = []
            for agents in self._agents.values():
                rings = [
                    index
                    for index in rings_fitting(needs, agents.profile)
                    if not needs.rings[index].agents or agents.id in needs.rings[index].agents
                ]
                if rings and (agents.rate[medium] or agents.free[medium]):
                    found.append((agents, min(opens[index] for index in rings)))
        return found

    def is_taken(self, needs: Needs) -> bool:
        """Whether agents serve it, and all have their hands full."""
        groups = self.groups(needs)
        return bool(groups) and not any(agents.free[needs.channel.medium] for agents, _ in groups)

    def start(self, groups: Sequence[Group], needs: Needs, waited: float) -> float:
        medium = needs.channel.medium
        return min(
            (max(0.0 if agents.free[medium] else agents.level[medium], opening - waited) for agents, opening in groups),
            default=inf,
        )

    def fill(
        self, groups: Sequence[Group], needs: Needs, *, waited: float, share: float = 1.0, began: float | None = None
    ) -> float:
        """The second at which it is answered; its agents are free for the next from then. `began`: for one ahead, who may
        have given up by then. `share`: of a contact."""
        medium, is_whole = needs.channel.medium, share == 1.0
        starts = sorted(
            (
                (max(agents.level[medium], opening - waited), index)
                for index, (agents, opening) in enumerate(groups)
                if agents.rate[medium]
            ),
        )
        if began is not None and (gives_up := self._pace.gives_up(needs)):
            rate = sum(agents.rate[medium] for agents, _ in groups)
            share *= exp(-gives_up * (began + 1 / rate))
        end, rates, done = inf, 0.0, share
        for start, index in starts:
            if start >= end:
                break
            rates += groups[index][0].rate[medium]
            done += groups[index][0].rate[medium] * start
            end = done / rates
        if is_whole:
            free = [
                (max(0.0, opening - waited), index)
                for index, (agents, opening) in enumerate(groups)
                if agents.free[medium]
            ]
            at, index = min(free, default=(inf, -1))
            if at <= end:
                groups[index][0].free[medium] -= 1
                return at
        for start, index in starts:
            if start < end:
                agents = groups[index][0]
                if medium == Medium.VOICE and agents.rate[Medium.TEXT]:
                    # This call keeps as many openings for conversations as the end of the one before would have made.
                    agents.level[Medium.TEXT] += (end - start) * agents.after_calls / agents.rate[Medium.TEXT]
                agents.level[medium] = end
        return end


def _add(
    agents: _Agents, calls: int, conversations: int, count: int, pace: Pace, events: list[tuple[float, int]]
) -> None:
    limits = agents.limits
    call, conversation = (pace.mean(agents.profile, medium) for medium in (Medium.VOICE, Medium.TEXT))
    if no_room(limits, 0, 0, Channel.VOICE) is None:
        if no_room(limits, calls, conversations, Channel.VOICE) is None:
            agents.free[Medium.VOICE] += count * (limits.calls - calls)
        agents.rate[Medium.VOICE] += count * _openings_for_calls(limits, calls, conversations, call, conversation)
    slots = min(limits.conversations, limits.total)
    if slots < 1 or not conversation:
        return
    if calls and not limits.both:
        room = max(0, slots - conversations)
        agents.rate[Medium.TEXT] += count * room / call if call else 0.0
        agents.after_calls += count * room / call if call else 0.0
        events.append((count / call if call else 0.0, room))
        return
    room = max(0, min(limits.conversations - conversations, limits.total - calls - conversations))
    agents.free[Medium.TEXT] += count * room
    agents.rate[Medium.TEXT] += count * (conversations + room) / conversation
    events.append((count * (conversations + room) / conversation, 1))


def _openings_for_calls(limits: Limits, calls: int, conversations: int, call: float, conversation: float) -> float:
    """A second, of one agent: calls that end, or conversations until few enough are left."""
    few = min(limits.calls_over, limits.total - 1)
    until = conversation * sum(1 / left for left in range(few + 1, conversations + 1))
    if calls or not until:
        until = max(until, call / limits.calls)
    return 1 / until if until else 0.0


def _batches(events: Iterable[tuple[float, int]]) -> float:
    """Seconds that openings come later than one by one: the end of a call opens several slots at once. By renewals,
    batches of mean m and mean square s fill k slots after k/m + (s - m)/2m² of them."""
    known = [(rate, size) for rate, size in events if rate and size]
    rate = sum(one for one, _ in known)
    if not rate:
        return 0.0
    mean = sum(one * size for one, size in known) / rate
    square = sum(one * size * size for one, size in known) / rate
    return (square - mean) / (2 * mean * mean * rate)


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
