"""A rule as a form and back. Each condition is a chip whose fields carry its name."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationError

from callcenter.domain.empowerment import money, wording
from callcenter.domain.empowerment.conditions import CONDITIONS, Group, Span
from callcenter.domain.empowerment.rule_book import Rule, RuleOutcome
from callcenter.domain.errors import Invalid
from callcenter.web.empowerment.rules.words import Vocabulary
from callcenter.web.plumbing.forms import Problems, Values, problems_of
from callcenter.web.wording import formats

GROUPS: tuple[Group, ...] = ("who", "whom", "what")
MONEY = ("grant", "ticket", "customer", "agent_day", "agent_month")
COUNTS = ("customer_days", "times_ticket", "times_customer")
SHARES = ("share_of_value", "share_of_price")
BETWEEN = re.compile(r"[,，、;；\n]")
MOST_STEPS = 5


@dataclass(frozen=True)
class RuleForm:
    """`id`: None for a new rule. `was`: mark of the version that was read. `opened`: the chip added last."""

    id: int | None
    values: Values
    currency: str
    was: str = ""
    faults: Problems = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    stale: str | None = None
    opened: str = ""
    moved: bool = False

    def chips(self, group: Group) -> list[str]:
        has = self.values.get("has", [])
        return [name for name, one in CONDITIONS.items() if one.group == group and name in has]

    def more(self, group: Group) -> list[str]:
        return [
            name for name, one in CONDITIONS.items() if one.group == group and name not in self.values.get("has", [])
        ]

    @property
    def steps(self) -> range:
        return range(steps_of(self.values))


def steps_of(values: Values) -> int:
    count = values.one("ask.steps")
    return min(int(count), MOST_STEPS) if count.isascii() and count.isdecimal() else 1


def form_of(rule: Rule, book_currency: str, *, was: str = "", is_new: bool = False) -> RuleForm:
    currency = rule.currency or book_currency
    values = Values({"has": list(rule.conditions()), "remedies": list(rule.remedies), "outcome": [rule.outcome.value]})
    for name, wanted in rule.conditions().items():
        values |= _chip(name, wanted, currency)
    for name in (*MONEY, *COUNTS, *SHARES):
        value = getattr(rule.limits, name)
        values[f"limits.{name}"] = [
            money.typed(value, currency) if name in MONEY else "" if value is None else f"{value:g}"
        ]
    values["ask.steps"] = [str(len(rule.asks.steps))]
    for place, step in enumerate(rule.asks.steps):
        values[f"ask.{place}.role"], values[f"ask.{place}.level"] = [step.role.value], [str(step.level)]
        values[f"ask.{place}.seconds"] = [str(step.seconds)]
        values[f"ask.{place}.up_to"] = [money.typed(step.up_to, currency)]
    values["ask.otherwise"], values["ask.promise_minutes"] = [rule.asks.otherwise], [str(rule.asks.promise_minutes)]
    for code, text in rule.why.items():
        values[f"why.{code}"] = [text]
    values["note"], values["currency"] = [rule.note], [rule.currency or ""]
    if is_new:
        values["id"] = [str(rule.id)]
    return RuleForm(None if is_new else rule.id, values, currency, was)


def _chip(name: str, wanted: Any, currency: str) -> Values:
    if isinstance(wanted, Span):
        ends = ((end, getattr(wanted, end)) for end in ("min", "max"))
        return Values({f"c.{name}.{end}": [_number(name, value, currency)] for end, value in ends})
    if isinstance(wanted, bool):
        return Values({f"c.{name}": ["yes" if wanted else "no"]})
    return Values({f"c.{name}": list(wanted)})


def _number(name: str, value: int | None, currency: str) -> str:
    if value is None:
        return ""
    return money.typed(value, currency) if CONDITIONS[name].unit == "money" else str(value)


def act(values: Values, wanted: str) -> tuple[Values, str]:
    """Add or remove a condition or step; returns (form, added condition)."""
    edited = Values(values)
    what, _colon, name = wanted.partition(":")
    has = [one for one in edited.get("has", []) if one in CONDITIONS]
    if what == "and" and name in CONDITIONS:
        edited["has"] = [*(one for one in has if one != name), name]
        return edited, name
    if what == "drop":
        edited["has"] = [one for one in has if one != name]
    if what == "step":
        edited["ask.steps"] = [str(min(steps_of(values) + 1, MOST_STEPS))]
    if what == "no-step" and name.isdecimal():
        _drop_step(edited, int(name))
    return edited, ""


def _drop_step(values: Values, gone: int) -> None:
    count = steps_of(values)
    for place in range(gone, count - 1):
        for part in ("role", "level", "seconds", "up_to"):
            values[f"ask.{place}.{part}"] = values.get(f"ask.{place + 1}.{part}", [])
    values["ask.steps"] = [str(max(1, count - 1))]


class Reading:
    """A form read into a rule's data; `faults` by field name."""

    def __init__(self, values: Values, currency: str) -> None:
        self.values, self.currency = values, values.one("currency").upper() or currency
        self.faults: Problems = {}

    def data(self, id_: int | str) -> dict[str, Any]:
        values = self.values
        rule: dict[str, Any] = {
            "id": id_,
            "outcome": values.one("outcome"),
            "remedies": values.get("remedies", []),
            "limits": self._limits(),
            "why": {code: values.one(f"why.{code}") for code in ("en", "zh")},
            "note": values.one("note"),
            "currency": values.one("currency").upper() or None,
        }
        for group in GROUPS:
            rule[group] = {
                name: self._wanted(name)
                for name, one in CONDITIONS.items()
                if one.group == group and name in values.get("has", [])
            }
        if rule["outcome"] == RuleOutcome.ASK:
            rule["ask"] = self._ask()
        return rule

    def _limits(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in (*MONEY, *COUNTS, *SHARES):
            path = f"limits.{name}"
            if self.values.one(path):
                found[name] = self._money(path) if name in MONEY else self._of(path, float if name in SHARES else int)
        return found

    def _wanted(self, name: str) -> Any:
        condition, path = CONDITIONS[name], f"c.{name}"
        if condition.kind == "flag":
            return self.values.one(path) != "no"
        if condition.kind == "range":
            read = self._money if condition.unit == "money" else self._whole
            return {end: read(f"{path}.{end}") for end in ("min", "max") if self.values.one(f"{path}.{end}")}
        words = [word.strip() for text in self.values.get(path, []) for word in BETWEEN.split(text)]
        return [word for word in words if word]

    def _ask(self) -> dict[str, Any]:
        values = self.values
        steps = []
        for place in range(steps_of(values)):
            path = f"ask.{place}"
            step = {"role": values.one(f"{path}.role"), "level": self._whole(f"{path}.level")}
            step["seconds"] = self._whole(f"{path}.seconds")
            if values.one(f"{path}.up_to"):
                step["up_to"] = self._money(f"{path}.up_to")
            steps.append(step)
        promise = self._whole("ask.promise_minutes")
        return {"steps": steps, "otherwise": values.one("ask.otherwise") or "own_limit", "promise_minutes": promise}

    def _money(self, path: str) -> int:
        text = self.values.one(path)
        # money.parse refuses zero, but a limit may be zero.
        if re.fullmatch(r"\D*0+(\.0+)?\D*", text):
            return 0
        try:
            return money.parse(text, self.currency, field=path)
        except Invalid as error:
            self.faults[path] = formats.sentence(error)
            return 0

    def _whole(self, path: str) -> int:
        return int(self._of(path, int))

    def _of(self, path: str, kind: Callable[[str], float]) -> float:
        text = self.values.one(path).removesuffix("%").strip()
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,3})?", text) or (kind is int and "." in text):
            self.faults[path] = _("Write a number.")
            # Any valid number: the fault already refuses the form.
            return 1
        return kind(text)


