"""A recorded grant request as a replay needs it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from callcenter.domain.empowerment import files
from callcenter.domain.empowerment.facts import Facts, Usage
from callcenter.domain.errors import Invalid


class Was(StrEnum):
    MAY = "may"  # granted at once
    ASK = "ask"  # an approver was asked
    NOT_ASKED = "not_asked"  # could have been asked
    NEVER = "never"  # refused by rules


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """Units are minor units of money, or pieces; `worth` and `cost` are minor units."""

    id: int
    at: datetime
    agent_id: int
    ticket_id: int
    customer_id: int | None = None
    rest_of: int | None = None  # the request whose unanswered rest this is
    facts: Facts | None  # None: erased
    usage: Usage = field(default_factory=Usage)
    currency: str
    remedy: str
    requested: int  # units requested
    tried: int  # units decided on
    was: Was
    granted_remedy: str = ""
    granted: int = 0  # units granted in the end
    worth: int = 0
    cost: int = 0
    most: int | None = None  # grantable at once
    budget_left: int | None = None  # of the tightest budget, if it allowed less than requested; 0: none in the currency
    settled_at: datetime | None = None  # when answered
    reversed_at: datetime | None = None
    held_seconds: int = 0  # the customer's hold for the question
    deciding_seconds: int = 0  # the approver's time

    @property
    def stands(self) -> bool:
        return self.granted > 0 and self.reversed_at is None

    def to_data(self) -> dict[str, Any]:
        data = {name: getattr(self, name) for name in self.__slots__ if name not in ("facts", "usage")}
        values = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in data.items()}
        facts = self.facts.model_dump(mode="json", exclude_defaults=True) if self.facts else None
        return {**values, "was": self.was.value, "facts": facts, "usage": self.usage.to_data()}


TIMES = ("at", "settled_at", "reversed_at")


def of_data(data: dict[str, Any]) -> RecordedRequest:
    """A line of a case file. Raises Invalid."""
    try:
        values = {name: datetime.fromisoformat(data[name]) for name in TIMES if data.get(name)}
        facts = files.facts_of(data["facts"]) if data.get("facts") else None
        known = {**data, **values, "was": Was(data["was"]), "usage": Usage.of_data(data.get("usage") or {})}
        past = RecordedRequest(**{**known, "facts": facts})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid("This is no recorded case: %(what)s.", field="case", what=str(error)) from None
    if past.at.tzinfo is None or past.requested < 1 or past.tried < 1 or past.granted < 0:
        raise Invalid("This is no recorded case: %(what)s.", field="case", what="at, requested, tried, granted")
    return past
