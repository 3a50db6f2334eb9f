"""Facts at one moment, and earlier grants. Stored with each grant, so that other rules can decide it again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]


class FactsModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AgentFacts(FactsModel):
    """The agent. `days`: since joining. `skills`: {skill: level}."""

    username: str
    role: str = "agent"
    level: Annotated[int, Field(ge=1, le=9)] = 1
    team: str = ""
    department: str = ""
    skills: dict[str, int] = Field(default_factory=dict)
    days: Count = 0


class CustomerFacts(FactsModel):
    """The customer. `value`: revenue of 12 months, minor units of the facts' currency. `days`: as a customer."""

    tier: str = "standard"
    value: Count = 0
    account: str = ""
    days: Count = 0
    language: str = "en"
    entitlements: tuple[str, ...] = ()


class CaseFacts(FactsModel):
    """The case. `price` in minor units, None if unknown; `contacts` about this case including this one; `minutes` of
    the customer's time so far; `age_days` since the first contact. `claimed`: facts on an agent's word alone."""

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
    claimed: tuple[str, ...] = ()


class Facts(FactsModel):
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    agent: AgentFacts
    customer: CustomerFacts = CustomerFacts()
    case: CaseFacts = CaseFacts()


@dataclass(frozen=True, slots=True)
class EarlierGrant:
    """An earlier grant, not reversed."""

    at: datetime
    remedy: str
    amount: int  # minor units; for pieces their cost
    currency: str
    count: int = 1
    same_ticket: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """In minor units. Day and month are in the rule book's zone."""

    customer: tuple[EarlierGrant, ...] = ()  # to this customer, in two years
    agent_day: int = 0  # by this agent, today
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
        granted = tuple(EarlierGrant(datetime.fromisoformat(at), *rest) for at, *rest in data.get("customer", ()))
        return Usage(granted, data.get("agent_day", 0), data.get("agent_month", 0))


@dataclass(frozen=True, slots=True)
class Balance:
    """In minor units."""

    id: int
    name: str
    currency: str
    limit: int
    left: int


@dataclass(frozen=True, slots=True)
class Balances:
    """Each budget pays a grant in full."""

    balances: tuple[Balance, ...] = ()
    required: bool = False  # no grant without a budget in its currency

    def left(self, currency: str) -> int | None:
        """None if no budget binds."""
        mine = [balance.left for balance in self.balances if balance.currency == currency]
        if not mine:
            return 0 if self.required else None
        return max(0, min(mine))
