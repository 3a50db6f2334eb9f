"""Past days as scenarios with their own calls, as they were and with a change.

Patience: a caller who gave up had exactly the wait. A served caller's wait is extended by an exponential time with mean
(all waits / abandoned calls), the maximum likelihood estimate from censored waits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from callcenter.domain.channels import Channel, Medium
from callcenter.domain.routing.policy import RingRule
from callcenter.domain.what_ifs import PastAgent, PastCall, PastDay, PastDays, QueueThen, Span, WhatIfScenario, changed
from callcenter.simulation.scenario import (
    Absence,
    Capacity,
    CustomerClass,
    Group,
    OfferBehaviour,
    Policy,
    Preferred,
    Scenario,
    ScenarioQueue,
    ScenarioRing,
)
from callcenter.simulation.scenario import Target as Wanted
from callcenter.simulation.times import Constant, Empirical

DAY = 86_400.0
NEVER = 5 * DAY  # longer than any run
MOVED = 900.0  # seconds: a duplicated call is moved by up to this
ADDED = "added"
Class = tuple[int, str, str, float, float]  # queue, language, tier, extra points, seconds of holding


@dataclass(frozen=True, slots=True)
class Habits:
    """Mean patience (seconds; None if no caller gave up) and observed handling times over all days, by queue."""

    patience: Mapping[int, float | None]
    handled: Mapping[int, tuple[float, ...]]


def habits(past: PastDays) -> Habits:
    """A queue with too few observations takes the figures of all queues together."""
    calls = [call for day in past.days for call in day.calls]
    together = _patience(calls), tuple(call.handled for call in calls if call.handled is not None)
    patience, handled = dict[int, float | None](), dict[int, tuple[float, ...]]()
    for queue in past.queues:
        own = [call for call in calls if call.queue_id == queue.id]
        patience[queue.id] = _patience(own) if sum(call.gave_up for call in own) >= 5 else together[0]
        seen = tuple(call.handled for call in own if call.handled is not None)
        handled[queue.id] = seen if len(seen) >= 10 else together[1]
    return Habits(patience, handled)


def _patience(calls: Sequence[PastCall]) -> float | None:
    gone = sum(call.gave_up for call in calls)
    return max(1.0, sum(call.waited for call in calls) / gone) if gone else None


def scenario(past: PastDays, day: PastDay, change: WhatIfScenario | None) -> Scenario:
    """The day as it was (`change` None), or with the change. `trace` supplies its traffic."""
    queues = [_changed(queue, change) for queue in past.queues]
    numbers = {server.id: place for place, server in enumerate(past.servers, start=1)}
    policy = past.numbers
    return Scenario(
        name=day.date,
        horizon=DAY,
        warm_up=0.0,
        seeds=1,
        queues=tuple(_queue(queue, numbers) for queue in queues),
        agents=tuple(_groups(past, day, change)),
        classes=tuple(_kind(one, queues) for one in sorted({_class(past, call) for call in day.calls})),
        offers=OfferBehaviour(
            delay=Empirical(distribution="empirical", values=past.delays) if past.delays else Constant(value=0),
            miss=past.missed,
            reservation=float(policy.ring_seconds[Medium.VOICE]),
            misses_allowed=policy.misses_allowed,
            pause=float(policy.pauses.no_answer),
        ),
        policy=Policy(
            most=policy.most,
            head_start=dict(policy.head_start),
            aging=dict(policy.aging),
            spread_conversations=policy.spread_conversations,
            calls_over=policy.calls_over,
            conversations_on_calls=policy.conversations_on_calls,
        ),
    )


def _changed(queue: QueueThen, change: WhatIfScenario | None) -> QueueThen:
    if change is None or queue.id != change.queue_id:
        return queue
    priority = queue.priority if change.priority is None else change.priority
    return replace(queue, policy=changed(queue.policy, change), priority=priority)


def _queue(queue: QueueThen, numbers: Mapping[int, int]) -> ScenarioQueue:
    policy = queue.policy
    return ScenarioQueue(
        name=str(queue.id),
        skills=policy.skills,
        prefers=policy.prefers,
        rings=tuple(_ring(rule, numbers) for rule in policy.rings),
        priority=float(queue.priority),
        aging=policy.aging,
        target=Wanted(seconds=float(queue.target_seconds)),
    )


def _ring(rule: RingRule, numbers: Mapping[int, int]) -> ScenarioRing:
    return ScenarioRing(
        after=float(rule.after),
        skills=None if rule.skills is None else dict(rule.skills),
        any_language=rule.any_language,
        teams=tuple(str(team) for team in rule.teams),
        roles=rule.roles,
        agents=tuple(
            numbers.get(agent_id, 0) for agent_id in rule.agents
        ),  # 0 matches no agent; an empty list would admit all
        tiers=rule.tiers,
        skip_if_empty=rule.skip_if_empty,
    )


def _groups(past: PastDays, day: PastDay, change: WhatIfScenario | None) -> Iterator[Group]:
    """One group per agent in numbered order, then the added agents."""
    sent_home = fewer(past, day, change) if change else ()
    for server in past.servers:
        duty = day.duty.get(server.id, ())
        if change and server.id in sent_home:
            duty = tuple(_without(duty, (60.0 * change.since, 60.0 * change.until)))
        yield _group(past, server, duty)
    if change and change.agents > 0:
        spoken = sorted({call.language for call in day.calls if call.queue_id == change.queue_id})
        skills = past.queue(change.queue_id).policy.skills
        added = PastAgent(id=0, skills=skills, languages=tuple(spoken))
        hours = ((60.0 * change.since, 60.0 * change.until),)
        yield _group(past, added, hours).model_copy(update={"name": ADDED, "count": change.agents})


def fewer(past: PastDays, day: PastDay, change: WhatIfScenario) -> tuple[int, ...]:
    """Agents to remove: those serving the queue in these hours, fewest skills and languages first."""
    begin, end = 60.0 * change.since, 60.0 * change.until
    wanted = past.queue(change.queue_id).policy.skills
    serving = [
        server
        for server in past.servers
        if all(server.skills.get(skill, 0) >= level for skill, level in wanted.items())
        and any(start < end and until > begin for start, until in day.duty.get(server.id, ()))
    ]
    serving.sort(key=lambda server: (len(server.skills), len(server.languages), -server.id))
    return tuple(server.id for server in serving[: max(0, -change.agents)])


def _without(spans: Iterable[Span], hole: Span) -> Iterator[Span]:
    for start, end in spans:
        parts = ((start, min(end, hole[0])), (max(start, hole[1]), end))
        yield from ((low, high) for low, high in parts if high > low)


def _group(past: PastDays, server: PastAgent, duty: Sequence[Span]) -> Group:
    limits = past.numbers.limits(server.limits, conversations=server.conversations)
    return Group(
        name=str(server.id),
        skills={skill: level for skill, level in server.skills.items() if level},
        languages=server.languages,
        team=str(server.team_id) if server.team_id else None,
        role=server.role,
        capacity=Capacity(
            calls=limits.calls,
            conversations=limits.conversations,
            total=max(1, limits.total),
            calls_over=limits.calls_over,
            both=limits.both,
        ),
        absences=tuple(Absence.model_validate({"from": start, "until": until}) for start, until in _off(duty)),
    )


def _off(duty: Sequence[Span]) -> Iterator[Span]:
    """Periods off duty, from midnight to after the end."""
    at = 0.0
    for start, end in sorted(duty):
        if start > at:
            yield at, start
        at = max(at, end)
    yield at, NEVER


def _class(past: PastDays, call: PastCall) -> Class:
    hold = getattr(past.queue(call.queue_id).policy.hold, call.affinity, 0) if call.affinity else 0
    return call.queue_id, call.language, call.tier, call.extra, float(hold)


def _name(one: Class) -> str:
    return "/".join(str(part) for part in one)


def _kind(one: Class, queues: Sequence[QueueThen]) -> CustomerClass:
    queue_id, language, tier, extra, hold = one
    assert any(queue.id == queue_id for queue in queues)
    return CustomerClass(
        name=_name(one),
        queue=str(queue_id),
        channel=Channel.VOICE,
        handling=Constant(value=240),
        language=language,
        tier=tier,
        value=extra,
        preferred=Preferred(hold=hold),
    )


def trace(past: PastDays, day: PastDay, change: WhatIfScenario, known: Habits, seed: int) -> list[dict[str, Any]]:
    """The day's calls as lines for `runs.play`; the same for each seed, except for the percentage."""
    chance = Random(f"{seed}/{day.date}")
    numbers = {server.id: place for place, server in enumerate(past.servers, start=1)}
    lines = []
    for call in day.calls:
        for copy in range(_times(change.percent, chance)):
            at = call.at if not copy else min(DAY - 1, max(0.0, call.at + chance.uniform(-MOVED, MOVED)))
            lines.append(
                {
                    "t": at,
                    "class": _name(_class(past, call)),
                    "handle": _handle(call, known, chance),
                    "patience": _lasts(call, known, chance, is_copy=copy > 0),
                    "preferred_agent": numbers.get(call.knows or 0),
                }
            )
    return lines


def _times(percent: int, chance: Random) -> int:
    """Copies of a call: on average `percent` of calls come."""
    whole, rest = divmod(percent, 100)
    return whole + (chance.random() < rest / 100)


def _handle(call: PastCall, known: Habits, chance: Random) -> float:
    if call.handled is not None:
        return call.handled
    seen = known.handled[call.queue_id]
    return chance.choice(seen) if seen else 240.0


def _lasts(call: PastCall, known: Habits, chance: Random, *, is_copy: bool) -> float | None:
    mean = known.patience[call.queue_id]
    if is_copy:
        return chance.expovariate(1 / mean) if mean else None
    if call.gave_up:
        return call.waited
    return call.waited + chance.expovariate(1 / mean) if mean else None
