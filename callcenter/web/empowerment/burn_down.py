"""A budget's period as an SVG: left and reserved day by day, an even pace, the warning line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from callcenter.domain.empowerment import money
from callcenter.reports.empowerment.budgets import Course

WIDTH, HEIGHT = 640.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 10.0, 10.0, 22.0
LABELS = 2


@dataclass(frozen=True)
class Mark:
    at: float
    words: str


@dataclass(frozen=True)
class Picture:
    """In an SVG of WIDTH by HEIGHT. `left`: points of what can still be granted; `held`: polygon of the reserved part.
    `pace`: x1, y1, x2, y2. `now`: x of the present, None for a past period."""

    left: str
    held: str
    pace: tuple[float, float, float, float]
    warn: float
    now: float | None
    amounts: list[Mark]
    days: list[Mark]


def of(course: Course, language: str, day: object = None) -> Picture:
    """`day`: function that formats a moment's day."""
    write = day if callable(day) else str
    period, points = course.period, _stairs(course)
    # The limit may have been higher earlier in the period.
    top = max([period.limit_amount, 1, *(limit for _, limit, _, _ in points)])
    seconds = (period.ends_at - period.starts_at).total_seconds()

    def x(at: datetime) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (at - period.starts_at).total_seconds() / seconds

    def y(amount: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - amount / top)

    left = [(x(at), y(limit - committed - reserved)) for at, limit, committed, reserved in points]
    ungiven = [(x(at), y(limit - committed)) for at, limit, committed, _ in points]
    warn_at = period.limit_amount * (100 - course.budget.warn_percent) / 100
    return Picture(
        left=_line(left),
        held=_line([*ungiven, *reversed(left)]),
        pace=(x(period.starts_at), y(period.limit_amount), x(period.ends_at), y(0)),
        warn=round(y(warn_at), 1),
        now=round(x(course.until), 1) if course.until < period.ends_at else None,
        amounts=[
            Mark(
                round(y(top * n / LABELS), 1),
                money.formatted(whole(top * n / LABELS, course.budget.currency), course.budget.currency, language),
            )
            for n in range(LABELS + 1)
        ],
        days=[Mark(round(x(at), 1), write(at)) for at in _days(period.starts_at, period.ends_at)],
    )


def _stairs(course: Course) -> list[tuple[datetime, int, int, int]]:
    """(moment, limit, committed, reserved) from the start until now."""
    first = course.points[0].limit if course.points else course.period.limit_amount
    begun = (course.period.starts_at, first, 0, 0)
    rest = [(one.at, one.limit, one.committed, one.reserved) for one in course.points]
    last = rest[-1] if rest else begun
    return [begun, *_flat(begun, rest), (course.until, *last[1:])]


def _flat(
    begun: tuple[datetime, int, int, int], rest: list[tuple[datetime, int, int, int]]
) -> Iterator[tuple[datetime, int, int, int]]:
    before = begun
    for one in rest:
        # After a gap of more than 25 h: flat until the day before the change.
        if (one[0] - before[0]).total_seconds() > 90_000:
            yield (one[0].fromtimestamp(one[0].timestamp() - 86_400, tz=one[0].tzinfo), *before[1:])
        yield one
        before = one


def whole(minor: float, currency: str) -> int:
    """Rounded to whole currency units, still in minor units."""
    unit = money.minor_units(currency)
    return round(minor / unit) * unit


def _days(start: datetime, end: datetime) -> list[datetime]:
    return [start + (end - start) * n / 3 for n in range(3)]


def _line(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
