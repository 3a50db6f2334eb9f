"""Rule books and facts as YAML or JSON files, and their schemas."""

from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from callcenter.domain.empowerment import rule_book
from callcenter.domain.empowerment.conditions import CONDITIONS
from callcenter.domain.empowerment.facts import Facts
from callcenter.domain.empowerment.rule_book import RuleBook
from callcenter.domain.errors import Invalid

LARGEST = 2_000_000
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast if libyaml is there
Model = TypeVar("Model", bound=BaseModel)


class InvalidFile(Invalid):
    def __init__(self, faults: list[tuple[str, str]]) -> None:
        # [(place, problem)], such as ("rules.3.limits.grant", "…")
        self.faults = faults
        super().__init__(
            "%(faults)s", field=faults[0][0], faults="; ".join(f"{place}: {what}" for place, what in faults)
        )


def read(text: str) -> RuleBook:
    """From YAML or JSON. Raises InvalidFile with all problems at once."""
    return book_of(data_of(text))


def book_of(data: object) -> RuleBook:
    if isinstance(data, dict) and "format" not in data:
        raise InvalidFile([("format", f"is missing; this program reads format {rule_book.FORMAT}")])
    return _valid(RuleBook, data)


def facts_of(data: object) -> Facts:
    return _valid(Facts, data)


def facts(text: str) -> Facts:
    return facts_of(data_of(text))


def write(book: RuleBook) -> str:
    # In model order, so that versions can be compared line by line.
    return str(yaml.safe_dump(book.to_data(), allow_unicode=True, sort_keys=False, width=110))


def rule_schema() -> dict[str, Any]:
    schema = _schema(RuleBook, "Empowerment rules")
    for group in ("Who", "Whom", "What"):
        for name, allowed in schema["$defs"][group]["properties"].items():
            _only(allowed, CONDITIONS[name].choices)
    return schema


def _only(allowed: dict[str, Any], choices: tuple[str, ...]) -> None:
    # A condition with fixed words rejects other words.
    for one in allowed.get("anyOf", ()) if choices else ():
        _only(one, choices)
        if one.get("type") == "string":
            one["enum"] = list(choices)
        elif one.get("type") == "array":
            one["items"] = {"type": "string", "enum": list(choices)}


def facts_schema() -> dict[str, Any]:
    return _schema(Facts, "Facts of a decision")


def _schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    schema = model.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def data_of(text: str) -> object:
    if len(text) > LARGEST:
        raise InvalidFile([("", "is larger than a rule file can be")])
    try:
        data = yaml.load(text, Loader=LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else ""
        raise InvalidFile([(place, str(getattr(error, "problem", None) or "is no YAML"))]) from None
    if _contains_itself(data, ()):
        raise InvalidFile([("", "a cycle: an alias refers to what contains it")])
    return data


def _contains_itself(data: object, above: tuple[int, ...]) -> bool:
    if not isinstance(data, dict | list):
        return False
    if id(data) in above:
        return True
    inner = data.values() if isinstance(data, dict) else data
    return any(_contains_itself(one, (*above, id(data))) for one in inner)


def _valid(model: type[Model], data: object) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InvalidFile([(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]) from None
