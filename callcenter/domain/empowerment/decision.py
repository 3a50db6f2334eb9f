"""What was decided about one matter at one moment: for each remedy how much and why, and what became of every rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from callcenter.domain.empowerment import sentences
from callcenter.domain.empowerment.case import Case
from callcenter.domain.empowerment.options import May, Option


class Verdict(StrEnum):
    """What became of a rule. LATER: it fits, but an earlier rule came first for each of its remedies."""

    GIVES = "gives"
    ASKS = "asks"
    FORBIDS = "forbids"
    CEILING = "ceiling"
    LATER = "later"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Considered:
    """A rule and what became of it; for FAILED `by` names the condition it failed by first, for LATER the rule before it."""

    rule_id: int
    verdict: Verdict
    by: str = ""


@dataclass(frozen=True)
class Decision:
    """`considered`: every rule of the book, in its order."""

    case: Case
    options: tuple[Option, ...]
    considered: tuple[Considered, ...]

    @property
    def currency(self) -> str:
        return self.case.facts.currency

    @cached_property
    def sentence(self) -> dict[str, str]:
        """What it says to the agent, by language; worded only where somebody reads it."""
        return sentences.of_card(self.case, self.options)

    def option(self, remedy: str) -> Option | None:
        return next((one for one in self.options if one.remedy == remedy), None)

    @property
    def shown(self) -> Sequence[Option]:
        """What an agent is shown: what may be given first, then what may be asked; never what is forbidden."""
        free = [one for one in self.options if one.is_free and one.most > 0]
        ask = [one for one in self.options if one.may == May.ASK or (one.is_free and not one.most and one.ask)]
        return (*sorted(free, key=lambda one: -one.most if one.is_money else 0), *ask)

    def to_data(self) -> dict[str, Any]:
        """As it is stored with a grant: rules that failed are left out, they follow from the facts."""
        return {
            "currency": self.currency,
            "options": [option.to_data() for option in self.options],
            "rules": [
                [one.rule_id, one.verdict.value, one.by] for one in self.considered if one.verdict != Verdict.FAILED
            ],
            "sentence": self.sentence,
        }
