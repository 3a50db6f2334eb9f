"""The theory that applies to a scenario, and its figures."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from callcenter.domain.channels import Channel
from callcenter.simulation import theory
from callcenter.simulation.arrivals import Bursts, Rate
from callcenter.simulation.bursty import Bursty
from callcenter.simulation.engine import claim
from callcenter.simulation.scenario import CustomerClass, Scenario
from callcenter.simulation.staff import able, needs_of, people
from callcenter.simulation.times import Exponential


@dataclass(frozen=True, slots=True)
class Theory:
    """`sign`: "=" for an exact value, "≥" or "≤" for a bound."""

    value: float
    source: str
    sign: str = "="


Found = dict[tuple[str, str], Theory]


@dataclass(frozen=True, slots=True)
class Plain:
    """The scenario as a textbook queue; rates a second, times in seconds."""

    rates: tuple[float, ...]
    handling: float
    servers: int
    patience: float | None
    is_pooled: bool

    @property
    def rate(self) -> float:
        return sum(self.rates)


def of(scenario: Scenario) -> Found:
    """Theory by (figure, of whom); empty where none applies."""
    if len(scenario.classes) == 1 and isinstance(scenario.classes[0].arrivals, Bursts):
        return _bursty(scenario, scenario.classes[0], scenario.classes[0].arrivals)
    plain = _plain(scenario)
    if plain is None or not plain.rate:
        return {}
    if plain.patience is not None:
        return _impatient(scenario, plain) if plain.is_pooled else {}
    if plain.rate * plain.handling >= plain.servers:
        return {}
    return _patient(scenario, plain)


def _plain(scenario: Scenario) -> Plain | None:
    """None unless a textbook queue fits: Poisson arrivals, one exponential handling time, one patience, agents always
    present."""
    kinds, groups = scenario.classes, [group for group in scenario.agents if group.count]
    handlings = {kind.handling.average for kind in kinds if isinstance(kind.handling, Exponential)}
    patiences = {kind.patience.average if isinstance(kind.patience, Exponential) else kind.patience for kind in kinds}
    channels = {kind.channel for kind in kinds}
    is_plain = (
        all(isinstance(kind.arrivals, Rate) and isinstance(kind.handling, Exponential) for kind in kinds)
        and len(handlings) == len(patiences) == len(channels) == 1
        and not any(queue.rings for queue in scenario.queues)
        and not any(group.absences or group.shift or group.breaks or group.never_answers for group in groups)
        and not (scenario.offers.miss or scenario.offers.delay.average)
        and not any(group.miss or (group.delay and group.delay.average) for group in groups)
    )
    patience = patiences.pop()
    handling = handlings.pop() if handlings else 0.0
    if not is_plain or not handling or not isinstance(patience, float | None):
        return None
    staff = people(scenario, 0)
    slots = [person.limits.calls if Channel.VOICE in channels else person.limits.conversations for person in staff]
    together = {tuple(person.id for person in able(needs, staff)) for needs in needs_of(scenario).values()}
    pooled = len(together) == 1 and len(next(iter(together))) == len(staff)
    rates = tuple(kind.arrivals.a_second(handling) for kind in kinds if isinstance(kind.arrivals, Rate))
    if any(person.limits.total < slot for person, slot in zip(staff, slots, strict=True)):
        return None
    return Plain(rates, handling, sum(slots), patience, pooled)


def _patient(scenario: Scenario, plain: Plain) -> Found:
    erlang = theory.ErlangC(plain.rate, plain.handling, plain.servers)
    found: Found = {("use", "all"): Theory(erlang.use, "load / agents")}
    hold = max((kind.preferred.hold for kind in scenario.classes if kind.preferred), default=0.0)
    if not plain.is_pooled or hold:
        found["mean_wait", "all"] = Theory(erlang.mean_wait, "pooled bound", "≥")
    else:
        found["mean_wait", "all"] = Theory(erlang.mean_wait, "Erlang C")
        found["wait_over_0", "all"] = Theory(erlang.waits, "Erlang C")
        found |= _by_order(scenario, plain, erlang)
    if plain.is_pooled and any(kind.preferred for kind in scenario.classes):
        bound = theory.preferred_bound(erlang.use, hold, plain.handling, plain.servers)
        found["hit_rate", "all"] = Theory(bound, "bound", "≤")
    return found


def _by_order(scenario: Scenario, plain: Plain, erlang: theory.ErlangC) -> Found:
    """One line for all, or strict priority; other orders conserve only the overall mean."""
    claims = [claim(scenario, kind)[:2] for kind in scenario.classes]
    if len(set(claims)) == 1:
        names = ["all", *_names(scenario)]
        found = {("mean_wait", name): Theory(erlang.mean_wait, "Erlang C") for name in names}
        found |= _shares(scenario, names, erlang.over, "Erlang C")
        error = sqrt(plain.handling / plain.servers / (plain.servers / plain.handling - plain.rate))
        return found | {("expected_wait_error", "all"): Theory(error, "QL estimate in Erlang C")}
    levels = sorted({points for points, _ in claims}, reverse=True)
    agings = {aging for _, aging in claims}
    gaps = [high - low for high, low in pairwise(levels)]
    if len(agings) > 1 or not gaps or min(gaps) < scenario.horizon * max(agings):
        return {}
    return _strict(scenario, plain, [levels.index(points) for points, _ in claims])


def _strict(scenario: Scenario, plain: Plain, level_of: list[int]) -> Found:
    rates = [0.0] * (max(level_of) + 1)
    for level, rate in zip(level_of, plain.rates, strict=True):
        rates[level] += rate
    means = theory.cobham(rates, plain.handling, plain.servers)
    found: Found = {}

    def over(level: int) -> Callable[[float], float]:
        return lambda t: theory.priority_over(rates, plain.handling, plain.servers, level, t)

    for kind, level in zip(scenario.classes, level_of, strict=True):
        found["mean_wait", kind.name] = Theory(means[level], "Cobham")
        found |= _shares(scenario, [kind.name], over(level), "Kella and Yechiali")
    return found


def _impatient(scenario: Scenario, plain: Plain) -> Found:
    assert plain.patience is not None
    erlang = theory.ErlangA(plain.rate, plain.handling, plain.servers, plain.patience)
    found: Found = {
        ("use", "all"): Theory(erlang.use, "Erlang A"),
        ("mean_wait", "all"): Theory(erlang.mean_wait, "Erlang A"),
        ("abandoned", "all"): Theory(erlang.abandons, "Erlang A"),
        ("wait_over_0", "all"): Theory(erlang.waits, "Erlang A"),
    }
    if any(kind.preferred and kind.preferred.hold for kind in scenario.classes):
        return {}
    if len({claim(scenario, kind)[:2] for kind in scenario.classes}) > 1:
        return found
    found |= _shares(scenario, ["all", *_names(scenario)], erlang.over, "Erlang A")
    for figure, value in _levels_of_impatient(scenario, erlang).items():
        found[figure, "all"] = Theory(value, "Erlang A")
    return found


def _bursty(scenario: Scenario, kind: CustomerClass, arrivals: Bursts) -> Found:
    handling = kind.handling.average
    phases = [(phase.a_second(handling), phase.lasting) for phase in arrivals.phases]
    steady = kind.model_copy(update={"arrivals": Rate(per_second=phases[0][0])})
    plain = _plain(scenario.with_(classes=(steady,)))
    if plain is None or plain.patience is None or not plain.is_pooled or kind.preferred:
        return {}
    model = Bursty(phases, handling, plain.servers, plain.patience)
    found = {
        "use": model.use,
        "mean_wait": model.mean_wait,
        "abandoned": model.abandons,
        "wait_over_0": model.waits,
        **{f"wait_over_{t:g}": model.over(t) for t in scenario.waits_over if t},
    }
    return {(figure, "all"): Theory(value, "MMPP / Erlang A") for figure, value in found.items()}


def _levels_of_impatient(scenario: Scenario, erlang: theory.ErlangA) -> dict[str, float]:
    targets = {queue.target.seconds for queue in scenario.queues}
    if len(targets) > 1:
        return {}
    seconds = targets.pop()
    answered = erlang.answered_within(seconds)
    return {
        "service_level_of_answered": answered / (1 - erlang.abandons),
        "service_level_of_all": 1 - erlang.over(seconds),
        "service_level_of_offered": answered,
    }


def _shares(scenario: Scenario, names: list[str], over: Callable[[float], float], source: str) -> Found:
    """P(wait > t) for each t asked for, and without abandonment the service level."""
    found: Found = {}
    for name in names:
        found |= {(f"wait_over_{t:g}", name): Theory(over(t), source) for t in scenario.waits_over}
        target = _target(scenario, name)
        if target is not None and source != "Erlang A":
            for figure in ("of_answered", "of_all", "of_offered"):
                found[f"service_level_{figure}", name] = Theory(1 - over(target), source)
    return found


def _target(scenario: Scenario, name: str) -> float | None:
    targets = {_seconds(scenario, kind) for kind in scenario.classes if name in ("all", kind.name)}
    return targets.pop() if len(targets) == 1 else None


def _seconds(scenario: Scenario, kind: CustomerClass) -> float:
    return scenario.queue_of(kind).target.seconds


def _names(scenario: Scenario) -> list[str]:
    return [kind.name for kind in scenario.classes] if len(scenario.classes) > 1 else []
