"""Rows of the rule table; each cell shows the old and the new text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from callcenter.domain import languages
from callcenter.domain.empowerment import wording
from callcenter.domain.empowerment.checking import ProblemKind, RuleProblem
from callcenter.domain.empowerment.conditions import Group
from callcenter.domain.empowerment.differing import Difference, RuleChange
from callcenter.domain.empowerment.rule_book import Rule, RuleBook, RuleOutcome
from callcenter.web.empowerment.rules.words import Vocabulary
from callcenter.words import say

SAME, OLD, NEW = "same", "old", "new"
TONES = {RuleOutcome.MAY: "ok", RuleOutcome.MAY_WITH_REASON: "warn", RuleOutcome.ASK: "give", RuleOutcome.NEVER: "bad"}
ELSE = {"why": "sentence", "ask": "asked", "note": "note", "currency": "currency"}


@dataclass(frozen=True)
class CellPart:
    """Text of a cell: same, struck out or new. `tone`: colour of an outcome."""

    text: str
    kind: str = SAME
    tone: str = ""


@dataclass(frozen=True)
class RuleRow:
    """`used`: uses in the period, None for a new rule. `otherwise`: changes that no cell shows."""

    id: int
    change: RuleChange
    moved: bool
    who: list[CellPart]
    whom: list[CellPart]
    what: list[CellPart]
    much: list[CellPart]
    remedies: list[CellPart]
    outcome: list[CellPart]
    otherwise: list[str]
    used: int | None
    problems: frozenset[ProblemKind]

    @property
    def is_changed(self) -> bool:
        return self.change != RuleChange.SAME


@dataclass(frozen=True)
class Table:
    book: RuleBook
    before: RuleBook | None
    known: Vocabulary
    used: Mapping[int, int]

    def rows(self, differences: Sequence[Difference[Rule]], problems: Sequence[RuleProblem]) -> list[RuleRow]:
        at_fault: dict[int, set[ProblemKind]] = {}
        for problem in problems:
            # A contradiction marks both rules, other problems the first.
            for id_ in problem.rules if problem.kind == ProblemKind.CONTRADICTION else problem.rules[:1]:
                at_fault.setdefault(id_, set()).add(problem.kind)
        return [self._row(one, frozenset(at_fault.get(one.thing.id, ()))) for one in differences]

    def _row(self, one: Difference[Rule], problems: frozenset[ProblemKind]) -> RuleRow:
        whole = OLD if one.change == RuleChange.REMOVED else SAME
        before = one.before if one.change != RuleChange.NEW else None
        pair = (before or one.thing, one.after or one.thing)
        return RuleRow(
            id=one.thing.id,
            change=one.change,
            moved=one.moved,
            who=self._group(pair, "who", whole),
            whom=self._group(pair, "whom", whole),
            what=self._group(pair, "what", whole),
            much=self._much(pair, whole),
            remedies=self._remedies(pair, whole),
            outcome=self._outcome(pair, whole),
            otherwise=_otherwise(one),
            used=None if one.change == RuleChange.NEW else self.used.get(one.thing.id, 0),
            problems=problems,
        )

    def _currency(self, rule: Rule) -> str:
        return rule.currency or self.book.currency

    def _group(self, pair: tuple[Rule, Rule], name: Group, whole: str) -> list[CellPart]:
        texts = [self._texts(rule, name) for rule in pair]
        if texts[0] == texts[1]:
            currency = self._currency(pair[1])
            language, names = self.known.language, self.known.names
            return [CellPart(wording.group(language, pair[1], name, currency=currency, names=names), whole)]
        parts = list(_compared(*texts))
        nobody = wording.NOBODY_SAID[name]
        if not texts[0]:
            parts.insert(0, CellPart(say(self.known.language, nobody), OLD))
        if not texts[1]:
            parts.append(CellPart(say(self.known.language, nobody), NEW))
        first = parts[0]
        return [replace(first, text=first.text[:1].upper() + first.text[1:]), *parts[1:]]

    def _texts(self, rule: Rule, name: Group) -> dict[str, str]:
        wanted: dict[str, Any] = getattr(rule, name).wanted_values()
        currency, names = self._currency(rule), self.known.names
        return {
            key: wording.brief(self.known.language, key, value, currency=currency, names=names)
            for key, value in wanted.items()
        }

    def _much(self, pair: tuple[Rule, Rule], whole: str) -> list[CellPart]:
        texts = [wording.limits(self.known.language, rule.limits, self._currency(rule)) for rule in pair]
        if not texts[0] and not texts[1]:
            return [CellPart("–" if pair[1].outcome == RuleOutcome.NEVER else _("any"), whole)]
        return [CellPart(one.text, OLD if whole == OLD else one.kind) for one in _compared(*texts)]

    def _remedies(self, pair: tuple[Rule, Rule], whole: str) -> list[CellPart]:
        texts = []
        for rule, book in zip(pair, (self.before or self.book, self.book), strict=True):
            remedies = {key: book.remedy(key) for key in rule.remedies}
            texts.append(
                {key: languages.of(one.names, self.known.language) if one else key for key, one in remedies.items()}
            )
        return [CellPart(one.text, OLD if whole == OLD else one.kind) for one in _compared(*texts)]

    def _outcome(self, pair: tuple[Rule, Rule], whole: str) -> list[CellPart]:
        texts = [(wording.outcome(self.known.language, rule), TONES[rule.outcome]) for rule in pair]
        if texts[0] == texts[1]:
            return [CellPart(texts[1][0], whole, texts[1][1])]
        return [CellPart(texts[0][0], OLD, texts[0][1]), CellPart(texts[1][0], NEW, texts[1][1])]


def _compared(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[CellPart]:
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was == now:
            yield CellPart(now or "")
            continue
        if was:
            yield CellPart(was, OLD)
        if now:
            yield CellPart(now, NEW)


def _otherwise(one: Difference[Rule]) -> list[str]:
    words = {
        "sentence": _("the sentence"),
        "asked": _("who is asked"),
        "note": _("the note"),
        "currency": _("the currency"),
    }
    found = dict.fromkeys(ELSE[head] for path in one.fields if (head := path.partition(".")[0]) in ELSE)
    return [words[name] for name in found]
