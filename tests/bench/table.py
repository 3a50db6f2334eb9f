"""The result: one row per measure, with our figure, the floor's, and the required relation."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True, kw_only=True)
class Row:
    """`ratio` is ours over the floor, except where `more_is_better`: then the floor over ours. `most`: the ratio wanted.

    `limit` is a wish for our own figure alone. A row without either only states.
    """

    name: str
    ours: float
    unit: str
    floor: float | None = None
    most: float | None = None
    limit: float | None = None
    more_is_better: bool = False
    ratios: tuple[float, ...] = ()

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' own ratios where there are rounds, as both turns of a round see the same machine."""
        if self.ratios:
            return median(self.ratios)
        if self.floor is None or not self.floor or not self.ours:
            return None
        return self.floor / self.ours if self.more_is_better else self.ours / self.floor

    @property
    def is_ok(self) -> bool:
        if self.limit is not None and (self.ours < self.limit if self.more_is_better else self.ours > self.limit):
            return False
        return self.most is None or (self.ratio is not None and self.ratio <= self.most)

    @property
    def is_wish(self) -> bool:
        return self.most is not None or self.limit is not None

    @property
    def wanted(self) -> str:
        parts = []
        if self.most is not None:
            parts.append(f"≤ {self.most:g}x")
        if self.limit is not None:
            parts.append(f"{'≥' if self.more_is_better else '≤'} {_figure(self.limit)} {self.unit}".strip())
        return ", ".join(parts)

    @property
    def verdict(self) -> str:
        if not self.is_wish:
            return ""
        return "ok" if self.is_ok else "NOT OK"


QUEUE_HEADS = ("measure", "ours", "floor", "", "ratio", "wanted", "")


def text(rows: Sequence[Row], facts: str) -> str:
    lines = [QUEUE_HEADS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(QUEUE_HEADS))]
    drawn = [_line(line, widths) for line in lines]
    return "\n".join([drawn[0], "-" * len(drawn[0]), *drawn[1:], "", facts])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.rjust(width) if column in (1, 2, 4) else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    floor = "" if row.floor is None else _figure(row.floor)
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}x"
    return (row.name, _figure(row.ours), floor, row.unit, ratio, row.wanted, row.verdict)


def _figure(value: float) -> str:
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"


def as_json(rows: Iterable[Row], facts: str) -> str:
    told = [
        asdict(row) | {"ratio": row.ratio, "wanted": row.wanted, "ok": row.is_ok if row.is_wish else None}
        for row in rows
    ]
    return json.dumps({"rows": told, "machine": facts}, ensure_ascii=False, indent=1)


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100).__int__() - 1)]
