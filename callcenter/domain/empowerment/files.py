"""Rule books and facts as YAML or JSON files, and their schemas."""

import json
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from callcenter.domain.empowerment import documents, rule_book
from callcenter.domain.empowerment.conditions import CONDITIONS
from callcenter.domain.empowerment.documents import Document, Unreadable
from callcenter.domain.empowerment.facts import Facts
from callcenter.domain.empowerment.rule_book import Misplaced, RuleBook
from callcenter.domain.errors import Invalid

Model = TypeVar("Model", bound=BaseModel)


class InvalidFile(Invalid):
    def __init__(self, faults: list[tuple[str, str]]) -> None:
        # [(place, problem)], such as ("line 12, rule 14: limits.grant", "…")
        self.faults = faults
        super().__init__(
            "%(faults)s",
            field=faults[0][0],
            faults="; ".join(f"{place}: {what}" if place else what for place, what in faults),
        )


def read(text: str) -> RuleBook:
    """From YAML or JSON. Raises InvalidFile with all problems at once, each with its line, rule and field."""
    document = _document(text)
    return book_of(document.data, document)


def book_of(data: object, document: Document | None = None) -> RuleBook:
    if isinstance(data, dict) and "format" not in data:
        raise InvalidFile([("format", f"is missing; this program reads format {rule_book.FORMAT}")])
    return _valid(RuleBook, data, document)


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
    return _document(text).data


def _document(text: str) -> Document:
    try:
        return documents.read(text)
    except Unreadable as error:
        raise InvalidFile([(f"line {error.line}" if error.line else "", error.problem)]) from None


def _valid(model: type[Model], data: object, document: Document | None = None) -> Model:
    if not isinstance(data, dict):
        raise InvalidFile([("", "should be a dictionary: names with values")])
    try:
        # As JSON, so that a text is no number and a yes is no 1, as the published schema says.
        return model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        raise InvalidFile([_fault(one, data, document) for one in error.errors()]) from None


def _fault(error: Any, data: object, document: Document | None) -> tuple[str, str]:
    """("line 12, rule 14: limits.grant", what is wrong with it)."""
    reason = error.get("ctx", {}).get("error")
    path = _in(data, (*error["loc"], *reason.path)) if isinstance(reason, Misplaced) else _in(data, error["loc"])
    missing = error["type"] in ("missing", "extra_forbidden") and error["loc"][-1:] != path[-1:]
    named, rest = _named(data, path)
    line = document.line(path) if document else 0
    field = ".".join(map(str, (*rest, *error["loc"][-1:]) if missing else rest))
    places = [f"line {line}" if line else "", ": ".join(part for part in (named, field) if part)]
    return ", ".join(part for part in places if part), error["msg"]


def _in(data: object, path: tuple[Any, ...]) -> tuple[str | int, ...]:
    """The part of a path that exists: pydantic's also names the kinds that it tried."""
    found: list[str | int] = []
    for step in path:
        if (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        ):
            data = data[step]
        else:
            continue
        found.append(step)
    return tuple(found)


def _named(data: object, path: tuple[str | int, ...]) -> tuple[str, tuple[str | int, ...]]:
    """("rule 14", the path within it); rules by their id, remedies by their key."""
    for kind, name, key in (("rules", "rule", "id"), ("remedies", "remedy", "key")):
        if len(path) > 1 and path[0] == kind and isinstance(data, dict) and isinstance(path[1], int):
            one = data[kind][path[1]]
            known = one.get(key) if isinstance(one, dict) else None
            told = f"{name} {str(known)[:40]}" if known is not None else f"{name} without {key}, the {path[1] + 1}."
            return told, path[2:]
    return "", path
