"""Which rules fit some facts: one bitset lookup per condition; 500 rules cost about as much as ten."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import xor
from typing import Any

from callcenter.domain.empowerment.conditions import CONDITIONS, Condition, Kind, Span, What, Whom
from callcenter.domain.empowerment.facts import Facts
from callcenter.domain.empowerment.rule_book import Remedy, Rule, RuleBook, RuleOutcome

CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Fitting:
    name: str
    kind: Kind
    read: Callable[[Facts], Any]
    silent: int  # rules that do not ask it
    words: dict[str, int]  # rules by word
    edges: tuple[int, ...]
    spans: tuple[int, ...]  # rules between two edges

    def fit(self, facts: Facts) -> int:
        value = self.read(facts)
        if self.kind == "any_of":
            fitting = self.silent
            for word in value:
                fitting |= self.words.get(word, 0)
            return fitting
        if self.kind == "flag":
            return self.silent | self.words.get(str(value), 0)
        return self.silent if value is None else self.silent | self.spans[bisect_right(self.edges, value)]


def places(bits: int) -> list[int]:
    """Positions of the set bits, lowest first."""
    return [place for place, one in enumerate(reversed(f"{bits:b}")) if one == "1"]


@dataclass(frozen=True, slots=True)
class Matcher:
    """A prepared rule book."""

    rules: tuple[Rule, ...]
    remedies: dict[str, Remedy]
    everybody: int  # all bits
    fittings: tuple[Fitting, ...]
    currencies: dict[str, int]
    any_currency: int
    by_remedy: dict[str, int]  # rules about one remedy
    any_remedy: int  # rules about all
    forbidding: int
    ceilings: int
    granting: int
    asking: int

    def about(self, remedy: str) -> int:
        return self.any_remedy | self.by_remedy.get(remedy, 0)

    def first(self, bits: int) -> Rule | None:
        return self.rules[(bits & -bits).bit_length() - 1] if bits else None

    def rules_of(self, bits: int) -> list[Rule]:
        found = []
        while bits:
            lowest = bits & -bits
            found.append(self.rules[lowest.bit_length() - 1])
            bits ^= lowest
        return found

    def bits(self, facts: Facts) -> int:
        """The rules that fit, without reasons."""
        left = self.any_currency | self.currencies.get(facts.currency, 0)
        for fitting in self.fittings:
            left &= fitting.fit(facts)
            if not left:
                break
        return left

    def fit(self, facts: Facts) -> tuple[int, tuple[tuple[str, int], ...]]:
        """(rules that fit, ((condition, rules that failed by it first), …))."""
        left, failed = self.everybody, []
        for name, bits in self._each(facts):
            if lost := left & ~bits:
                failed.append((name, lost))
                left &= bits
                if not left:
                    break
        return left, tuple(failed)

    def _each(self, facts: Facts) -> Iterator[tuple[str, int]]:
        yield CURRENCY, self.any_currency | self.currencies.get(facts.currency, 0)
        for fitting in self.fittings:
            yield fitting.name, fitting.fit(facts)


class Same:
    __slots__ = ("book",)

    def __init__(self, book: RuleBook) -> None:
        self.book = book

    def __hash__(self) -> int:
        return id(self.book)

    def __eq__(self, other: object) -> bool:
        # By identity: comparing whole books costs more than matching.
        return isinstance(other, Same) and other.book is self.book


def matcher(book: RuleBook) -> Matcher:
    return _made(Same(book))


def currency_of(rule: Rule, book: RuleBook) -> str | None:
    """Currency of the rule's amounts, in limits, steps and conditions; None: any."""
    asks_up_to = rule.ask and any(step.up_to is not None for step in rule.ask.steps)
    if rule.limits.has_money or asks_up_to or any(CONDITIONS[name].unit == "money" for name in rule.conditions()):
        return rule.currency or book.currency
    return rule.currency


@lru_cache(maxsize=32)
def _made(same: Same) -> Matcher:
    book = same.book
    wanted = [rule.conditions() for rule in book.rules]
    currencies, any_currency = _currencies(book)
    by_remedy: dict[str, int] = {}
    for place, rule in enumerate(book.rules):
        for key in rule.remedies:
            by_remedy[key] = by_remedy.get(key, 0) | 1 << place
    return Matcher(
        rules=book.rules,
        remedies={remedy.key: remedy for remedy in book.remedies},
        everybody=(1 << len(book.rules)) - 1,
        fittings=tuple(_fitting(CONDITIONS[name], wanted) for name in CONDITIONS if any(name in one for one in wanted)),
        currencies=currencies,
        any_currency=any_currency,
        by_remedy=by_remedy,
        any_remedy=_bits(book, lambda rule: not rule.remedies),
        forbidding=_bits(book, lambda rule: rule.outcome == RuleOutcome.NEVER and not rule.is_ceiling),
        ceilings=_bits(book, lambda rule: rule.is_ceiling),
        granting=_bits(book, lambda rule: rule.outcome in (RuleOutcome.MAY, RuleOutcome.MAY_WITH_REASON)),
        asking=_bits(book, lambda rule: rule.outcome == RuleOutcome.ASK),
    )


def _bits(book: RuleBook, which: Callable[[Rule], bool]) -> int:
    return sum(1 << place for place, rule in enumerate(book.rules) if which(rule))


def _currencies(book: RuleBook) -> tuple[dict[str, int], int]:
    """({currency: its rules}, rules for any currency)"""
    currencies: dict[str, int] = {}
    any_currency = 0
    for place, rule in enumerate(book.rules):
        code = currency_of(rule, book)
        if code is None:
            any_currency |= 1 << place
        else:
            currencies[code] = currencies.get(code, 0) | 1 << place
    return currencies, any_currency


def _fitting(condition: Condition, wanted: list[dict[str, object]]) -> Fitting:
    silent = 0
    words: dict[str, int] = {}
    spans: list[tuple[int, int | None, int | None]] = []
    for place, one in enumerate(wanted):
        value, bit = one.get(condition.name), 1 << place
        if value is None:
            silent |= bit
        elif isinstance(value, Span):
            spans.append((bit, value.min, value.max))
        else:
            for word in value if isinstance(value, tuple) else (str(value),):
                words[word] = words.get(word, 0) | bit
    edges, between = _between(spans)
    return Fitting(condition.name, condition.kind, condition.read, silent, words, edges, between)


def _between(spans: Iterable[tuple[int, int | None, int | None]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(edges, bits before the first edge, from it on, from the second on, …)"""
    flips: dict[int, int] = {0: 0}
    for bit, low, high in spans:
        flips[low or 0] = flips.get(low or 0, 0) ^ bit
        if high is not None:
            flips[high + 1] = flips.get(high + 1, 0) ^ bit
    edges = sorted(flips)
    return tuple(edges[1:]), tuple(accumulate((flips[edge] for edge in edges), xor))


def by_who(book: RuleBook, facts: Facts) -> list[Rule]:
    """Rules that fit this agent."""
    fitting, _ = matcher(_who_alone(Same(book))).fit(facts)
    return [rule for place, rule in enumerate(book.rules) if fitting >> place & 1]


@lru_cache(maxsize=4)
def _who_alone(same: Same) -> RuleBook:
    rules = [rule.model_copy(update={"whom": Whom(), "what": What()}) for rule in same.book.rules]
    return same.book.model_copy(update={"rules": tuple(rules)})
