"""How fast agents take what waits: flows measured lately, and the agents by groups as those ahead fill them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import exp, inf

from callcenter.domain.channels import Channel, Medium
from callcenter.domain.routing.people import CandidatePool, Limits, Profile, no_room
from callcenter.domain.routing.questions import openings, rings_fitting
from callcenter.domain.routing.waiting import Needs


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


@dataclass(slots=True, eq=False)
class Agents:
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


Group = tuple[Agents, float]  # agents, and the second of waiting from which the rings admit them


class Floor:
    """The agents by groups, and until when those ahead keep them."""

    def __init__(self, candidates: CandidatePool, pace: Pace, needs: Iterable[Needs]) -> None:
        self._candidates, self._pace = candidates, pace
        apart = frozenset(id_ for one in needs for ring in one.rings for id_ in ring.agents)
        self._agents: dict[tuple[Profile, Limits, int], Agents] = {}
        self._groups: dict[Needs, list[Group]] = {}
        events: dict[int, list[tuple[float, int]]] = {}
        for (profile, limits, calls, conversations, is_asked, id_), count in candidates.at_work(apart=apart):
            agents = self._agents.get((profile, limits, id_))
            if agents is None:
                zero = dict.fromkeys(Medium, 0.0)
                agents = Agents(profile, limits, id_, dict.fromkeys(Medium, 0), zero, dict(zero))
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
    agents: Agents, calls: int, conversations: int, count: int, pace: Pace, events: list[tuple[float, int]]
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
