"""The rule book: remedies and the rules about them, in one document."""

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from callcenter.domain import languages
from callcenter.domain.agents import Role
from callcenter.domain.customers import is_zone
from callcenter.domain.empowerment import money, places
from callcenter.domain.empowerment.conditions import What, Who, Whom

FORMAT = 1
Minor = Annotated[int, Field(ge=0, le=money.LARGEST)]
Percent = Annotated[float, Field(gt=0, le=100)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Misplaced(ValueError):
    """A problem at `path` within the part that is checked."""

    def __init__(self, problem: str, *path: str | int) -> None:
        self.path = path
        super().__init__(problem)


def _in_both(texts: dict[str, str]) -> dict[str, str]:
    if set(texts) != set(languages.SERVED):
        raise ValueError(f"is needed in {', '.join(languages.SERVED)}, and in no other language")
    return texts


Texts = Annotated[
    dict[str, Annotated[str, Field(min_length=1, max_length=400)]],
    AfterValidator(_in_both),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {code: {"type": "string", "minLength": 1, "maxLength": 400} for code in languages.SERVED},
            "required": list(languages.SERVED),
            "additionalProperties": False,
        }
    ),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
KINDS = (
    "credit", "refund", "voucher", "fee_waived", "replacement", "express", "warranty", "visit", "gift", "expert_call", "other",
)  # fmt: skip


class RuleBookModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RuleOutcome(StrEnum):
    """`never` with limits is a ceiling: never above; without limits it forbids."""

    MAY = "may"
    MAY_WITH_REASON = "may_with_reason"
    ASK = "ask"
    NEVER = "never"


class FieldOf(RuleBookModel):
    """A field to fill in at the grant: an address, a day, a model."""

    key: Key
    names: Texts
    kind: Literal["text", "date", "number"] = "text"
    required: bool = True


class Fulfilment(RuleBookModel):
    """`record`: only written down. `webhook`: posted to the company's system `to`. `request`: to department `to`."""

    how: Literal["record", "webhook", "request"] = "record"
    to: Annotated[str, Field(max_length=60)] = ""

    @model_validator(mode="after")
    def _has_a_target(self) -> Self:
        if (self.how != "record") != bool(self.to):
            raise ValueError("`to` names the system or the department, and is empty for `record`")
        return self


