"""Checks one grant request (remedy, amount, reason) against a decision."""

from dataclasses import dataclass
from enum import StrEnum

from callcenter.domain.empowerment.decision import Decision
from callcenter.domain.empowerment.options import Bound, May, Option
from callcenter.domain.empowerment.rule_book import EscalationStep


class GrantAnswer(StrEnum):
    GIVE = "give"
    NEEDS_REASON = "needs_reason"  # granted once the agent states a reason
    ASK = "ask"
    REFUSED = "refused"  # no approver may allow it


class Refusal(StrEnum):
    NO_SUCH_REMEDY = "no_such_remedy"
    FORBIDDEN = "forbidden"
    NO_RULE = "no_rule"
    ABOVE_ALL = "above_all"
    FIXED_AMOUNT = "fixed_amount"


@dataclass(frozen=True, slots=True)
class Held:
    answer: GrantAnswer
    option: Option | None
    steps: tuple[EscalationStep, ...] = ()  # approvers in order
    refusal: Refusal | None = None
    bound: Bound | None = None  # the limit that an ask or refusal exceeds
    split: bool = False  # too much only with earlier grants on the ticket


def hold(decision: Decision, remedy: str, units: int, *, reason: str = "") -> Held:
    """`units`: minor units of money, or pieces."""
    return held_to(decision.option(remedy), units, reason=reason)


def held_to(option: Option | None, units: int, *, reason: str = "") -> Held:
    if option is None:
        return Held(GrantAnswer.REFUSED, None, refusal=Refusal.NO_SUCH_REMEDY)
    if option.may == May.NEVER:
        return Held(GrantAnswer.REFUSED, option, refusal=Refusal.FORBIDDEN)
    if option.fixed is not None and units != option.fixed:
        return Held(GrantAnswer.REFUSED, option, refusal=Refusal.FIXED_AMOUNT)
    if option.is_free and units <= option.most:
        needs = option.may == May.GIVE_WITH_REASON and not reason.strip()
        return Held(GrantAnswer.NEEDS_REASON if needs else GrantAnswer.GIVE, option)
    bound = next((room.bound for room in option.rooms if room.left < units), None)
    split = bound == Bound.TICKET and _fits_one_grant(option, units)
    steps = option.steps_for(units)
    if steps:
        return Held(GrantAnswer.ASK, option, steps, bound=bound, split=split)
    refusal = Refusal.NO_RULE if option.may == May.GAP else Refusal.ABOVE_ALL
    return Held(GrantAnswer.REFUSED, option, refusal=refusal, bound=bound, split=split)


def _fits_one_grant(option: Option, units: int) -> bool:
    return all(room.left >= units for room in option.rooms if room.bound == Bound.GRANT)