def read(values: Values, book_currency: str, id_: int | str) -> tuple[Rule | None, Problems]:
    """(rule, faults); the rule is None with any fault."""
    reading = Reading(values, book_currency)
    try:
        rule = Rule.model_validate(reading.data(id_))
    except ValidationError as error:
        return None, {_field(path): text for path, text in _sentences(error).items()} | reading.faults
    return (None if reading.faults else rule), reading.faults


def _sentences(error: ValidationError) -> Problems:
    found = problems_of(error)
    for one in error.errors(include_url=False, include_input=False):
        path = ".".join(str(part) for part in one["loc"])
        if one["type"] == "value_error":
            # The model's own checks read better than "This cannot be read."
            found[path] = _own(str(one.get("ctx", {}).get("error", one["msg"])), one["loc"])
        elif one["type"] in ("too_short", "string_too_short"):
            found[path] = _("This is needed.")
    return found


def _own(text: str, place: tuple[int | str, ...]) -> str:
    known = {
        "what may be given needs a limit": _("What may be given needs a limit."),
        "a cycle: the same people are asked twice": _("The same people are asked twice."),
        "needs min or max": _("Write the least, the most, or both."),
        "min is above max": _("The least is above the most."),
    }
    if place and place[0] == "why":
        return _("The places in braces are not right: %(fault)s", fault=text)
    return known.get(text, text)


def _field(path: str) -> str:
    """The form field of a model path."""
    head, _dot, rest = path.partition(".")
    if head in GROUPS and rest:
        return f"c.{rest.split('.')[0]}"
    if head == "ask" and rest.startswith("steps."):
        return f"ask.{rest.removeprefix('steps.')}"
    return path or "limits.grant"


def chip_text(form: RuleForm, known: Vocabulary, name: str) -> str:
    """Label of a chip: "tier: gold, silver", "tier: …" while empty."""
    label, path = wording.label(known.language, name), f"c.{name}"
    if CONDITIONS[name].kind == "flag":
        return wording.condition(known.language, name, form.values.one(path) != "no", currency=form.currency)
    if CONDITIONS[name].kind == "range":
        low, high = (form.values.one(f"{path}.{end}") for end in ("min", "max"))
        span = " ".join(f"{sign} {text}" for sign, text in (("≥", low), ("≤", high)) if text)
        return f"{label} {span or '…'}"
    words = [wording.word(known.language, name, one, known.names) for one in form.values.get(path, []) if one]
    return f"{label}: {', '.join(words) or '…'}"
