"""Measurements of one run, and the wait curve."""

from array import array
from collections.abc import Sequence
from math import sqrt

from callcenter.domain import metrics
from callcenter.domain.routing import error_of
from callcenter.simulation.scenario import Scenario
from callcenter.simulation.staff import SimulatedAgent
from callcenter.simulation.traffic import SimulatedContact

ALL = "all"
BATCHES = 10
CURVE = (
    *(float(t) for t in range(0, 60, 5)),
    *(float(t) for t in range(60, 300, 15)),
    *(float(t) for t in range(300, 1800, 60)),
    *(float(t) for t in range(1800, 7201, 600)),
)
Key = tuple[str, str]  # figure, of whom


class Tally:
    """Counts of one class in one period. A wait lasts until answered (ringing included) or abandoned."""

    def __init__(self) -> None:
        self.answered, self.left = array("d"), array("d")
        self.answered_in_time = self.left_in_time = self.offers = self.known = self.hits = self.unserved = 0
        self.predictions: list[tuple[float, float]] = []
        self.linear = self.quadratic = 0.0
        self.has_cost = False

    def take(self, contact: SimulatedContact, target: float) -> None:
        end = contact.left if contact.answered is None else contact.answered
        self.offers += contact.offers
        if end is None:
            self.unserved += 1
            return
        wait, cost = end - contact.arrived, contact.kind.cost
        self.linear += cost * wait
        self.quadratic += cost * wait * wait
        self.has_cost = self.has_cost or cost != 1
        if contact.answered is None:
            self.left.append(wait)
            self.left_in_time += wait <= target
            return
        self.answered.append(wait)
        self.answered_in_time += wait <= target
        if contact.preferred is not None:
            self.known += 1
            self.hits += contact.agent == contact.preferred
        if contact.expected is not None:
            self.predictions.append((contact.expected, wait))

    def add(self, other: "Tally") -> None:
        self.answered.extend(other.answered)
        self.left.extend(other.left)
        self.predictions.extend(other.predictions)
        self.has_cost = self.has_cost or other.has_cost
        for name in ("answered_in_time", "left_in_time", "offers", "known", "hits", "unserved", "linear", "quadratic"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def figures(self, waits_over: Sequence[float]) -> dict[str, float | None]:
        answered, left = len(self.answered), len(self.left)
        ended, in_time = answered + left, self.answered_in_time
        waits = sorted((*self.answered, *self.left))
        error = error_of(self.predictions)
        return {
            "contacts": float(ended),
            "mean_wait": sum(waits) / ended if ended else None,
            **{f"wait_over_{t:g}": share for t, share in zip(waits_over, _over(waits, waits_over), strict=True)},
            "p95": waits[min(ended - 1, int(0.95 * ended))] if ended else None,
            "longest_wait": waits[-1] if ended else None,
            "abandoned": metrics.abandoned_share(abandoned=left, offered=ended),
            "service_level_of_answered": metrics.service_level_of_answered(answered_in_time=in_time, answered=answered),
            "service_level_of_all": metrics.service_level_of_all(
                answered_in_time=in_time, left_in_time=self.left_in_time, answered=answered, abandoned=left
            ),
            "service_level_of_offered": in_time / ended if ended else None,
            "hit_rate": self.hits / self.known if self.known else None,
            "offers": self.offers / (ended + self.unserved) if ended + self.unserved else None,
            "expected_wait_error": error.root_mean_square if error.count else None,
            "expected_wait_off": error.mean_off if error.count else None,
            "cost_linear": self.linear / ended if ended and self.has_cost else None,
            "cost_quadratic": self.quadratic / ended if ended and self.has_cost else None,
            "unserved": float(self.unserved) if self.unserved else None,
        }


def _over(waits: Sequence[float], limits: Sequence[float]) -> list[float | None]:
    """Share of waits above each limit, in one pass; `waits` ascending."""
    if not waits:
        return [None] * len(limits)
    order = sorted(range(len(limits)), key=lambda one: limits[one])
    shares: list[float | None] = [None] * len(limits)
    below = 0
    for index in order:
        while below < len(waits) and waits[below] <= limits[index] + 1e-9:
            below += 1
        shares[index] = 1 - below / len(waits)
    return shares


class Measured:
    """Collects finished contacts of one run, without the warm-up."""

    def __init__(self, scenario: Scenario, end: float, batches: int = 1) -> None:
        self._scenario, self._from, self._batches = scenario, scenario.warmed_up, batches
        self._length = max(end - self._from, 1e-9) / batches
        self._targets = {kind.name: scenario.queue_of(kind).target.seconds for kind in scenario.classes}
        self._tallies = [{kind.name: Tally() for kind in scenario.classes} for _ in range(batches)]

    def take(self, contact: SimulatedContact) -> None:
        late = contact.arrived - self._from
        if late >= 0:
            name = contact.kind.name
            self._tallies[min(int(late / self._length), self._batches - 1)][name].take(contact, self._targets[name])

    def batches(self) -> list[dict[Key, float | None]]:
        return [self._figures(tallies) for tallies in self._tallies]

    def whole(self) -> dict[str, Tally]:
        found = {name: Tally() for name in (ALL, *self._targets)}
        for tallies in self._tallies:
            for name, tally in tallies.items():
                found[name].add(tally)
                found[ALL].add(tally)
        return found

    def _figures(self, tallies: dict[str, Tally]) -> dict[Key, float | None]:
        everybody = Tally()
        for tally in tallies.values():
            everybody.add(tally)
        return figures_of({ALL: everybody, **tallies}, self._scenario)


def figures_of(tallies: dict[str, Tally], scenario: Scenario) -> dict[Key, float | None]:
    reported = tallies if len(tallies) > 2 else {ALL: tallies[ALL]}
    return {
        (figure, of): value
        for of, tally in reported.items()
        for figure, value in tally.figures(scenario.waits_over).items()
    }


def curves_of(tallies: dict[str, Tally]) -> dict[str, list[float | None]]:
    """P(wait > t) for each t of CURVE, by class and "all"."""
    return {of: _over(sorted((*tally.answered, *tally.left)), CURVE) for of, tally in tallies.items()}


def use_of(staff: Sequence[SimulatedAgent], span: tuple[float, float]) -> dict[Key, float | None]:
    """Handling time / time present, overall and by group; a conversation counts 1 / capacity."""
    length = span[1] - span[0]
    groups: dict[str, list[float]] = {}
    for person in staff:
        present = length - person.away_seconds
        if present > 1e-6 * length:
            groups.setdefault(person.group.name, []).append(person.busy / present)
    everybody = [use for uses in groups.values() for use in uses]
    if not everybody:
        return {}
    mean = sum(everybody) / len(everybody)
    spread = sqrt(sum((use - mean) ** 2 for use in everybody) / len(everybody))
    found: dict[Key, float | None] = {
        ("use", ALL): mean,
        ("use_cv", ALL): spread / mean if mean else None,
        ("use_min", ALL): min(everybody),
        ("use_max", ALL): max(everybody),
    }
    if 1 < len(groups) <= 12:
        found |= {("use", name): sum(uses) / len(uses) for name, uses in groups.items()}
    return found
