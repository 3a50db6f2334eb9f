"""The input of one decision, and sums of earlier grants."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from callcenter.domain.empowerment.facts import Balances, Facts, Usage
from callcenter.domain.empowerment.rule_book import RuleBook

YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Case:
    facts: Facts
    book: RuleBook
    usage: Usage
    budgets: Balances
    now: datetime
    # Sums that many rules ask for, computed once.
    kept: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def used(self, limit: str, days: int) -> int:
        """In minor units. `days`: window of the customer limit."""
        match limit:
            case "grant":
                return 0
            case "ticket" | "share_of_price":
                return self.granted_on_ticket()
            case "customer":
                return self.granted_to_customer(days)
            case "share_of_value":
                return self.granted_to_customer(YEAR_DAYS)
            case "agent_day":
                return self.usage.agent_day
            case _:
                return self.usage.agent_month

    def granted_to_customer(self, days: int) -> int:
        known: int | None = self.kept.get(days)
        if known is None:
            # Grants in other currencies do not count: there is no exchange rate.
            since, currency = self.now - timedelta(days=days), self.facts.currency
            granted = (one.amount for one in self.usage.customer if one.at > since and one.currency == currency)
            known = self.kept[days] = sum(granted)
        return known

    def granted_on_ticket(self) -> int:
        known: int | None = self.kept.get("ticket")
        if known is None:
            currency = self.facts.currency
            granted = (one.amount for one in self.usage.customer if one.same_ticket and one.currency == currency)
            known = self.kept["ticket"] = sum(granted)
        return known

    def budget(self) -> tuple[int | None, int] | None:
        """(smallest limit, amount left) in the case's currency; None if no budget binds."""
        if "budget" not in self.kept:  # the same for each remedy
            currency = self.facts.currency
            limits = [balance.limit for balance in self.budgets.balances if balance.currency == currency]
            left = self.budgets.left(currency)
            # The limit is None if a budget is required and none exists.
            self.kept["budget"] = None if left is None else (min(limits, default=None), left)
        found: tuple[int | None, int] | None = self.kept["budget"]
        return found

    def times(self, remedy: str, *, days: int | None = None) -> int:
        """Pieces (or times) on this ticket, or within `days` to this customer."""
        mine = (one for one in self.usage.customer if one.remedy == remedy)
        if days is None:
            return sum(one.count for one in mine if one.same_ticket)
        since = self.now - timedelta(days=days)
        return sum(one.count for one in mine if one.at > since)
