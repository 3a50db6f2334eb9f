"""Remedies of a draft: names, unit, amounts, text message, fulfilment."""

import re
from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from pydantic import ValidationError
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.empowerment import rule_drafts as acts
from callcenter.domain.empowerment import money
from callcenter.domain.empowerment.differing import differ
from callcenter.domain.empowerment.rule_book import KINDS, Remedy
from callcenter.domain.errors import Invalid, StaleSave
from callcenter.domain.states import BookState
from callcenter.storage.empowerment import departments, rule_books
from callcenter.web import access
from callcenter.web.empowerment.rules.blueprint import pages, version
from callcenter.web.empowerment.rules.rule_forms import RuleForm
from callcenter.web.plumbing.forms import Problems, Values, differences, problems_of
from callcenter.web.wording import formats, language

WRONG = 422
IN_CURRENCY = re.compile(r"([A-Za-z]{3})\s*:?\s*([^;；]+)")


@pages.get("/<int:number>/remedies")
@access.leaders
def remedy_list(number: int) -> str:
    return _page(number, open_key=request.args.get("open"))


@pages.post("/<int:number>/remedies")
@access.leaders
def save_remedy(number: int) -> Response | tuple[str, int]:
    """Adds a remedy, or saves or removes one; `was` is the mark of the version that was read."""
    values = Values.of(request.form)
    was = values.one("was") or None
    form = RuleForm(1 if was else None, values, "")
    if values.one("act") == "remove" and was:
        return _removed(number, values.one("key"), was, form)
    remedy, faults = _read(values)
    if remedy is None:
        return _page(number, form=RuleForm(form.id, values, "", was or "", faults=faults)), WRONG
    try:
        with wiring.current().work() as work:
            acts.set_remedy(work, number, remedy=remedy, was=was, actor=access.current_actor())
    except StaleSave as error:
        return _page(number, form=_stale(number, form, error)), error.status
    except Invalid as error:
        field = error.field if error.field == "key" else ""
        return _page(
            number, form=RuleForm(form.id, values, "", was or "", faults={field: formats.sentence(error)})
        ), WRONG
    return redirect(url_for("rules.remedy_list", number=number, _anchor=f"remedy-{remedy.key}"))


def _removed(number: int, key: str, was: str, form: RuleForm) -> Response | tuple[str, int]:
    try:
        with wiring.current().work() as work:
            acts.remove_remedy(work, number, key=key, was=was, actor=access.current_actor())
    except StaleSave as error:
        return _page(number, form=_stale(number, form, error)), error.status
    except Invalid as error:
        return _page(number, form=RuleForm(1, form.values, "", was, faults={"": formats.sentence(error)})), WRONG
    return redirect(url_for("rules.remedy_list", number=number))


def _stale(number: int, mine: RuleForm, error: StaleSave) -> RuleForm:
    """Keeps what was typed, adds what was saved."""
    with wiring.current().reading() as session:
        there = version(session, number).book.remedy(mine.values.one("key"))
    theirs = _values_of(there) if there else Values()
    their_values = differences(mine.values, theirs, theirs)
    name = str(error.values.get("name") or _("Somebody"))
    return RuleForm(
        1 if there else None, mine.values, "", acts.mark(there) if there else "", theirs=their_values, stale=name
    )


def _page(number: int, *, open_key: str | None = None, form: RuleForm | None = None) -> str:
    with wiring.current().reading() as session:
        row = version(session, number)
        latest = rule_books.latest(session)
        systems = [one.key for one in departments.systems(session)]
        parts = [(one.key, one.name(language.chosen())) for one in departments.departments(session)]
    before = latest.book if latest else row.book
    may_edit = row.state == BookState.DRAFT
    found = row.book.remedy(open_key) if open_key else None
    if may_edit and form is None and found is not None:
        form = RuleForm(1, _values_of(found), "", acts.mark(found))
    elif may_edit and form is None and open_key == "new":
        form = RuleForm(None, Values({"unit": ["money"], "cost_percent": ["100"], "is_active": ["yes"]}), "")
    return render_template(
        "rules/remedies.html",
        here="rules.index",
        row=row,
        differences=differ(before, row.book).remedies,
        form=form if may_edit else None,
        open_key=form.values.one("key") if form and form.id else None,
        may_edit=may_edit,
        kinds=kinds(),
        systems=systems,
        departments=parts,
    )


def kinds() -> dict[str, str]:
    words = {
        "credit": _("credit"),
        "refund": _("refund"),
        "voucher": _("voucher"),
        "fee_waived": _("fee waived"),
        "replacement": _("replacement"),
        "express": _("express delivery"),
        "warranty": _("longer warranty"),
        "visit": _("free visit"),
        "gift": _("gift"),
        "expert_call": _("call by an expert"),
        "other": _("something else"),
    }
    return {kind: words.get(kind, kind) for kind in KINDS}


