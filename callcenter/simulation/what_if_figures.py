"""Plays past days twice on the same calls, before and after a change."""

from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from statistics import mean, stdev
from typing import Any

from callcenter.domain import metrics
from callcenter.domain.what_ifs import PastDay, PastDays, TooLittleKnown, WhatIfScenario
from callcenter.simulation import runs, what_if
from callcenter.simulation.scenario import Scenario
from callcenter.simulation.theory import student_quantile
from callcenter.simulation.traffic import SimulatedContact

SIDES = ("before", "after")
FIGURES = ("mean_wait", "p95", "level_of_answered", "level_of_all", "abandoned")
HOURS = 24
MOST_PLAYED = 300_000  # calls in all
SEEDS = (3, 10)  # at least, at most
FEW = 30
Progress = Callable[[int, int], None]


class Counted:
    """Calls of one period: waits in seconds until answered or gone."""

    __slots__ = ("abandoned", "answered", "in_time", "left_in_time", "unserved", "waits")

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.answered = self.in_time = self.abandoned = self.left_in_time = self.unserved = 0

    def take(self, contact: SimulatedContact, target: float) -> None:
        end = contact.left if contact.answered is None else contact.answered
        # A call that was never served counts as abandoned at the end of the day.
        wait = (max(what_if.DAY, contact.arrived) if end is None else end) - contact.arrived
        self.waits.append(wait)
        if contact.answered is None:
            self.abandoned += 1
            self.unserved += end is None
            self.left_in_time += wait <= target
        else:
            self.answered += 1
            self.in_time += wait <= target

    def add(self, other: "Counted") -> None:
        self.waits += other.waits
        for name in ("answered", "in_time", "abandoned", "left_in_time", "unserved"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def figures(self) -> dict[str, float | None]:
        waits = sorted(self.waits)
        offered = len(waits)
        return {
            "mean_wait": sum(waits) / offered if offered else None,
            "p95": waits[min(offered - 1, int(0.95 * offered))] if offered else None,
            "level_of_answered": metrics.service_level_of_answered(
                answered_in_time=self.in_time, answered=self.answered
            ),
            "level_of_all": metrics.service_level_of_all(
                answered_in_time=self.in_time,
                left_in_time=self.left_in_time,
                answered=self.answered,
                abandoned=self.abandoned,
            ),
            "abandoned": metrics.abandoned_share(abandoned=self.abandoned, offered=offered),
        }


Key = tuple[str, str, int]  # side, "seed" or "hour" or "queue" or "day", which


class WhatIfCounts:
    """All counts, by side and by seed, hour, queue and day."""

    def __init__(self) -> None:
        self._counted: dict[Key, Counted] = {}
        self.use: dict[tuple[str, int], list[float]] = {}

    def one(self, side: str, what: str, which: int) -> Counted:
        return self._counted.setdefault((side, what, which), Counted())

    def take(self, side: str, seed: int, day: int, contact: SimulatedContact, queue: int, target: float) -> None:
        hour = min(HOURS - 1, int(contact.arrived // 3600))
        for what, which in (("seed", seed), ("hour", hour), ("queue", queue), ("day", day)):
            self.one(side, what, which).take(contact, target)

    def pair(self, what: str, which: int, figure: str) -> list[float | None]:
        return [self.one(side, what, which).figures()[figure] for side in SIDES]


def play(
    past: PastDays,
    change: WhatIfScenario,
    real: Mapping[str, float | None],
    *,
    progress: Progress = lambda _done, _total: None,
) -> dict[str, Any]:
    """Play each day with each seed, before and after. Raises TooLittleKnown.

    Returns data for JSON. `progress` receives (done, total) before each run."""
    if not any(queue.id == change.queue_id for queue in past.queues):
        raise TooLittleKnown("no_queue")
    known, ledger, seeds = what_if.habits(past), WhatIfCounts(), seeds_for(past, change)
    sides = [(day, [what_if.scenario(past, day, None), what_if.scenario(past, day, change)]) for day in past.days]
    total, done = 2 * seeds * len(sides), 0
    for seed in range(1, seeds + 1):
        for place, (day, both) in enumerate(sides):
            lines = what_if.trace(past, day, change, known, seed)
            for side, one in zip(SIDES, both, strict=True):
                progress(done, total)
                done += 1
                if lines:
                    _play(ledger, side, one, lines, seed, place)
    progress(total, total)
    return _result(past, change, ledger, seeds, real)


def seeds_for(past: PastDays, change: WhatIfScenario) -> int:
    """Seeds, 3 to 10, so that about MOST_PLAYED calls are played."""
    calls = sum(len(day.calls) for day in past.days) * change.percent / 100
    return int(min(SEEDS[1], max(SEEDS[0], MOST_PLAYED / max(1.0, 2 * calls))))


def _play(
    ledger: WhatIfCounts, side: str, scenario: Scenario, lines: Sequence[Mapping[str, Any]], seed: int, day: int
) -> None:
    queues = {kind.name: scenario.queue_of(kind) for kind in scenario.classes}

    def counted(contact: SimulatedContact) -> None:
        queue = queues[contact.kind.name]
        ledger.take(side, seed, day, contact, int(queue.name), queue.target.seconds)

    run = runs.play(scenario, lines, 2, 1000 * day + seed, counted)
    use = run.whole.get(("use", "all"))
    if use is not None:
        ledger.use.setdefault((side, seed), []).append(use)


def _result(
    past: PastDays, change: WhatIfScenario, ledger: WhatIfCounts, seeds: int, real: Mapping[str, float | None]
) -> dict[str, Any]:
    calls = sum(len(day.calls) for day in past.days)
    figures = [_figure(name, [ledger.pair("seed", s, name) for s in range(1, seeds + 1)]) for name in FIGURES]
    use = [
        [mean(ledger.use[side, seed]) if (side, seed) in ledger.use else None for side in SIDES]
        for seed in range(1, seeds + 1)
    ]
    return {
        "days": [day.date for day in past.days],
        "left_out": dict(past.left_out),
        "calls": calls,
        "seeds": seeds,
        "figures": [{**one, "real": real.get(one["name"])} for one in [*figures, _figure("use", use)]],
        "queues": [_part(ledger, "queue", queue.id, seeds) for queue in past.queues],
        "hours": [
            {**_part(ledger, "hour", hour, seeds * len(past.days)), "duty": on_duty(past, hour)}
            for hour in range(HOURS)
        ],
        "each_day": [{**_part(ledger, "day", n, seeds), "date": day.date} for n, day in enumerate(past.days)],
        "notes": _notes(past, change, ledger, seeds),
    }


def _figure(name: str, pairs: Sequence[Sequence[float | None]]) -> dict[str, Any]:
    """Both sides and their difference, each as [mean, half its 95 % interval]."""
    whole = [(before, after) for before, after in pairs if before is not None and after is not None]
    return {
        "name": name,
        "before": interval([before for before, _ in whole]),
        "after": interval([after for _, after in whole]),
        "difference": interval([after - before for before, after in whole]),
    }


def interval(values: Sequence[float]) -> list[float] | None:
    """[mean, half its 95 % interval (Student t)]; None if empty."""
    if not values:
        return None
    if len(values) == 1:
        return [values[0], 0.0]
    return [mean(values), student_quantile(0.975, len(values) - 1) * stdev(values) / sqrt(len(values))]


def _part(ledger: WhatIfCounts, what: str, which: int, times: int) -> dict[str, Any]:
    calls = len(ledger.one("before", what, which).waits)
    return {
        "id": which,
        "calls": calls / times,
        **{name: ledger.pair(what, which, name) for name in FIGURES if name != "level_of_answered"},
    }


def on_duty(past: PastDays, hour: int) -> float:
    begin, end = 3600.0 * hour, 3600.0 * (hour + 1)
    seconds = sum(_overlap(day, begin, end) for day in past.days)
    return seconds / 3600 / len(past.days)


def _overlap(day: PastDay, begin: float, end: float) -> float:
    return sum(max(0.0, min(until, end) - max(start, begin)) for spans in day.duty.values() for start, until in spans)


def _notes(past: PastDays, change: WhatIfScenario, ledger: WhatIfCounts, seeds: int) -> list[list[Any]]:
    """(code, number) of each limitation; the page has a sentence for each code."""
    calls = [call for day in past.days for call in day.calls]
    own = sum(call.queue_id == change.queue_id for call in calls)
    unserved = [sum(ledger.one(side, "seed", s).unserved for s in range(1, seeds + 1)) / seeds for side in SIDES]
    checks = (
        ("one_day", 1, len(past.days) == 1),
        ("few_calls", own, own < FEW),
        ("no_patience", 0, not any(call.gave_up for call in calls)),
        ("no_delays", 0, not past.delays),
        ("unserved", round(max(unserved), 1), max(unserved) > 0),
        ("more_than_were", change.percent, change.percent != 100),
        (
            "few_to_send_home",
            -change.agents,
            change.agents < 0 and any(len(what_if.fewer(past, day, change)) < -change.agents for day in past.days),
        ),
    )
    return [[code, number] for code, number, is_so in checks if is_so]
