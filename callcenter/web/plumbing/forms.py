"""Forms whose fields are named by the path of their value, so that a validation error finds its field."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from werkzeug.datastructures import MultiDict

from callcenter.domain.queues import NotValid

Problems = dict[str, str]


class Values(dict[str, list[str]]):
    """A form's content: one or several texts per path."""

    @classmethod
    def of(cls, form: "MultiDict[str, str]") -> "Values":
        return cls({name: form.getlist(name) for name in form})

    def one(self, path: str) -> str:
        return next(iter(self.get(path, [])), "").strip()

    def has(self, path: str, value: object) -> bool:
        return str(value) in self.get(path, [])

    def under(self, path: str) -> "Values":
        head = f"{path}."
        return Values({name.removeprefix(head): value for name, value in self.items() if name.startswith(head)})

    def number(self, path: str) -> str | None:
        return self.one(path) or None


def flat(value: Any, path: str = "") -> Values:
    """Nested dictionaries → Values; a list becomes several values of one field."""
    if isinstance(value, Mapping):
        found = Values()
        for name, inner in value.items():
            found |= flat(inner, f"{path}.{name}" if path else str(name))
        return found
    if isinstance(value, list | tuple):
        return Values({path: [_text(one) for one in value]})
    return Values({path: [_text(value)]})


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    return f"{value:g}" if isinstance(value, float) else str(value)


def problems_of(error: ValidationError | NotValid) -> Problems:
    """{path: sentence in the reader's language}"""
    if isinstance(error, NotValid):
        return {path: _(problem.text, **problem.values) for path, problem in error.problems.items()}
    found: Problems = {}
    for one in error.errors(include_url=False, include_input=False):
        # "[key]" marks an error in a dictionary's key; the first error of a field counts.
        found.setdefault(".".join(str(part) for part in one["loc"] if part != "[key]"), _sentence(one))
    return found


def _sentence(error: ErrorDetails) -> str:
    limits = error.get("ctx", {})
    match error["type"]:
        case "int_parsing" | "int_from_float" | "float_parsing" | "int_type" | "float_type" | "finite_number":
            return _("Write a number.")
        case "greater_than_equal" | "greater_than":
            return _("At least %(number)s.", number=limits.get("ge", limits.get("gt")))
        case "less_than_equal" | "less_than":
            return _("At most %(number)s.", number=limits.get("le", limits.get("lt")))
        case "string_too_long":
            return _("At most %(number)s letters.", number=limits.get("max_length"))
        case "literal_error" | "enum" | "missing":
            return _("Choose one of these.")
        case _:
            return _("This cannot be read.")


def differences(mine: Values, theirs: Values, paths: Iterable[str]) -> dict[str, str]:
    """{path: saved value as text} where it differs from `mine`."""
    return {path: ", ".join(theirs.get(path, [])) or "–" for path in paths if _is_other(mine, theirs, path)}


def _is_other(mine: Values, theirs: Values, path: str) -> bool:
    return [one for one in mine.get(path, []) if one] != [one for one in theirs.get(path, []) if one]