def _values_of(remedy: Remedy) -> Values:
    """Form of a remedy: amounts as "USD 12; CNY 80", several of a currency separated by spaces."""
    values = Values({name: [str(getattr(remedy, name))] for name in ("key", "kind", "unit", "cost_percent")})
    for code in remedy.names:
        values[f"names.{code}"] = [remedy.names[code]]
        values[f"sms.{code}"] = [remedy.sms[code] if remedy.sms else ""]
    for name in ("costs", "fixed"):
        amounts: dict[str, int] = getattr(remedy, name)
        values[name] = ["; ".join(f"{code} {money.typed(minor, code)}" for code, minor in sorted(amounts.items()))]
    quick = (
        f"{code} {' '.join(money.typed(one, code) for one in amounts)}"
        for code, amounts in sorted(remedy.quick.items())
    )
    values["quick"] = ["; ".join(quick)]
    values["how"], values["to"] = [remedy.fulfilment.how], [remedy.fulfilment.to]
    values["is_active"] = ["yes" if remedy.is_active else ""]
    for place, one in enumerate(remedy.fields):
        head = f"fields.{place}"
        values |= Values({f"{head}.key": [one.key], f"{head}.kind": [one.kind]})
        values[f"{head}.required"] = ["yes" if one.required else ""]
        values |= Values({f"{head}.{code}": [text] for code, text in one.names.items()})
    values["fields"] = [str(len(remedy.fields))]
    return values


def _read(values: Values) -> tuple[Remedy | None, Problems]:
    faults: Problems = {}
    data: dict[str, Any] = {name: values.one(name) for name in ("key", "kind", "unit")}
    data["names"] = {code: values.one(f"names.{code}") for code in ("en", "zh")}
    sms = {code: values.one(f"sms.{code}") for code in ("en", "zh")}
    data["sms"] = sms if any(sms.values()) else None
    data["fulfilment"] = {"how": values.one("how") or "record", "to": values.one("to")}
    data["is_active"] = bool(values.one("is_active"))
    if values.one("unit") == "money":
        data["cost_percent"] = values.one("cost_percent") or 100
    for name, many in (("costs", False), ("fixed", False), ("quick", True)):
        data[name] = _amounts(values, name, faults, many=many)
    count = values.one("fields")
    # One more than stored: the form's empty row for a new field.
    places = range(min(int(count), 10) + 1 if count.isascii() and count.isdecimal() else 1)
    data["fields"] = [_field(values, f"fields.{place}") for place in places if values.one(f"fields.{place}.key")]
    try:
        remedy = Remedy.model_validate(data)
    except ValidationError as error:
        return None, _sentences(error) | faults
    return (None if faults else remedy), faults


def _field(values: Values, head: str) -> dict[str, Any]:
    names = {code: values.one(f"{head}.{code}") for code in ("en", "zh")}
    kind = values.one(f"{head}.kind") or "text"
    return {
        "key": values.one(f"{head}.key"),
        "names": names,
        "kind": kind,
        "required": bool(values.one(f"{head}.required")),
    }


def _amounts(values: Values, name: str, faults: Problems, *, many: bool) -> dict[str, Any]:
    """ "USD 12; CNY 80" → {currency: minor units}, lists with `many`."""
    found: dict[str, Any] = {}
    for text in filter(None, (part.strip() for part in re.split(r"[;；]", values.one(name)))):
        match = IN_CURRENCY.fullmatch(text)
        if match is None or not money.is_currency(match[1].upper()):
            faults[name] = _("Write it as USD 12; CNY 80.")
            continue
        code = match[1].upper()
        try:
            amounts = [money.parse(one, code, field=name) for one in match[2].split()]
        except Invalid as error:
            faults[name] = formats.sentence(error)
            continue
        found[code] = amounts if many else amounts[0]
    return found


def _sentences(error: ValidationError) -> Problems:
    found = problems_of(error)
    for one in error.errors(include_url=False, include_input=False):
        path = ".".join(str(part) for part in one["loc"])
        if one["type"] == "value_error":
            found[path] = _own(str(one.get("ctx", {}).get("error", one["msg"])))
        elif one["type"] in ("too_short", "string_too_short"):
            found[path] = _("This is needed.")
        elif one["type"] == "string_pattern_mismatch":
            found[path] = _("A key is of small letters, digits and underscores, and begins with a letter.")
    # A fault of `fulfilment` as a whole belongs to its `to` field.
    return {"to" if path == "fulfilment" else path: text for path, text in found.items()}


def _own(text: str) -> str:
    sentences: dict[str, Callable[[], str]] = {
        "`to` names": lambda: _("Choose the system or the department; for what is only written down, none."),
        "`costs` is": lambda: _("Costs are for what is counted; money has its share of cost."),
        "what is counted": lambda: _("What is counted has a cost in each currency, and no fixed or quick amounts."),
    }
    known = next((sentence for head, sentence in sentences.items() if text.startswith(head)), None)
    return known() if known else _("The places in braces are not right: %(fault)s", fault=text) if "{" in text else text
