"""Base models of the API's JSON: strict input, complete output."""

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from callcenter.domain import texts

LARGEST_ID = 2**63 - 1


def _speakable(value: Any) -> Any:
    """Every text in it in its normal form. ValueError for controls: a page, XML or the database refuses them later."""
    if isinstance(value, str) and not isinstance(value, Enum):
        if not texts.can_be_spoken(value):
            raise ValueError("A text cannot have control characters.")
        return texts.normal(value)
    if isinstance(value, dict):
        return {_speakable(key): _speakable(one) for key, one in value.items()}
    return [_speakable(one) for one in value] if isinstance(value, list) else value


Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Text = Annotated[str, AfterValidator(_speakable)]
Limit = Annotated[int, Field(ge=1, le=200)]


class RequestBody(BaseModel):
    """A request body. Unknown fields are refused and numbers are not converted to text."""

    model_config = ConfigDict(extra="forbid", strict=True)

    _of_texts = field_validator("*")(_speakable)

    def given(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class QueryParameters(BaseModel):
    """Query parameters. Unknown names are refused."""

    model_config = ConfigDict(extra="forbid")

    _of_texts = field_validator("*")(_speakable)


class Listing(QueryParameters):
    """Paging parameters. `cursor` is the `next` of the previous page."""

    cursor: Annotated[str | None, Field(max_length=200, description="`next` of the page before.")] = None
    limit: Limit = 50


class ResponseBody(BaseModel):
    """An answer, built from a row."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    @classmethod
    def of(cls, row: object) -> Self:
        return cls.model_validate(row)

    @classmethod
    def all_of(cls, rows: Sequence[object]) -> list[Self]:
        return [cls.model_validate(row) for row in rows]


Item = TypeVar("Item", bound=BaseModel)


class Page(BaseModel, Generic[Item]):
    """One page of a list. `next` is the cursor of the following page, null on the last."""

    model_config = ConfigDict(extra="forbid")

    data: list[Item]
    next: str | None


def left_out() -> Any:
    """A field that may be omitted, but not sent as null."""
    return Field(default_factory=lambda: None)
