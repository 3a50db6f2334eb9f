"""Which rules fit some facts: each condition is looked up once for all rules together, as a set of bits, one bit a rule.

So that five hundred rules of twenty conditions each are decided about as fast as ten.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from callcenter.domain.empowerment.conditions import CONDITIONS, Condition, Span
from callcenter.domain.empowerment.facts import Facts
from callcenter.domain.empowerment.rule_book import Rule, RuleBook

CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Fitting:
    """One condition over all rules: `silent` rules do not ask; `words` fit by word; `spans` fit between two of `edges`."""

    condition: Condition
    silent: int
    words: dict[str, int]
    edges: tuple[int, ...]
    spans: tuple[int, ...]

    def fit(self, facts: Facts) -> int:
        """The bits of the rules that have nothing against these facts."""
        value = self.condition.read(facts)
        if self.condition.kind == "any_of":
            fitting = self.silent
            for word in value:
                fitting |= self.words.get(word, 0)
            return fitting
        if self.condition.kind == "flag":
            return self.silent | self.words.get(str(value), 0)
        return self.silent if value is None else self.silent | self.spans[bisect_right(self.edges, value)]


@dataclass(frozen=True, slots=True)
class Matcher:
    """A rule book made ready. `everybody`: all bits."""

    everybody: int
    fittings: tuple[Fitting, ...]
    currencies: dict[str, int]
    any_currency: int

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
            yield fitting.condition.name, fitting.fit(facts)


class Same:
    """Two are the same where the book is the very same object: comparing whole books would cost more than matching."""

    __slots__ = ("book",)

    def __init__(self, book: RuleBook) -> None:
        self.book = book

    def __hash__(self) -> int:
        return id(self.book)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.book is self.book


def matcher(book: RuleBook) -> Matcher:
    return _made(Same(book))


def currency_of(rule: Rule, book: RuleBook) -> str | None:
    """The currency that a rule is for: that of its amounts; None where it names none and is for any."""
    if rule.limits.has_money or (rule.ask and any(step.up_to is not None for step in rule.ask.steps)):
        return rule.currency or book.currency
    return rule.currency


@lru_cache(maxsize=32)
def _made(same: Same) -> Matcher:
    book = same.book
    everybody = (1 << len(book.rules)) - 1
    wanted = [rule.conditions() for rule in book.rules]
    currencies: dict[str, int] = {}
    any_currency = 0
    for place, rule in enumerate(book.rules):
        code = currency_of(rule, book)
        if code is None:
            any_currency |= 1 << place
        else:
            currencies[code] = currencies.get(code, 0) | 1 << place
    names = [name for name in CONDITIONS if any(name in one for one in wanted)]
    return Matcher(everybody, tuple(_fitting(CONDITIONS[name], wanted) for name in names), currencies, any_currency)


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
    edges = sorted({edge for _, low, high in spans for edge in (low or 0, None if high is None else high + 1) if edge})
    starts = [0, *edges]
    between = tuple(
        sum(bit for bit, low, high in spans if (low or 0) <= start and (high is None or start <= high))
        for start in starts
    )
    return Fitting(condition, silent, words, tuple(edges), between)
