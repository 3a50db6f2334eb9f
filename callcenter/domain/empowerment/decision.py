"""A decision about one case at one moment: each remedy's amount, each rule's verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from callcenter.domain.empowerment import sentences
from callcenter.domain.empowerment.case import Case
from callcenter.domain.empowerment.matching import places
from callcenter.domain.empowerment.options import May, Option
from callcenter.domain.empowerment.rule_book import Rule


class Verdict(StrEnum):
    GIVES = "gives"
    ASKS = "asks"
    FORBIDS = "forbids"
    CEILING = "ceiling"
    LATER = "later"  # it fits, but an earlier rule decides each of its remedies
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Considered:
    rule_id: int
    verdict: Verdict
    by: str = ""  # for FAILED the first condition that failed


@dataclass(frozen=True)
class Decision:
    case: Case
    options: tuple[Option, ...]
    fitting: int  # one bit per rule that fits
    failed: tuple[tuple[str, int], ...]  # (condition, bits of the rules that failed by it first)

    @property
    def currency(self) -> str:
        return self.case.facts.currency

    @cached_property
    def considered(self) -> tuple[Considered, ...]:
        """In book order."""
        by = {place: name for name, bits in self.failed for place in places(bits)}
        return tuple(
            self._fits(rule) if self.fitting >> place & 1 else Considered(rule.id, Verdict.FAILED, by.get(place, ""))
            for place, rule in enumerate(self.case.book.rules)
        )

    def _fits(self, rule: Rule) -> Considered:
        if rule.is_ceiling:
            return Considered(rule.id, Verdict.CEILING)
        return Considered(rule.id, self._deciding.get(rule.id, Verdict.LATER))

    @cached_property
    def _deciding(self) -> dict[int | None, Verdict]:
        asks = {option.ask_rule_id: Verdict.ASKS for option in self.options}
        gives = {option.rule_id: Verdict.GIVES for option in self.options if option.is_free}
        return asks | gives | {option.rule_id: Verdict.FORBIDS for option in self.options if option.may == May.NEVER}

    @cached_property
    def sentence(self) -> dict[str, str]:
        """{language: sentence for the agent}."""
        return sentences.of_card(self.case, self.options)

    @property
    def _fitting_rules(self) -> Iterator[Rule]:
        rules = self.case.book.rules
        return (rules[place] for place in places(self.fitting))

    def option(self, remedy: str) -> Option | None:
        return next((one for one in self.options if one.remedy == remedy), None)

    @property
    def visible(self) -> Sequence[Option]:
        """Free remedies first, then those that need approval; none that are forbidden."""
        free = [one for one in self.options if one.is_free and one.most > 0]
        ask = [one for one in self.options if one.may == May.ASK or (one.is_free and not one.most and one.ask)]
        return (*sorted(free, key=lambda one: -one.most if one.is_money else 0), *ask)

    def to_data(self) -> dict[str, Any]:
        """Stored with a grant."""
        return {
            "currency": self.currency,
            "options": [option.to_data() for option in self.options],
            # Failed rules are left out; they follow from the facts.
            "rules": [[one.rule_id, one.verdict.value, one.by] for one in map(self._fits, self._fitting_rules)],
            "sentence": self.sentence,
        }
