"""Agents and needs of a scenario as types of the routing domain."""

from collections.abc import Mapping
from random import Random

from callcenter.domain.routing import Candidate, Limits, Needs, Profile, no_room, profile
from callcenter.domain.routing import Ring as Circle
from callcenter.domain.routing import needs as needs_for
from callcenter.domain.routing.questions import NEVER, ring_of
from callcenter.simulation.scenario import CustomerClass, Group, Scenario, ScenarioError, ScenarioRing
from callcenter.simulation.times import Draw


class SimulatedAgent:
    """`away` counts reasons to be absent; `busy`: handling seconds in the counted span."""

    __slots__ = (
        "at_once",
        "away",
        "away_seconds",
        "away_since",
        "busy",
        "calls",
        "conversations",
        "delay",
        "group",
        "id",
        "idle_since",
        "is_asked",
        "is_ready",
        "limits",
        "miss",
        "missed",
        "profile",
        "returns",
        "share",
    )

    def __init__(
        self,
        id: int,
        group: Group,
        able: Profile,
        limits: Limits,
        *,
        delay: Draw,
        miss: float,
        returns: Draw,
        at_once: bool,
    ) -> None:
        self.id, self.group, self.profile, self.limits = id, group, able, limits
        self.delay, self.miss, self.returns, self.at_once = delay, miss, returns, at_once
        self.share = 1 / max(1, limits.conversations)
        self.calls = self.conversations = self.missed = self.away = 0
        self.is_asked = False
        self.is_ready = True
        self.idle_since = self.busy = self.away_seconds = 0.0
        self.away_since: float | None = None

    def candidate(self) -> Candidate:
        return Candidate(
            id=self.id,
            profile=self.profile,
            limits=self.limits,
            is_available=self.is_ready,
            is_asked=self.is_asked,
            calls=self.calls,
            conversations=self.conversations,
            idle_since=self.idle_since,
        )


def people(scenario: Scenario, seed: int) -> list[SimulatedAgent]:
    teams, staff = _teams(scenario), list[SimulatedAgent]()
    for group in scenario.agents:
        able = profile(group.skills, group.languages, team=teams.get(group.team or ""), role=group.role)
        limits = _limits(scenario, group)
        for _ in range(group.count):
            staff.append(_person(scenario, seed, len(staff) + 1, group, able, limits))
    return staff


def _person(scenario: Scenario, seed: int, id: int, group: Group, able: Profile, limits: Limits) -> SimulatedAgent:
    rules = scenario.offers
    delay, returns = group.delay or rules.delay, group.return_after or rules.return_after
    miss = 1.0 if group.never_answers else rules.miss if group.miss is None else group.miss
    stream = Random(f"{seed}/agent {id}")
    return SimulatedAgent(
        id,
        group,
        able,
        limits,
        delay=delay.drawn(stream),
        miss=miss,
        returns=returns.drawn(stream),
        at_once=not miss and not delay.average,
    )


def _limits(scenario: Scenario, group: Group) -> Limits:
    own, policy = group.capacity, scenario.policy
    return Limits(
        calls=own.calls,
        conversations=own.conversations,
        total=own.conversations + 1 if own.total is None else own.total,
        calls_over=policy.calls_over if own.calls_over is None else own.calls_over,
        both=policy.conversations_on_calls if own.both is None else own.both,
    )


def _teams(scenario: Scenario) -> dict[str, int]:
    names = {group.team for group in scenario.agents if group.team}
    names |= {team for queue in scenario.queues for ring in queue.rings for team in ring.teams}
    return {name: number for number, name in enumerate(sorted(names), start=1)}


def needs_of(scenario: Scenario) -> dict[str, Needs]:
    return {kind.name: _needs(scenario, kind) for kind in scenario.classes}


def _needs(scenario: Scenario, kind: CustomerClass) -> Needs:
    queue = scenario.queue_of(kind)
    skills = {**queue.skills}
    for skill, level in kind.skills.items():
        skills[skill] = max(level, skills.get(skill, 0))
    first = Circle(skills=_in_order(skills), roles=frozenset({"agent"}))
    prefers = {**queue.prefers, **kind.prefers}
    return needs_for(
        queue_id=scenario.queues.index(queue) + 1,
        channel=kind.channel,
        language=kind.language,
        rings=(first, *(_circle(scenario, ring, skills) for ring in queue.rings)),
        prefers=_in_order(prefers),
        tier=kind.tier,
        spread=scenario.policy.spread_conversations,
    )


def _circle(scenario: Scenario, ring: ScenarioRing, skills: Mapping[str, int]) -> Circle:
    teams = _teams(scenario)
    return Circle(
        after=ring.after,
        skills=_in_order(skills if ring.skills is None else ring.skills),
        any_language=ring.any_language,
        teams=frozenset(teams[name] for name in ring.teams),
        roles=frozenset(ring.roles),
        agents=frozenset(ring.agents) | _numbers(scenario, ring),
        tiers=frozenset(ring.tiers),
        skip=ring.skip_if_empty,
    )


def _numbers(scenario: Scenario, ring: ScenarioRing) -> frozenset[int]:
    numbers, before = set[int](), 0
    for group in scenario.agents:
        if group.name in ring.groups:
            numbers.update(range(before + 1, before + group.count + 1))
        before += group.count
    return frozenset(numbers)


def _in_order(skills: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(skills.items()))


def able(needs: Needs, staff: list[SimulatedAgent]) -> list[SimulatedAgent]:
    """Agents admitted by any ring, with capacity for the channel."""
    opens = (0.0,) * len(needs.rings)
    return [
        person
        for person in staff
        if ring_of(needs, person.candidate(), opens, NEVER) is not None
        and no_room(person.limits, 0, 0, needs.channel) is None
    ]


def serving(needs: Needs, staff: list[SimulatedAgent]) -> list[SimulatedAgent]:
    """Agents of the first ring; if it is empty, of any."""
    first = [person for person in able(needs, staff) if ring_of(needs, person.candidate(), (0.0,), 0.0) is not None]
    return first or able(needs, staff)


def known_agents(scenario: Scenario, staff: list[SimulatedAgent]) -> dict[str, tuple[int, ...]]:
    """By class, agents its customers may know. Raises ScenarioError if no agent can serve a class."""
    found = {}
    for name, wanted in needs_of(scenario).items():
        found[name] = tuple(person.id for person in serving(wanted, staff))
        if not found[name]:
            channel = "calls" if wanted.channel.is_voice else "conversations"
            raise ScenarioError(
                f"Nobody can serve the class {name}: no agent has its skills, language and room for {channel}."
            )
    return found