class Remedy(RuleBookModel):
    """Something that can be granted. Money: any amount up to the limit, or `fixed`; it costs `cost_percent` of it.
    Counted: pieces, each costing `costs[currency]`. `sms`: the text to the customer, with {amount} {count} {name}
    {ticket} {agent} {company}; empty: none."""

    key: Key
    names: Texts
    kind: Literal[KINDS]  # type: ignore[valid-type]
    unit: Literal["money", "count"] = "money"
    costs: dict[Currency, Minor] = Field(default_factory=dict)
    cost_percent: Annotated[int, Field(ge=0, le=100)] = 100
    fixed: dict[Currency, Minor] = Field(default_factory=dict)
    quick: dict[Currency, tuple[Minor, ...]] = Field(default_factory=dict)
    fields: tuple[FieldOf, ...] = ()
    sms: Texts | None = None
    fulfilment: Fulfilment = Fulfilment()
    is_active: bool = True

    @property
    def is_money(self) -> bool:
        return self.unit == "money"

    def cost(self, units: int, currency: str) -> int:
        """Cost to the company, in minor units, rounded up."""
        return -(-units * self.cost_percent // 100) if self.is_money else units * self.costs.get(currency, 0)

    def worth(self, units: int, currency: str) -> int:
        """Counts against limits: the money, or the cost of the pieces."""
        return units if self.is_money else units * self.costs.get(currency, 0)

    def is_in(self, currency: str) -> bool:
        # Fixed money and pieces exist in some currencies only.
        known = self.fixed if self.is_money else self.costs
        return not known if self.is_money and not known else currency in known

    @field_validator("sms")
    @classmethod
    def _known_places(cls, texts: Texts | None) -> Texts | None:
        places.check(texts or {}, places.SMS)
        return texts

    @model_validator(mode="after")
    def _fits_its_unit(self) -> Self:
        if self.is_money and self.costs:
            raise ValueError("`costs` is for what is counted; money has `cost_percent`")
        if not self.is_money and (self.fixed or self.quick or not self.costs):
            raise ValueError("what is counted has `costs` in each currency, no `fixed` and no `quick`")
        return self


MONEY_LIMITS = ("grant", "ticket", "customer", "agent_day", "agent_month", "share_of_value", "share_of_price")


class RuleLimits(RuleBookModel):
    """The most, each in minor units (or times), counting earlier grants. `ticket` defaults to `grant`, so that one
    grant cannot be split. `share_of_value`: % of the customer's revenue of 12 months, counting their grants of 12
    months; `share_of_price`: % of the price, counting grants on the ticket."""

    grant: Minor | None = None
    ticket: Minor | None = None
    customer: Minor | None = None
    customer_days: Annotated[int, Field(ge=1, le=730)] = 365
    agent_day: Minor | None = None
    agent_month: Minor | None = None
    share_of_value: Percent | None = None
    share_of_price: Percent | None = None
    times_ticket: Annotated[int, Field(ge=0, le=1000)] | None = None
    times_customer: Annotated[int, Field(ge=0, le=1000)] | None = None

    @cached_property
    def money(self) -> tuple[tuple[str, int | float], ...]:
        """(limit, amount) of the money limits; shares in percent."""
        values = {name: getattr(self, name) for name in MONEY_LIMITS}
        values["ticket"] = self.grant if self.ticket is None else self.ticket
        return tuple((name, value) for name, value in values.items() if value is not None)

    @cached_property
    def has_money(self) -> bool:
        return any(
            one is not None for one in (self.grant, self.ticket, self.customer, self.agent_day, self.agent_month)
        )

    @cached_property
    def is_empty(self) -> bool:
        return not self.has_money and all(
            one is None for one in (self.share_of_value, self.share_of_price, self.times_ticket, self.times_customer)
        )


class EscalationStep(RuleBookModel):
    """The approver's lowest role and level, the seconds to answer, and the most the approver may allow (minor units;
    None: up to the rule's limits)."""

    role: Literal[Role.SUPERVISOR, Role.ADMINISTRATOR] = Role.SUPERVISOR
    level: Annotated[int, Field(ge=1, le=9)] = 1
    seconds: Annotated[int, Field(ge=15, le=3600)] = 120
    up_to: Minor | None = None


class Ask(RuleBookModel):
    """Steps in order, then the default: `own_limit` or `nothing`; the rest is promised within `promise_minutes`."""

    steps: tuple[EscalationStep, ...] = (EscalationStep(),)
    otherwise: Literal["own_limit", "nothing"] = "own_limit"
    promise_minutes: Annotated[int, Field(ge=5, le=10_080)] = 90

    @model_validator(mode="after")
    def _goes_on(self) -> Self:
        if not self.steps:
            raise ValueError("somebody is asked")
        who = [(step.role, step.level) for step in self.steps]
        if len(set(who)) != len(who):
            raise ValueError("a cycle: the same people are asked twice")
        return self


class Rule(RuleBookModel):
    """`remedies`: those it covers; empty for all. `currency`: that of its amounts, if not the book's. `why`: half a
    sentence for the agent, with {grant} {ticket} {customer} {share_of_value} …"""

    id: Annotated[int, Field(ge=1, le=99_999)]
    who: Who = Who()
    whom: Whom = Whom()
    what: What = What()
    remedies: tuple[Key, ...] = ()
    limits: RuleLimits = RuleLimits()
    currency: Currency | None = None
    outcome: RuleOutcome
    ask: Ask | None = None
    why: Texts
    note: Annotated[str, Field(max_length=400)] = ""

    @field_validator("why")
    @classmethod
    def _known_places(cls, texts: Texts) -> Texts:
        places.check(texts, places.RULE)
        return texts

    @model_validator(mode="after")
    def _fits_its_outcome(self) -> Self:
        if self.outcome != RuleOutcome.ASK and self.ask is not None:
            raise ValueError("`ask` belongs to the outcome ask")
        if self.outcome in (RuleOutcome.MAY, RuleOutcome.MAY_WITH_REASON) and self.limits.is_empty:
            raise ValueError("what may be given needs a limit")
        return self

    @cached_property
    def asks(self) -> Ask:
        return self.ask or Ask()

    @cached_property
    def is_ceiling(self) -> bool:
        return self.outcome == RuleOutcome.NEVER and not self.limits.is_empty

    def conditions(self) -> dict[str, Any]:
        """{condition: wanted value} of all groups."""
        return {**self.who.wanted_values(), **self.whom.wanted_values(), **self.what.wanted_values()}


class RuleBook(RuleBookModel):
    """`format` is the file format's version. `zone`: time zone of its days and months. Rules apply in list order."""

    format: Literal[1]
    currency: Currency
    zone: str
    remedies: tuple[Remedy, ...]
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        keys = [remedy.key for remedy in self.remedies]
        ids = [str(rule.id) for rule in self.rules]
        for kind, name, values in (("remedies", "remedy", keys), ("rules", "rule", ids)):
            for place, one in enumerate(values):
                if one in values[:place]:
                    raise Misplaced(f"{name} {one} is there twice", kind, place)
        if not money.is_currency(self.currency):
            raise Misplaced(f"{self.currency} is no currency", "currency")
        for place, rule in enumerate(self.rules):
            if unknown := [key for key in rule.remedies if key not in keys]:
                raise Misplaced(f"there is no remedy {', '.join(unknown)}", "rules", place, "remedies")
            if rule.currency and not money.is_currency(rule.currency):
                raise Misplaced(f"{rule.currency} is no currency", "rules", place, "currency")
        if not is_zone(self.zone):
            raise Misplaced(f"{self.zone} is no time zone", "zone")
        return self

    def remedy(self, key: str) -> Remedy | None:
        return next((one for one in self.remedies if one.key == key), None)

    def rule(self, id_: int) -> Rule | None:
        return next((one for one in self.rules if one.id == id_), None)

    def to_data(self) -> dict[str, Any]:
        """JSON and YAML form, without unset values."""
        return self.model_dump(mode="json", exclude_defaults=True) | {"format": FORMAT}
