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


def share(hits: int, n: int) -> Estimate:
    """Wilson's score interval (Wilson 1927): also for small counts and near 0 and 1."""
    if not n:
        return Estimate(0)
    p = hits / n
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return Estimate(n, p, max(0.0, centre - half), min(1.0, centre + half))
