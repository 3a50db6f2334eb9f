"""Overlap of two rules' conditions. `covers` is conservative: true only for all possible facts."""

from collections.abc import Mapping
from typing import Any

from callcenter.domain.empowerment.conditions import CONDITIONS, Span

SEVERAL = ("skill", "entitlement")  # a case can have more than one of these at once
LOWEST = {"level": 1, "contacts": 1}
HIGHEST = {"level": 9}
Wanted = Mapping[str, Any]


def common(one: Wanted, other: Wanted) -> dict[str, Any] | None:
    """Conditions of both; None if no facts fit both."""
    shared: dict[str, Any] = {}
    for name in CONDITIONS:
        mine, theirs = one.get(name), other.get(name)
        if mine is None and theirs is None:
            continue
        both = mine if theirs is None else theirs if mine is None else _both(name, mine, theirs)
        if both is None or not can_be(name, both):
            return None
        shared[name] = both
    return shared


def _both(name: str, mine: Any, theirs: Any) -> Any:
    """None if nothing fits both."""
    if isinstance(mine, Span):
        low = max(mine.min or 0, theirs.min or 0)
        high = min((one.max for one in (mine, theirs) if one.max is not None), default=None)
        return None if high is not None and high < low else Span(min=low, max=high)
    if isinstance(mine, bool):
        return mine if mine == theirs else None
    words = tuple(word for word in mine if word in theirs)
    if name in SEVERAL:
        return words or (*mine, *theirs)
    return words or None


def can_be(name: str, wanted: Any) -> bool:
    if not isinstance(wanted, Span):
        return True
    low, high = wanted.min or 0, wanted.max
    return low <= HIGHEST.get(name, low) and (high is None or high >= LOWEST.get(name, 0))


def covers(wide: Wanted, narrow: Wanted) -> bool:
    """Whether all facts that fit `narrow` fit `wide`."""
    return all(name in narrow and _covers(name, value, narrow[name]) for name, value in wide.items())


def _covers(name: str, wide: Any, narrow: Any) -> bool:
    if isinstance(wide, Span):
        starts = (wide.min or 0) <= max(narrow.min or 0, LOWEST.get(name, 0))
        top = narrow.max if narrow.max is not None else HIGHEST.get(name)
        return starts and (wide.max is None or (top is not None and top <= wide.max))
    if isinstance(wide, bool):
        return bool(wide == narrow)
    return all(word in wide or (name == "skill" and _is_implied(word, wide)) for word in narrow)


def _is_implied(word: str, wide: tuple[str, ...]) -> bool:
    """delivery:3 implies delivery:2, and delivery."""
    skill, _, level = word.rpartition(":")
    if not skill or not level.isdecimal():
        return False
    return any(lower in wide for lower in (skill, *(f"{skill}:{n}" for n in range(1, int(level)))))
