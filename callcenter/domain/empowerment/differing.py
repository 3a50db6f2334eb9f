"""Differences between two rule books, field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Generic, TypeVar

from callcenter.domain.empowerment.rule_book import Remedy, Rule, RuleBook

Thing = TypeVar("Thing", Rule, Remedy)


class RuleChange(StrEnum):
    SAME = "same"
    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Difference(Generic[Thing]):
    change: RuleChange
    before: Thing | None
    after: Thing | None
    # {path: (before, after)}, with paths like limits.customer
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    moved: bool = False  # a rule that changed and moved is CHANGED

    @property
    def thing(self) -> Thing:
        found = self.after if self.after is not None else self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Differences:
    """In the newer book's order, removed ones at their old place."""

    rules: tuple[Difference[Rule], ...]
    remedies: tuple[Difference[Remedy], ...]
    head: Mapping[str, tuple[Any, Any]]  # currency and zone

    @property
    def is_empty(self) -> bool:
        changes = [*(one.change for one in self.rules), *(one.change for one in self.remedies)]
        return not self.head and all(change == RuleChange.SAME for change in changes)

    def count(self, change: RuleChange) -> int:
        """Counts rules."""
        return sum(one.change == change for one in self.rules)


def differ(before: RuleBook | None, after: RuleBook) -> Differences:
    """All is new if `before` is None."""
    rules = _pairs({rule.id: rule for rule in before.rules} if before else {}, {rule.id: rule for rule in after.rules})
    remedies = _pairs(
        {one.key: one for one in before.remedies} if before else {}, {one.key: one for one in after.remedies}
    )
    head = {
        name: (getattr(before, name), getattr(after, name))
        for name in ("currency", "zone")
        if before is not None and getattr(before, name) != getattr(after, name)
    }
    return Differences(rules, remedies, head)


def _pairs(before: Mapping[Any, Thing], after: Mapping[Any, Thing]) -> tuple[Difference[Thing], ...]:
    old, new = [key for key in before if key in after], [key for key in after if key in before]
    moved = _moved(old, new)
    found = []
    for key in _merged(list(before), list(after)):
        was, now = before.get(key), after.get(key)
        if was is None or now is None:
            change, fields = (RuleChange.NEW, {}) if was is None else (RuleChange.REMOVED, {})
        else:
            fields = _fields(was, now)
            change = RuleChange.CHANGED if fields else RuleChange.MOVED if key in moved else RuleChange.SAME
        found.append(Difference(change, was, now, fields, key in moved))
    return tuple(found)


def _moved(old: Sequence[Any], new: Sequence[Any]) -> set[Any]:
    """A near-minimal set of keys whose move explains the new order."""
    blocks = SequenceMatcher(a=old, b=new, autojunk=False).get_matching_blocks()
    kept = {key for block in blocks for key in old[block.a : block.a + block.size]}
    return set(new) - kept


def _merged(old: list[Any], new: list[Any]) -> list[Any]:
    """The new order, with each removed key after its old predecessor."""
    merged = list(new)
    for place, key in enumerate(old):
        if key not in new:
            before = next((one for one in reversed(old[:place]) if one in merged), None)
            merged.insert(merged.index(before) + 1 if before is not None else 0, key)
    return merged


def _fields(was: Thing, now: Thing) -> dict[str, tuple[Any, Any]]:
    old: dict[str, Any] = _flat(was.model_dump(mode="json"))
    new: dict[str, Any] = _flat(now.model_dump(mode="json"))
    paths = [*new, *(path for path in old if path not in new)]
    return {path: (old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)}


def _flat(value: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """{"limits.grant": 2000, …}; a condition is one value."""
    found: dict[str, Any] = {}
    for name, inner in value.items():
        below = f"{path}.{name}" if path else name
        if isinstance(inner, Mapping) and path in ("",) and name not in ("costs", "fixed", "quick"):
            found |= _flat(inner, below)
        else:
            found[below] = inner
    return found
