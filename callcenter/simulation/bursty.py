"""Theory of bursts: Markov-modulated Poisson arrivals, n agents, exponential patience or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, inf

from callcenter.simulation.theory import incomplete_beta

Matrix = list[list[float]]
LEVELS = 20_000
SMALL = 1e-14


@dataclass(frozen=True)
class Bursty:
    """`phases`: (rate a second, mean length in seconds), cyclic."""

    phases: Sequence[tuple[float, float]]
    handling: float
    agents: int
    patience: float = inf

    @property
    def rate(self) -> float:
        return sum(rate * length for rate, length in self.phases) / sum(length for _, length in self.phases)

    @cached_property
    def _levels(self) -> list[list[float]]:
        """P(level, phase), level = customers served or waiting; from the top down p_n = p_(n-1) R_n."""
        top = self._top()
        steps: list[Matrix] = []
        kept: Matrix = [[0.0] * len(self.phases) for _ in self.phases]
        for level in range(top, 0, -1):
            step = self._step(level, kept, is_top=level == top)
            steps.append(step)
            kept = [[value * self._death(level) for value in row] for row in step]
        levels = [_still(self._rest(0, kept, is_top=False))]
        for step in reversed(steps):
            levels.append(_times(levels[-1], step))
        total = sum(map(sum, levels))
        return [[value / total for value in level] for level in levels]

    def _top(self) -> int:
        """A level above which the probability is negligible."""
        most = max(rate for rate, _ in self.phases)
        if self.patience == inf:
            return min(LEVELS, self.agents + int(60 * self.agents))
        full = most * self.patience
        return int(self.agents + full + 12 * full**0.5 + 60)

    def _death(self, level: int) -> float:
        return min(level, self.agents) / self.handling + max(0, level - self.agents) / self.patience

    def _rest(self, level: int, kept: Matrix, *, is_top: bool) -> Matrix:
        count = len(self.phases)
        matrix = [[kept[i][j] for j in range(count)] for i in range(count)]
        for i, (rate, length) in enumerate(self.phases):
            matrix[i][i] -= self._death(level) + (0.0 if is_top else rate)
            if count > 1:
                matrix[i][i] -= 1 / length
                matrix[i][(i + 1) % count] += 1 / length
        return matrix

    def _step(self, level: int, kept: Matrix, *, is_top: bool) -> Matrix:
        inverse = _inverse(self._rest(level, kept, is_top=is_top))
        return [[-rate * value for value in inverse[i]] for i, (rate, _) in enumerate(self.phases)]

    @cached_property
    def _met(self) -> list[float]:
        """P(an arrival finds all agents busy and j waiting), j = 0, 1, …"""
        return [
            sum(rate * value for (rate, _), value in zip(self.phases, level, strict=True)) / self.rate
            for level in self._levels[self.agents :]
        ]

    @property
    def waits(self) -> float:
        return sum(self._met)

    @property
    def mean_wait(self) -> float:
        return sum(max(0, n - self.agents) * sum(level) for n, level in enumerate(self._levels)) / self.rate

    @property
    def abandons(self) -> float:
        return self.mean_wait / self.patience

    @property
    def use(self) -> float:
        return self.rate * (1 - self.abandons) * self.handling / self.agents

    def over(self, seconds: float) -> float:
        """P(wait > seconds), with patience: exp(-theta V_j) is Beta(n mu / theta, j + 1)."""
        first, x = self.agents / self.handling * self.patience, exp(-seconds / self.patience)
        met = [(j, share) for j, share in enumerate(self._met) if share > SMALL]
        return x * sum(share * incomplete_beta(first, j + 1, x) for j, share in met)


def _times(row: Sequence[float], matrix: Matrix) -> list[float]:
    return [sum(row[i] * matrix[i][j] for i in range(len(row))) for j in range(len(row))]


def _inverse(matrix: Matrix) -> Matrix:
    size = len(matrix)
    rows = [[*row, *(1.0 if i == j else 0.0 for j in range(size))] for i, row in enumerate(matrix)]
    for i in range(size):
        best = max(range(i, size), key=lambda one: abs(rows[one][i]))
        rows[i], rows[best] = rows[best], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for k in range(size):
            if k != i and rows[k][i]:
                factor = rows[k][i]
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i], strict=True)]
    return [row[size:] for row in rows]


def _still(matrix: Matrix) -> list[float]:
    """A row x with x M = 0; its first value is 1."""
    size = len(matrix)
    if size == 1:
        return [1.0]
    inner = [[matrix[i][j] for j in range(1, size)] for i in range(1, size)]
    right = [-matrix[0][j] for j in range(1, size)]
    return [1.0, *_times(right, _inverse(inner))]
