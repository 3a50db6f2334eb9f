"""Register of conditions; files, pages and explanations read it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator

from callcenter.domain.agents import Role
from callcenter.domain.channels import Channel
from callcenter.domain.empowerment.facts import Facts
from callcenter.domain.tickets import Priority, ResponsibleParty, TicketType

Group = Literal["who", "whom", "what"]
Kind = Literal["any_of", "range", "flag"]


class Span(BaseModel):
    """From `min` to `max`, both included; at least one is set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("needs min or max")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")
        return self


@dataclass(frozen=True, slots=True)
class Condition:
    name: str
    group: Group
    kind: Kind
    read: Callable[[Facts], Any]  # words (any_of), a number or None (range), or a bool (flag)
    unit: Literal["", "money", "days", "times", "minutes", "level"] = ""  # of a number
    choices: tuple[str, ...] = ()


def _skills(facts: Facts) -> tuple[str, ...]:
    """ "delivery" for any level, "delivery:2" for level 2 or more."""
    known = facts.agent.skills.items()
    return tuple(skill if not n else f"{skill}:{n}" for skill, level in known for n in range(level + 1))


def _one(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _confirmed(facts: Facts, fact: str) -> bool:
    return fact not in facts.case.claimed


CONDITIONS: dict[str, Condition] = {
    one.name: one
    for one in (
        Condition("role", "who", "any_of", lambda f: _one(f.agent.role), choices=tuple(Role)),
        Condition("level", "who", "range", lambda f: f.agent.level, "level"),
        Condition("team", "who", "any_of", lambda f: _one(f.agent.team)),
        Condition("department", "who", "any_of", lambda f: _one(f.agent.department)),
        Condition("skill", "who", "any_of", _skills),
        Condition("with_us_days", "who", "range", lambda f: f.agent.days, "days"),
        Condition("person", "who", "any_of", lambda f: _one(f.agent.username)),
        Condition("tier", "whom", "any_of", lambda f: _one(f.customer.tier), choices=("standard", "silver", "gold")),
        Condition("value", "whom", "range", lambda f: f.customer.value, "money"),
        Condition("account", "whom", "any_of", lambda f: _one(f.customer.account)),
        Condition("customer_days", "whom", "range", lambda f: f.customer.days, "days"),
        Condition("entitlement", "whom", "any_of", lambda f: f.customer.entitlements),
        Condition("language", "whom", "any_of", lambda f: _one(f.customer.language), choices=("en", "zh")),
        Condition("type", "what", "any_of", lambda f: _one(f.case.type), choices=tuple(TicketType)),
        Condition("cause", "what", "any_of", lambda f: _one(f.case.cause)),
        Condition("fault", "what", "any_of", lambda f: _one(f.case.fault), choices=tuple(ResponsibleParty)),
        Condition("product", "what", "any_of", lambda f: _one(f.case.product)),
        Condition("price", "what", "range", lambda f: f.case.price, "money"),
        Condition("priority", "what", "any_of", lambda f: _one(f.case.priority), choices=tuple(Priority)),
        Condition("channel", "what", "any_of", lambda f: _one(f.case.channel), choices=tuple(Channel)),
        Condition("queue", "what", "any_of", lambda f: _one(f.case.queue)),
        Condition("cause_confirmed", "what", "flag", lambda f: bool(f.case.cause) and _confirmed(f, "cause")),
        Condition("fault_confirmed", "what", "flag", lambda f: f.case.fault != "unknown" and _confirmed(f, "fault")),
        Condition("price_confirmed", "what", "flag", lambda f: f.case.price is not None and _confirmed(f, "price")),
        Condition("promise_broken", "what", "flag", lambda f: f.case.promise_broken),
        Condition("late_answer", "what", "flag", lambda f: f.case.late_answer),
        Condition("contacts", "what", "range", lambda f: f.case.contacts, "times"),
        Condition("minutes", "what", "range", lambda f: f.case.minutes, "minutes"),
        Condition("age_days", "what", "range", lambda f: f.case.age_days, "days"),
    )
}


def _words(value: object) -> object:
    # One word needs no list; duplicates are dropped.
    if isinstance(value, str):
        return (value,)
    return tuple(dict.fromkeys(value)) if isinstance(value, Iterable) and not isinstance(value, dict) else value


Word = Annotated[str, Field(min_length=1, max_length=120)]
Words = Annotated[
    tuple[Word, ...],
    BeforeValidator(_words, json_schema_input_type=Word | Annotated[tuple[Word, ...], Field(min_length=1)]),
    Field(min_length=1),
]
TYPES: dict[str, Any] = {"any_of": Words | None, "range": Span | None, "flag": bool | None}


class Wanted(BaseModel):
    """Conditions of one group; an unset condition is not checked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        for name, value in self.wanted_values().items():
            choices = CONDITIONS[name].choices
            if choices and any(word not in choices for word in value):
                raise ValueError(f"{name}: one of {', '.join(choices)}")
        return self

    def wanted_values(self) -> dict[str, Any]:
        """{condition: wanted value} of the set conditions."""
        return {name: value for name, value in self if value is not None}


def _group(name: str, group: Group) -> type[Wanted]:
    wanted: dict[str, Any] = {one.name: (TYPES[one.kind], None) for one in CONDITIONS.values() if one.group == group}
    made: type[Wanted] = create_model(name, __base__=Wanted, **wanted)
    return made


if TYPE_CHECKING:  # a type checker cannot read generated classes

    class Who(Wanted): ...

    class Whom(Wanted): ...

    class What(Wanted): ...
else:
    Who, Whom, What = _group("Who", "who"), _group("Whom", "whom"), _group("What", "what")
