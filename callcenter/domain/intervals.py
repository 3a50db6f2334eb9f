"""95 % confidence intervals of a mean and a share."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

Z = 1.959964  # normal, two-sided 95 %
FEW = 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """Values are None if there are too few observations."""

    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None

    def is_apart_from(self, other: "Estimate") -> bool:
        """Whether the intervals do not touch."""
        if self.low is None or self.high is None or other.low is None or other.high is None:
            return False
        return self.low > other.high or self.high < other.low


def mean(values: Sequence[float]) -> Estimate:
    """Normal approximation."""
    if not values:
        return Estimate(0)
    if len(values) < FEW:
        return Estimate(len(values), fmean(values))
    half = Z * stdev(values) / sqrt(len(values))
    middle = fmean(values)
    return Estimate(len(values), middle, middle - half, middle + half)


def weighted_mean(values: Sequence[tuple[float, float]]) -> Estimate:
    """Of (value, weight), normal approximation, for as many as the weights are worth (Kish 1965, 11.7)."""
    if not values:
        return Estimate(0)
    n, middle, worth = len(values), _middle(values), _worth(values)
    if n < FEW or worth <= 1:
        return Estimate(n, middle)
    spread = sum(weight * (value - middle) ** 2 for value, weight in values) / sum(weight for _, weight in values)
    half = Z * sqrt(spread / (worth - 1))  # with equal weights the same as `mean`
    return Estimate(n, middle, middle - half, middle + half)


def weighted_share(values: Sequence[tuple[float, float]]) -> Estimate:
    """Of (1 or 0, weight); Wilson's interval for as many as the weights are worth."""
    if not values:
        return Estimate(0)
    found = _wilson(_middle(values), _worth(values))
    return Estimate(len(values), found.value, found.low, found.high)


def _middle(values: Sequence[tuple[float, float]]) -> float:
    return sum(value * weight for value, weight in values) / sum(weight for _, weight in values)


def _worth(values: Sequence[tuple[float, float]]) -> float:
    return sum(weight for _, weight in values) ** 2 / sum(weight**2 for _, weight in values)


def share(hits: int, n: int) -> Estimate:
    """Wilson's score interval (Wilson 1927): also for small counts and near 0 and 1."""
    if not n:
        return Estimate(0)
    return _wilson(hits / n, n)


def _wilson(p: float, n: float) -> Estimate:
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return Estimate(round(n), p, max(0.0, centre - half), min(1.0, centre + half))
