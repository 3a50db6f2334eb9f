"""The scale of amounts: the agent's own limit, then the limit of each approver."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTHS = {1: (100.0,), 2: (46.0, 54.0), 3: (31.0, 44.0, 25.0)}
GAP = 0.6
BEYOND = 0.5  # an unlimited part reaches this share of the lower limit beyond it


@dataclass(frozen=True, slots=True)
class Reach:
    """One limit: `most` in minor units, None for unlimited. `words`: "you, $80"."""

    kind: str
    words: str
    most: int | None


@dataclass(frozen=True, slots=True)
class ScalePart:
    """`x` and `width` in percent."""

    kind: str
    words: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Scale:
    """`at`: position of the amount in percent, or None."""

    parts: tuple[ScalePart, ...]
    at: float | None

    @property
    def sentence(self) -> str:
        return " · ".join(part.words for part in self.parts)


def scale(reaches: Sequence[Reach], amount: int | None) -> Scale:
    """At most four parts; the position is proportional within its part."""
    drawn = [one for one in reaches if one.most is None or one.most > 0][:4]
    # Fixed widths leave room for the labels.
    widths = WIDTHS.get(len(drawn)) or (100 / max(1, len(drawn)),) * len(drawn)
    starts = [sum(widths[:place]) for place in range(len(drawn))]
    parts = tuple(
        ScalePart(one.kind, one.words, round(x, 2), round(width - GAP, 2))
        for one, x, width in zip(drawn, starts, widths, strict=True)
    )
    return Scale(parts, None if amount is None or not drawn else round(_place(drawn, starts, widths, amount), 2))


def _place(drawn: Sequence[Reach], starts: Sequence[float], widths: Sequence[float], amount: int) -> float:
    low = 0
    for one, x, width in zip(drawn, starts, widths, strict=True):
        high = one.most if one.most is not None else max(amount, low) + max(1, int(low * BEYOND))
        if amount <= high:
            return x + width * (amount - low) / max(1, high - low)
        low = high
    return 100.0 - GAP
