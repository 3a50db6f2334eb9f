"""Problems across the rules of a valid rule book: contradictions, rules that never apply, gaps.

A contradiction: two rules of one step fit the same facts and differ, and the earlier one is no special case.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import combinations
from typing import Any

from callcenter.domain.empowerment.deciding import decide
from callcenter.domain.empowerment.facts import Facts
from callcenter.domain.empowerment.matching import currency_of
from callcenter.domain.empowerment.options import May
from callcenter.domain.empowerment.overlap import can_be, common, covers
from callcenter.domain.empowerment.rule_book import Rule, RuleBook, RuleOutcome

ANY_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)  # nothing was granted before, so the moment does not matter


class ProblemKind(StrEnum):
    CONTRADICTION = "contradiction"
    DEAD = "dead"
    NO_FACTS = "no_facts"  # no facts fit its conditions
    NO_REMEDY = "no_remedy"  # none of its remedies is in use in its currency
    UNKNOWN = "unknown"  # it names a value that the company does not have
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class RuleProblem:
    kind: ProblemKind
    rules: tuple[int, ...] = ()  # the rule with the problem first
    # Conditions of both contradicting rules, or the unknown values.
    facts: Mapping[str, Any] = field(default_factory=dict)
    cause: str = ""
    times: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    facts: Facts
    times: int = 1  # grant requests like it


def check(
    book: RuleBook,
    *,
    seen: Sequence[Seen] = (),
    causes: Iterable[str] = (),
    known: Mapping[str, Iterable[str]] | None = None,
) -> list[RuleProblem]:
    """`causes`: the company's. `known`: {condition: valid words}."""
    return [
        *contradictions(book),
        *never_applying(book),
        *_unknown(book, known or {}),
        *gaps(book, seen, causes),
    ]


def contradictions(book: RuleBook) -> list[RuleProblem]:
    """Pairs (earlier, later) that only their order decides."""
    wanted = {rule.id: rule.conditions() for rule in book.rules}
    dead = {problem.rules[0] for problem in never_applying(book)}
    steps = [rule for rule in book.rules if _step(rule) in (RuleOutcome.MAY, RuleOutcome.ASK) and rule.id not in dead]
    found = []
    for first, second in combinations(steps, 2):
        if _step(first) != _step(second) or _says(first) == _says(second):
            continue
        if not _remedies(book, first) & _remedies(book, second) or not _same_currency(book, first, second):
            continue
        mine, theirs = wanted[first.id], wanted[second.id]
        # A special case, which asks for all that the later rule asks and more, may come first.
        if covers(theirs, mine) or covers(mine, theirs) or set(mine) > set(theirs):
            continue
        both = common(mine, theirs)
        if both is not None:
            found.append(RuleProblem(ProblemKind.CONTRADICTION, (first.id, second.id), both))
    return found


def _step(rule: Rule) -> RuleOutcome | None:
    # A ceiling lowers amounts and never competes with other rules.
    if rule.is_ceiling:
        return None
    return RuleOutcome.MAY if rule.outcome == RuleOutcome.MAY_WITH_REASON else rule.outcome


def _says(rule: Rule) -> tuple[object, ...]:
    return rule.outcome, rule.limits, rule.asks if rule.outcome == RuleOutcome.ASK else None


def _remedies(book: RuleBook, rule: Rule) -> set[str]:
    currency = currency_of(rule, book)
    return {
        one.key
        for one in book.remedies
        if one.is_active and (not rule.remedies or one.key in rule.remedies) and (not currency or one.is_in(currency))
    }


def _same_currency(book: RuleBook, first: Rule, second: Rule) -> bool:
    mine, theirs = currency_of(first, book), currency_of(second, book)
    return mine is None or theirs is None or mine == theirs


def never_applying(book: RuleBook) -> list[RuleProblem]:
    """Rules whose removal changes no decision."""
    wanted = {rule.id: rule.conditions() for rule in book.rules}
    remedies = {rule.id: _remedies(book, rule) for rule in book.rules}
    found = []
    for place, rule in enumerate(book.rules):
        empty = {name: value for name, value in wanted[rule.id].items() if not can_be(name, value)}
        if empty:
            found.append(RuleProblem(ProblemKind.NO_FACTS, (rule.id,), empty))
        elif not remedies[rule.id]:
            found.append(RuleProblem(ProblemKind.NO_REMEDY, (rule.id,)))
        # DEAD also lists the rules that come first.
        elif not rule.is_ceiling and (first := _always_first(book, place, wanted, remedies)):
            found.append(RuleProblem(ProblemKind.DEAD, (rule.id, *first)))
    return found


def _always_first(
    book: RuleBook, place: int, wanted: Mapping[int, Mapping[str, Any]], remedies: Mapping[int, set[str]]
) -> tuple[int, ...]:
    """The rules that win each of its remedies; empty if it still decides one."""
    rule = book.rules[place]
    left, winners = set(remedies[rule.id]), []
    for other_place, other in enumerate(book.rules):
        forbids = _step(other) == RuleOutcome.NEVER and _step(rule) != RuleOutcome.NEVER
        earlier = other_place < place and _step(other) == _step(rule)
        theirs = remedies[other.id] & left
        if (forbids or earlier) and theirs and _fits_wherever(book, other, rule, wanted):
            left = left - theirs
            winners.append(other.id)
        if not left:
            return tuple(winners)
    return ()


def _fits_wherever(book: RuleBook, other: Rule, rule: Rule, wanted: Mapping[int, Mapping[str, Any]]) -> bool:
    currency = currency_of(other, book)
    return (currency is None or currency == currency_of(rule, book)) and covers(wanted[other.id], wanted[rule.id])


def _unknown(book: RuleBook, known: Mapping[str, Iterable[str]]) -> list[RuleProblem]:
    found = []
    words = {name: set(there) for name, there in known.items()}
    for rule in book.rules:
        missing = {
            name: gone
            for name, value in rule.conditions().items()
            if name in words and (gone := tuple(word for word in value if _plain(name, word) not in words[name]))
        }
        if missing:
            found.append(RuleProblem(ProblemKind.UNKNOWN, (rule.id,), missing))
    return found


def _plain(name: str, word: str) -> str:
    return word.partition(":")[0] if name == "skill" else word


def gaps(book: RuleBook, seen: Sequence[Seen], causes: Iterable[str] = ()) -> list[RuleProblem]:
    """Causes without grant or approver, most requested first, then causes that no rule covers."""
    requested: dict[str, int] = {}
    for one in seen:
        options = decide(one.facts, book, now=ANY_MOMENT).options
        # What a rule forbids is no gap.
        if not options or all(option.may == May.GAP for option in options):
            cause = one.facts.case.cause
            requested[cause] = requested.get(cause, 0) + one.times
    found = [
        RuleProblem(ProblemKind.GAP, cause=cause, times=times)
        for cause, times in sorted(requested.items(), key=_most_first)
    ]
    silent = [cause for cause in causes if cause not in requested and not _is_spoken_of(book, cause)]
    return [*found, *(RuleProblem(ProblemKind.GAP, cause=cause) for cause in silent)]


def _most_first(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def _is_spoken_of(book: RuleBook, cause: str) -> bool:
    return any(cause in rule.conditions().get("cause", (cause,)) for rule in book.rules if not rule.is_ceiling)
