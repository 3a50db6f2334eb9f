"""One formula per figure, for wallboard and reports."""

from collections.abc import Sequence
from statistics import median

SHORT_ABANDON_SECONDS = 5


def service_level_of_answered(*, answered_in_time: int, answered: int) -> float | None:
    """Answered within the target / answered."""
    return answered_in_time / answered if answered else None


def service_level_of_all(*, answered_in_time: int, left_in_time: int, answered: int, abandoned: int) -> float | None:
    """(Answered + left, both within the target) / (answered + abandoned)."""
    all_of_them = answered + abandoned
    return (answered_in_time + left_in_time) / all_of_them if all_of_them else None


def abandoned_share(*, abandoned: int, offered: int) -> float | None:
    return abandoned / offered if offered else None


def mean_score(scores: Sequence[int]) -> float | None:
    return sum(scores) / len(scores) if scores else None


def middle(seconds: Sequence[float]) -> float | None:
    return median(seconds) if seconds else None


def level(value: float, target: float) -> str:
    """ "bad" at the target, "warn" from four fifths of it, else ""."""
    if target <= 0:
        return ""
    if value >= target:
        return "bad"
    return "warn" if value >= 0.8 * target else ""


def shortfall(share: float | None, target_percent: float) -> str:
    """The same for figures that should be high."""
    if share is None or 100 * share >= target_percent:
        return ""
    return "bad" if 100 * share < 0.8 * target_percent else "warn"
