"""One remedy in a decision: amount, limits, and the approvers above it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from callcenter.domain.empowerment.rule_book import Ask, EscalationStep


class May(StrEnum):
    GIVE = "give"
    GIVE_WITH_REASON = "give_with_reason"
    ASK = "ask"
    NEVER = "never"
    GAP = "gap"  # no rule covers it


class Bound(StrEnum):
    GRANT = "grant"
    TICKET = "ticket"
    CUSTOMER = "customer"
    AGENT_DAY = "agent_day"
    AGENT_MONTH = "agent_month"
    SHARE_OF_VALUE = "share_of_value"
    SHARE_OF_PRICE = "share_of_price"
    TIMES_TICKET = "times_ticket"
    TIMES_CUSTOMER = "times_customer"
    BUDGET = "budget"
    FIXED = "fixed"
    NO_BUDGET = "no_budget"
    PRICE_UNKNOWN = "price_unknown"


class Room(NamedTuple):
    """In minor units, or pieces."""

    bound: Bound
    limit: int
    used: int
    left: int
    rule_id: int | None = None  # None: a budget or the remedy

    def to_data(self) -> list[Any]:
        return [self.bound.value, self.limit, self.used, self.left, self.rule_id]


@dataclass(frozen=True, slots=True)
class Option:
    remedy: str
    may: May
    most: int = 0  # minor units (or pieces) without approval
    rule_id: int | None = None
    rooms: tuple[Room, ...] = ()  # limits, tightest first
    ask: Ask | None = None
    ask_rule_id: int | None = None
    ask_most: int | None = None  # the most an approver may allow; None: no limit
    is_money: bool = True
    is_fixed: bool = False  # the whole amount or nothing
    each: int = 1  # worth of one unit in minor units: 1 for money, the cost of a piece

    @property
    def is_free(self) -> bool:
        return self.may in (May.GIVE, May.GIVE_WITH_REASON)

    @property
    def tightest(self) -> Room | None:
        return self.rooms[0] if self.rooms else None

    @property
    def fixed(self) -> int | None:
        """The only amount there is, in minor units."""
        return next((room.limit for room in self.rooms if room.bound == Bound.FIXED), None)

    def steps_for(self, units: int) -> tuple[EscalationStep, ...]:
        """In asking order. `up_to` of a step is money, also where pieces are asked for."""
        if self.ask is None or (self.ask_most is not None and units > self.ask_most):
            return ()
        return tuple(step for step in self.ask.steps if step.up_to is None or units * self.each <= step.up_to)

    def to_data(self) -> dict[str, Any]:
        return {
            "remedy": self.remedy,
            "may": self.may.value,
            "most": self.most,
            "rule": self.rule_id,
            "rooms": [room.to_data() for room in self.rooms],
            "ask_rule": self.ask_rule_id,
            "ask_most": self.ask_most,
        }
