"""What is known when an agent may grant something: about agent, customer and case; and the earlier grants.

Facts are values at one moment. They are stored with each grant, so that other rules can decide it again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]


class Known(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AgentFacts(Known):
    """The agent. `days`: since they joined. `skills`: {skill: level}."""

    username: str
    role: str = "agent"
    level: Annotated[int, Field(ge=1, le=9)] = 1
    team: str = ""
    department: str = ""
    skills: dict[str, int] = Field(default_factory=dict)
    days: Count = 0


class CustomerFacts(Known):
    """The customer. `value`: revenue of 12 months, minor units of the facts' currency. `days`: as a customer."""

    tier: str = "standard"
    value: Count = 0
    account: str = ""
    days: Count = 0
    language: str = "en"
    entitlements: tuple[str, ...] = ()


class MatterFacts(Known):
    """The case. `price` in minor units, None if not known; `contacts` about this case including this one; `minutes` of
    the customer's time so far; `age_days` since the first contact."""

    type: str = ""
    cause: str = ""
    fault: str = "unknown"
    product: str = ""
    price: Count | None = None
    priority: str = "normal"
    channel: str = ""
    queue: str = ""
    promise_broken: bool = False
    late_answer: bool = False
    contacts: Annotated[int, Field(ge=1)] = 1
    minutes: Count = 0
    age_days: Count = 0


class Facts(Known):
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    agent: AgentFacts
    customer: CustomerFacts = CustomerFacts()
    matter: MatterFacts = MatterFacts()


@dataclass(frozen=True, slots=True)
class Given:
    """One earlier grant, not reversed. `amount`: its worth in minor units; for pieces their cost."""

    at: datetime
    remedy: str
    amount: int
    currency: str
    count: int = 1
    same_ticket: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """Earlier grants: to this customer in the last two years, and by this agent today and this month (minor units).

    `today` and `this month` are in the rule book's zone, so they are the same for all agents.
    """

    customer: tuple[Given, ...] = ()
    agent_day: int = 0
    agent_month: int = 0

    def to_data(self) -> dict[str, Any]:
        return {
            "customer": [
                [one.at.isoformat(), one.remedy, one.amount, one.currency, one.count, one.same_ticket]
                for one in self.customer
            ],
            "agent_day": self.agent_day,
            "agent_month": self.agent_month,
        }

    @staticmethod
    def of_data(data: dict[str, Any]) -> "Usage":
        given = tuple(Given(datetime.fromisoformat(at), *rest) for at, *rest in data.get("customer", ()))
        return Usage(given, data.get("agent_day", 0), data.get("agent_month", 0))


@dataclass(frozen=True, slots=True)
class Balance:
    """A budget's balance: what is left of it, in minor units of its currency."""

    id: int
    name: str
    currency: str
    limit: int
    left: int


@dataclass(frozen=True, slots=True)
class Balances:
    """The budgets that pay for a grant, each in full. `required`: nothing may be granted if none is in the currency."""

    balances: tuple[Balance, ...] = ()
    required: bool = False

    def left(self, currency: str) -> int | None:
        """The most that all of them allow; None if no budget binds."""
        mine = [balance.left for balance in self.balances if balance.currency == currency]
        if not mine:
            return 0 if self.required else None
        return max(0, min(mine))
