"""What one decision is about, and what is counted of what was given before."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from callcenter.domain.empowerment.facts import Facts, Purses, Usage
from callcenter.domain.empowerment.rule_book import RuleBook


@dataclass(frozen=True, slots=True)
class Case:
    """`kept`: what was counted once, as many rules ask the same."""

    facts: Facts
    book: RuleBook
    usage: Usage
    budgets: Purses
    now: datetime
    kept: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def given_to_customer(self, days: int) -> int:
        """In the currency of the matter; what was given in another does not count, as there is no rate to count it by."""
        if days not in self.kept:
            since, currency = self.now - timedelta(days=days), self.facts.currency
            given = (one.amount for one in self.usage.customer if one.at > since and one.currency == currency)
            self.kept[days] = sum(given)
        return int(self.kept[days])

    def given_on_ticket(self) -> int:
        if "ticket" not in self.kept:
            currency = self.facts.currency
            given = (one.amount for one in self.usage.customer if one.same_ticket and one.currency == currency)
            self.kept["ticket"] = sum(given)
        return int(self.kept["ticket"])

    def times(self, remedy: str, *, days: int | None = None) -> int:
        """How many pieces (or times) of this remedy: on this ticket, or to this customer within some days."""
        mine = (one for one in self.usage.customer if one.remedy == remedy)
        if days is None:
            return sum(one.count for one in mine if one.same_ticket)
        since = self.now - timedelta(days=days)
        return sum(one.count for one in mine if one.at > since)
