"""Two curves by hour, as it was and as it would be, with their sentence; formats of the values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from callcenter.web.wording import formats

SCALES = (10, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 14_400, 28_800, 86_400)
SHARES = ("level_of_answered", "level_of_all", "abandoned", "use")


@dataclass(frozen=True)
class Curve:
    """`before`, `after`: pieces of "x,y x,y" in 1000 x 100. `marks`: labels of the y axis. `sentence`: for readers."""

    title: str
    sentence: str
    marks: list[str]
    before: list[str]
    after: list[str]


def waits(hours: Sequence[Mapping[str, Any]]) -> Curve:
    worst = max((value for one in hours for value in one["mean_wait"] if value is not None), default=0.0)
    top = float(next((scale for scale in SCALES if scale >= worst), SCALES[-1]))
    marks = [formats.duration(top), formats.duration(top / 2), "0:00"]
    return Curve(_("Mean wait"), _worst(hours), marks, *_lines(hours, "mean_wait", top))


def levels(hours: Sequence[Mapping[str, Any]]) -> Curve:
    marks = ["100 %", "50 %", "0 %"]
    return Curve(_("Served in time, of all"), _lowest(hours), marks, *_lines(hours, "level_of_all", 1.0))


def _lines(hours: Sequence[Mapping[str, Any]], name: str, top: float) -> tuple[list[str], list[str]]:
    return _pieces([one[name][0] for one in hours], top), _pieces([one[name][1] for one in hours], top)


def _pieces(values: Sequence[float | None], top: float) -> list[str]:
    step = 1000 / max(1, len(values))
    pieces, piece = [], list[str]()
    for place, value in enumerate(values):
        # An hour without calls leaves a gap.
        if value is None:
            pieces.append(piece)
            piece = []
        else:
            piece.append(f"{(place + 0.5) * step:.1f},{100 - 100 * min(value, top) / top:.2f}")
    pieces.append(piece)
    return [" ".join(one if len(one) > 1 else _short(one[0])) for one in pieces if one]


def _short(point: str) -> list[str]:
    """A single hour as a short stroke."""
    x, y = point.split(",")
    return [f"{float(x) - 6:.1f},{y}", f"{float(x) + 6:.1f},{y}"]


def _worst(hours: Sequence[Mapping[str, Any]]) -> str:
    found = [one for one in hours if None not in one["mean_wait"]]
    if not found:
        return _("No calls.")
    one = max(found, key=lambda each: each["mean_wait"][0])
    before, after = (span(value) for value in one["mean_wait"])
    words = {"hour": f"{one['id']:02d}:00", "before": before, "after": after}
    return _("The longest mean wait as it was: %(before)s in the hour from %(hour)s; it would be %(after)s.", **words)


def _lowest(hours: Sequence[Mapping[str, Any]]) -> str:
    found = [one for one in hours if None not in one["level_of_all"]]
    if not found:
        return _("No calls.")
    one = min(found, key=lambda each: each["level_of_all"][0])
    before, after = (formats.percent(value) for value in one["level_of_all"])
    words = {"hour": f"{one['id']:02d}:00", "before": before, "after": after}
    return _(
        "The fewest served in time as it was: %(before)s in the hour from %(hour)s; it would be %(after)s.", **words
    )


def value(name: str, of: float | None) -> str:
    if of is None:
        return "–"
    return formats.percent(of, 1) if name in SHARES else span(of)


def span(seconds: float) -> str:
    """Seconds in; "4.2 s", "38 s", then a duration."""
    if seconds < 9.95:
        return _("%(seconds)s s", seconds=f"{seconds:.1f}")
    return _("%(seconds)s s", seconds=f"{seconds:.0f}") if seconds < 60 else formats.duration(round(seconds))
