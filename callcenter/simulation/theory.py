"""Formulas of waiting: Erlang B, C and A, priorities, pooling. Times in seconds, rates a second."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import count
from math import comb, exp, inf, lgamma, log, pi

TINY = 1e-300


def erlang_b(load: float, agents: int) -> float:
    """Blocking probability without waiting, by the recursion B_k = aB / (k + aB)."""
    blocked = 1.0
    for k in range(1, agents + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_c(load: float, agents: int) -> float:
    """Probability of waiting; 1 if load >= agents."""
    if load >= agents:
        return 1.0
    blocked = erlang_b(load, agents)
    return blocked / (1 - load / agents * (1 - blocked))


@dataclass(frozen=True)
class ErlangC:
    """M/M/n without abandonment."""

    rate: float
    handling: float
    agents: int

    @property
    def load(self) -> float:
        return self.rate * self.handling

    @property
    def _drift(self) -> float:
        return self.agents / self.handling - self.rate

    @cached_property
    def waits(self) -> float:
        return erlang_c(self.load, self.agents)

    @property
    def mean_wait(self) -> float:
        return self.waits / self._drift if self._drift > 0 else inf

    @property
    def use(self) -> float:
        return min(1.0, self.load / self.agents)

    def over(self, seconds: float) -> float:
        return self.waits * exp(-self._drift * seconds) if self._drift > 0 else 1.0

    def percentile(self, share: float) -> float:
        """The wait in seconds that `share` of customers do not exceed."""
        return max(0.0, log(self.waits / (1 - share)) / self._drift) if self._drift > 0 else inf


@dataclass(frozen=True)
class ErlangA:
    """M/M/n+M (Palm; Garnett, Mandelbaum, Reiman 2002). Waits end by an answer or by giving up."""

    rate: float
    handling: float
    agents: int
    patience: float

    @cached_property
    def _states(self) -> list[float]:
        """P(n agents busy and j waiting) for j = 0, 1, …; states below n are the rest to 1."""
        service, theta = self.agents / self.handling, 1 / self.patience
        below = 1 / erlang_b(self.rate * self.handling, self.agents)  # all states up to n, in units of state n
        states: list[float] = []
        one = 1.0
        while one > 1e-17 * (below + sum(states[-1:])) or len(states) < 2:
            states.append(one)
            one *= self.rate / (service + len(states) * theta)
        total = below + sum(states) - 1
        return [state / total for state in states]

    @property
    def waits(self) -> float:
        return sum(self._states)

    @cached_property
    def waiting(self) -> float:
        return sum(j * state for j, state in enumerate(self._states))

    @property
    def mean_wait(self) -> float:
        return self.waiting / self.rate

    @property
    def abandons(self) -> float:
        return self.waiting / self.patience / self.rate

    @property
    def use(self) -> float:
        return self.rate * (1 - self.abandons) * self.handling / self.agents

    def _offered_over(self, seconds: float) -> float:
        """P(a customer with infinite patience waits longer): exp(-theta V_j) is Beta(n mu / theta, j + 1)."""
        first, x = self.agents / self.handling * self.patience, exp(-seconds / self.patience)
        return sum(state * share for state, share in zip(self._states, incomplete_betas(first, x), strict=False))

    def over(self, seconds: float) -> float:
        return self._offered_over(seconds) * exp(-seconds / self.patience)

    def answered_within(self, seconds: float, steps: int = 400) -> float:
        """Share answered by then: waits that have ended, less those ended by giving up (Simpson)."""
        width = seconds / steps
        points = [self.over(k * width) for k in range(steps + 1)]
        area = width / 3 * (points[0] + points[-1] + 4 * sum(points[1:-1:2]) + 2 * sum(points[2:-1:2]))
        return 1 - self.over(seconds) - area / self.patience


def cobham(rates: Sequence[float], handling: float, agents: int) -> list[float]:
    """Mean wait by class, most urgent first; one handling time, no preemption (Cobham 1954)."""
    service = agents / handling
    first = erlang_c(sum(rates) * handling, agents) / service
    loads = [sum(rates[: k + 1]) / service for k in range(len(rates))]
    return [
        first / ((1 - before) * (1 - load)) if load < 1 else inf
        for before, load in zip([0.0, *loads], loads, strict=False)
    ]


def priority_over(rates: Sequence[float], handling: float, agents: int, which: int, seconds: float) -> float:
    """P(wait > seconds) of one class under strict priority (Kella and Yechiali 1985), by transform inversion."""
    service, ahead = agents / handling, sum(rates[:which])
    spare = service - sum(rates[: which + 1])
    waits = erlang_c(sum(rates) * handling, agents)
    if seconds <= 0:
        return waits

    def over(s: complex) -> complex:
        z = s + ahead - ahead * _busy_period(s, ahead, service)
        return (1 - spare / (spare + z)) / s

    return waits * invert(over, seconds)


def _busy_period(s: complex, rate: float, service: float) -> complex:
    if rate == 0:
        return 0j
    both = rate + service + s
    return (both - (both * both - 4 * rate * service) ** 0.5) / (2 * rate)


def invert(transform: Callable[[complex], complex], at: float, terms: int = 40, order: int = 12) -> float:
    """Invert a Laplace transform at one time: Euler summation (Abate and Whitt 1995), to about 1e-8."""
    a = 18.4
    sums, total = [], transform(complex(a / (2 * at), 0)).real / 2
    for k in range(1, terms + order + 1):
        total += (-1) ** k * transform(complex(a / (2 * at), k * pi / at)).real
        if k >= terms:
            sums.append(total)
    return exp(a / 2) / at * sum(comb(order, k) * value for k, value in enumerate(sums)) / 2**order


def preferred_bound(use: float, hold: float, handling: float, agents: int) -> float:
    """Upper bound on reaching the known agent if held so long, including chance hits."""
    known = (1 - use) + use * (1 - exp(-hold / handling))
    return known + (1 - known) / agents


def staffing_waits(beta: float) -> float:
    """Limit of P(wait > 0) for n = a + beta sqrt(a) (Halfin and Whitt 1981)."""
    density = exp(-beta * beta / 2) / (2 * pi) ** 0.5
    return 1 / (1 + beta * _normal(beta) / density)


def _normal(x: float) -> float:
    tail = incomplete_beta_tail(x)
    return 1 - tail if x >= 0 else tail


def incomplete_beta_tail(x: float) -> float:
    """P(standard normal > |x|), as Student's t with very many degrees of freedom."""
    return 1 - student(abs(x), 1e7)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """I_x(a, b), by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    return front * _fraction(a, b, x)


def incomplete_betas(a: float, x: float) -> Iterator[float]:
    """Yields I_x(a, 1), I_x(a, 2), …, by recurrence."""
    share = x**a
    if share < TINY:  # underflow: the recurrence would stay 0, though later values may not
        yield from (incomplete_beta(a, b, x) for b in count(1))
    term = share * a * (1 - x)
    for b in count(1):
        yield share
        share += term
        term *= (1 - x) * (a + b) / (b + 1)


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or TINY)
    value = d
    for m in range(1, 10_000):
        before = value
        for part in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + part * d or TINY)
            c = 1 + part / c or TINY
            value *= c * d
        if abs(value - before) < 1e-15 * abs(value):
            break
    return value


def student(t: float, freedom: float) -> float:
    """P(Student's t <= t) for t >= 0."""
    return 1 - incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2


@cache  # called for each figure, with one share and few degrees of freedom
def student_quantile(share: float, freedom: float) -> float:
    """The t at which `student` reaches `share` (> 0.5), by bisection."""
    low, high = 0.0, 1e4
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if student(middle, freedom) < share else (low, middle)
    return (low + high) / 2
