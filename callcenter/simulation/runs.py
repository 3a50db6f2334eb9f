"""Plays a scenario over seeds: figures with confidence intervals, theory and reference."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from math import sqrt
from multiprocessing import get_context
from statistics import mean, stdev
from typing import Any

from callcenter.simulation import expectation
from callcenter.simulation.engine import Floor
from callcenter.simulation.figures import BATCHES, CURVE, Key, Measured, curves_of, figures_of, use_of
from callcenter.simulation.scenario import Expected, Scenario, ScenarioError
from callcenter.simulation.staff import known_agents, people
from callcenter.simulation.theory import student_quantile
from callcenter.simulation.traffic import SimulatedContact, drawn, traced

CONFIDENCE = 0.95
Lines = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFigure:
    """`of`: "all", a class, or for `use` a group. `half`: half the 95 % interval. `expected`: the scenario's reference."""

    name: str
    of: str
    value: float
    half: float | None = None
    theory: float | None = None
    sign: str = "="
    source: str = ""
    expected: float | None = None
    wanted: str = ""
    reference: str = ""
    is_ok: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """`curves`: (t, P(wait > t)) by class and "all". `contacts`: counted over all seeds."""

    scenario: str
    seeds: int
    contacts: int
    figures: tuple[RunFigure, ...]
    curves: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)

    def get(self, name: str, of: str = "all") -> RunFigure:
        return next(figure for figure in self.figures if (figure.name, figure.of) == (name, of))

    def value(self, name: str, of: str = "all") -> float:
        return self.get(name, of).value

    @property
    def is_ok(self) -> bool:
        return all(figure.is_ok is not False for figure in self.figures)

    def data(self) -> dict[str, Any]:
        return asdict(self) | {"confidence": CONFIDENCE}


@dataclass(frozen=True, slots=True)
class Run:
    whole: dict[Key, float | None]
    batches: list[dict[Key, float | None]]
    curves: dict[str, list[float | None]]


def run(
    scenario: Scenario,
    seeds: int | None = None,
    *,
    trace: Lines | None = None,
    processes: int = 1,
    done: Callable[[SimulatedContact], None] | None = None,
) -> RunResult:
    """Play seeds 1 to n, or a `trace`. `done` receives each contact of the first seed. Raises ScenarioError."""
    wanted = seeds or (scenario.seeds if trace is None else 1)
    known_agents(scenario, people(scenario, 0))
    one, numbers = partial(play, scenario, trace, wanted), range(1, wanted + 1)
    if processes == 1 or wanted == 1:
        runs = [one(1, done), *map(one, numbers[1:])]
    else:
        with ProcessPoolExecutor(min(processes, wanted), mp_context=get_context("spawn")) as pool:
            rest = pool.map(one, numbers[1:] if done else numbers)
            runs = [one(1, done), *rest] if done else list(rest)
    return result(scenario, runs, has_theory=trace is None)


def play(
    scenario: Scenario,
    trace: Lines | None,
    seeds: int,
    seed: int,
    done: Callable[[SimulatedContact], None] | None = None,
) -> Run:
    staff = people(scenario, seed)
    contacts = None
    if trace is not None:
        contacts = traced(trace, scenario, len(staff))
        last = contacts[-1].arrived
        if last < scenario.warmed_up:
            raise ScenarioError(
                f"The trace ends after {last:g} s, before the warm-up of {scenario.warmed_up:g} s: nothing would be counted."
                " Set a shorter warm_up."
            )
        if last >= scenario.horizon:
            scenario = scenario.with_(horizon=last + 1, warm_up=scenario.warmed_up)
    measured = Measured(scenario, scenario.horizon, batches=BATCHES if seeds == 1 else 1)

    def finished(contact: SimulatedContact) -> None:
        measured.take(contact)
        if done is not None:
            done(contact)

    floor = Floor(scenario, seed, staff, finished)
    floor.play(contacts if contacts is not None else drawn(scenario, seed, known_agents(scenario, staff)))
    tallies = measured.whole()
    whole = figures_of(tallies, scenario) | use_of(staff, floor.span)
    return Run(whole, measured.batches() if seeds == 1 else [], curves_of(tallies))


def result(scenario: Scenario, runs: Sequence[Run], *, has_theory: bool = True) -> RunResult:
    """Combine runs. `has_theory`: include theory and references, which do not apply to a trace."""
    theories = expectation.of(scenario) if has_theory else {}
    wanted = {(one.figure, one.of): one for one in scenario.expected} if has_theory else {}
    keys = dict.fromkeys(key for one in runs for key in one.whole)
    figures = []
    for key in keys:
        value, half = _interval(key, runs)
        if value is not None:
            figures.append(_figure(key, value, half, theories.get(key), wanted.get(key)))
    contacts = sum(int(one.whole["contacts", "all"] or 0) for one in runs)
    return RunResult(
        scenario=scenario.name, seeds=len(runs), contacts=contacts, figures=tuple(figures), curves=_curves(runs)
    )


def _interval(key: Key, runs: Sequence[Run]) -> tuple[float | None, float | None]:
    """Mean over seeds and half its 95 % interval (Student); one seed: over its batches."""
    values = [value for one in runs if (value := one.whole.get(key)) is not None]
    if not values:
        return None, None
    samples = values if len(runs) > 1 else [v for one in runs[0].batches if (v := one.get(key)) is not None]
    half = None
    if len(samples) > 1:
        quantile = student_quantile((1 + CONFIDENCE) / 2, len(samples) - 1)
        half = quantile * stdev(samples) / sqrt(len(samples))
    return mean(values), None if len(runs) == 1 and key[0] == "contacts" else half


def _figure(
    key: Key, value: float, half: float | None, theory: expectation.Theory | None, expected: Expected | None
) -> RunFigure:
    return RunFigure(
        name=key[0],
        of=key[1],
        value=value,
        half=half,
        theory=theory.value if theory else None,
        sign=theory.sign if theory else "=",
        source=theory.source if theory else "",
        expected=expected.value if expected else None,
        wanted=_wanted(expected) if expected else "",
        reference=expected.source if expected else "",
        is_ok=_is_ok(value, expected) if expected else None,
    )


def _wanted(expected: Expected) -> str:
    parts = []
    if expected.within is not None and expected.value is not None:
        parts.append(f"within {100 * expected.within:g} %")
    if expected.most is not None:
        parts.append(f"at most {expected.most:g}")
    if expected.least is not None:
        parts.append(f"at least {expected.least:g}")
    return ", ".join(parts)


def _is_ok(value: float, expected: Expected) -> bool | None:
    checks = []
    if expected.within is not None and expected.value is not None:
        checks.append(abs(value - expected.value) <= expected.within * abs(expected.value))
    if expected.most is not None:
        checks.append(value <= expected.most)
    if expected.least is not None:
        checks.append(value >= expected.least)
    return all(checks) if checks else None


def _curves(runs: Sequence[Run]) -> dict[str, tuple[tuple[float, float], ...]]:
    """Means over seeds, up to the first t that no wait exceeds."""
    found = {}
    for of in runs[0].curves:
        points = []
        for index, t in enumerate(CURVE):
            shares = [share for one in runs if (share := one.curves[of][index]) is not None]
            if shares:
                points.append((t, mean(shares)))
                if not points[-1][1]:
                    break
        found[of] = tuple(points)
    return found
