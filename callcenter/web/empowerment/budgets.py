"""Budgets: list, burn-down and ledger for leaders; administrators create, change and retire them."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.empowerment import budgets as acts
from callcenter.domain.agents import Role
from callcenter.domain.empowerment import money, periods
from callcenter.domain.errors import DomainError, Invalid, NotFound, StaleSave
from callcenter.domain.states import BudgetScope
from callcenter.reports.empowerment import budgets as report
from callcenter.reports.empowerment.budgets import Course, OpenBudget
from callcenter.storage.agents import agents
from callcenter.storage.empowerment import budgets, departments
from callcenter.storage.empowerment.budgets import Budget, BudgetPeriod
from callcenter.web import access
from callcenter.web.empowerment import burn_down
from callcenter.web.wording import formats, language

LINES = 50

pages = Blueprint("budgets", __name__, url_prefix="/budgets")


@pages.get("/")
@access.leaders
def index() -> str:
    return render_template("budgets/index.html", **_list())


@pages.get("/list")
@access.leaders
def part() -> str:
    return render_template("budgets/list.html", **_list())


def _list() -> dict[str, object]:
    services = wiring.current()
    with services.reading() as session:
        rows = report.now_open(session, services.clock())
        courses = {
            one.budget.id: report.course(session, one.budget, one.period, services.clock())
            for one in rows
            if one.period
        }
    reader = language.chosen()
    return {
        "rows": [one for one in rows if one.budget.is_active],
        "retired": [one for one in rows if not one.budget.is_active],
        "pictures": {key: burn_down.of(one, reader, formats.date_of) for key, one in courses.items()},
        "courses": courses,
        "name": scope_name,
        "scope": scope_word,
        "sentence": sentence,
        "may_edit": may_edit(),
    }


def may_edit() -> bool:
    return access.current_agent().role == Role.ADMINISTRATOR


def scope_name(one: OpenBudget) -> str:
    if one.budget.scope == BudgetScope.COMPANY:
        return _("The whole company")
    return one.name if isinstance(one.name, str) else one.name.name(language.chosen())


def scope_word(scope: str) -> str:
    return {
        "agent": _("agent"),
        "team": _("team"),
        "department": _("department"),
        "company": _("company"),
    }.get(scope, scope)


def sentence(one: OpenBudget, course: Course | None) -> str:
    """Granted, reserved and left, and how long it lasts at this pace."""
    currency, reader = one.budget.currency, language.chosen()
    text = _(
        "%(given)s given and %(held)s held of %(limit)s; %(left)s is left.",
        given=money.formatted(one.committed, currency, reader),
        held=money.formatted(one.reserved, currency, reader),
        limit=money.formatted(one.limit, currency, reader),
        left=money.formatted(one.left, currency, reader),
    )
    # A past period has no pace to extrapolate.
    if course is None or course.until >= course.period.ends_at:
        return text
    pace = money.formatted(burn_down.whole(course.pace, currency), currency, reader)
    if course.spent_by and course.spent_by <= course.until:
        return _("%(said)s It is used up; an even pace would be at %(pace)s.", said=text, pace=pace)
    if course.spent_by:
        day = formats.date_of(course.spent_by)
        return _(
            "%(said)s At this pace it lasts until %(day)s; an even pace would be at %(pace)s.",
            said=text,
            day=day,
            pace=pace,
        )
    return _("%(said)s At this pace it lasts; an even pace would be at %(pace)s.", said=text, pace=pace)


@pages.get("/<int:budget_id>")
@access.leaders
def page(budget_id: int) -> str:
    """`?period=` a period's id, `?before=` continues its ledger."""
    return _page(budget_id)


def _page(budget_id: int, *, error: DomainError | None = None, values: Mapping[str, str] | None = None) -> str:
    services, reader = wiring.current(), language.chosen()
    before = request.args.get("before", type=int)
    with services.reading() as session:
        budget = _found(budgets.get(session, budget_id))
        known = budgets.periods_of(session, budget_id)
        period = _chosen(
            known, request.args.get("period", type=int), budgets.period_at(session, budget_id, services.clock())
        )
        course = report.course(session, budget, period, services.clock()) if period else None
        lines = report.ledger(session, period.id, before=before, limit=LINES + 1) if period else []
        one = OpenBudget(budget, report.scope_names(session).of(budget), period)
    more = lines[LINES - 1].entry.id if len(lines) > LINES else None
    return render_template(
        "budgets/page.html",
        one=one,
        course=course,
        picture=burn_down.of(course, reader, formats.date_of) if course else None,
        periods=known,
        period_name=lambda row: periods.name_of(budget.period, budget.zone, row.starts_at),
        lines=lines[:LINES],
        kind=kind_word,
        more=url_for("budgets.page", budget_id=budget_id, period=period.id if period else None, before=more)
        if more
        else None,
        name=scope_name,
        scope=scope_word,
        sentence=sentence,
        typed=money.typed(budget.amount, budget.currency),
        error=error,
        values=values or {},
        may_edit=may_edit(),
    )


def _found(budget: Budget | None) -> Budget:
    if budget is None:
        raise NotFound
    return budget


def _chosen(known: Sequence[BudgetPeriod], wanted: int | None, now: BudgetPeriod | None) -> BudgetPeriod | None:
    return next((one for one in known if one.id == wanted), None) or now or next(iter(known), None)


def kind_word(kind: str) -> str:
    return {
        "allot": _("allotted"),
        "change": _("changed"),
        "reserve": _("held"),
        "commit": _("given"),
        "release": _("released"),
        "reverse": _("taken back"),
        "correct": _("corrected"),
    }.get(kind, kind)


@pages.post("/<int:budget_id>")
@access.allow(Role.ADMINISTRATOR)
def change(budget_id: int) -> Response | tuple[str, int]:
    sent = request.form
    try:
        with wiring.current().work() as work:
            budget = _found(budgets.get(work.session, budget_id))
            # The note goes into the ledger.
            if not sent.get("note", "").strip():
                raise Invalid("Say why it is changed.", field="note")
            acts.change(
                work,
                budget_id,
                actor=access.current_actor(),
                amount=_amount(sent.get("amount", ""), budget.currency),
                warn_percent=_whole(sent.get("warn_percent", "")),
                version=_whole(sent.get("version", "")),
                note=sent.get("note", ""),
            )
    except (Invalid, StaleSave) as error:
        return _page(budget_id, error=error, values=sent), error.status
    return redirect(url_for("budgets.page", budget_id=budget_id))


def _amount(text: str, currency: str) -> int:
    """Minor units. Raises Invalid."""
    # money.parse refuses zero, but a budget may be zero.
    return 0 if text.strip(" 0.") == "" and "0" in text else money.parse(text, currency)


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


@pages.post("/<int:budget_id>/retire")
@access.allow(Role.ADMINISTRATOR)
def retire(budget_id: int) -> Response:
    with wiring.current().work() as work:
        acts.retire(work, budget_id, actor=access.current_actor())
    return redirect(url_for("budgets.index"))


@pages.get("/new")
@access.allow(Role.ADMINISTRATOR)
def form() -> str:
    return _form({})


def _form(values: Mapping[str, str], error: DomainError | None = None) -> str:
    ours, reader = language.ours(), language.chosen()
    with wiring.current().reading() as session:
        scopes = [
            ("company", _("The whole company"), [("", _("The whole company"))]),
            ("department", _("Departments"), [(row.id, row.name(reader)) for row in departments.departments(session)]),
            ("team", _("Teams"), [(row.id, row.name) for row in agents.teams(session)]),
            ("agent", _("Agents"), [(row.id, row.name) for row in agents.all_active(session)]),
        ]
    usual = {"currency": ours.currency, "zone": ours.zone, "period": "month", "warn_percent": "80"}
    return render_template("budgets/form.html", values={**usual, **values}, scopes=scopes, error=error)


@pages.post("/")
@access.allow(Role.ADMINISTRATOR)
def create() -> Response | tuple[str, int]:
    sent = request.form
    scope, _sep, id_ = sent.get("whom", "").partition(":")
    try:
        with wiring.current().work() as work:
            currency = sent.get("currency", "").strip().upper()
            if not money.is_currency(currency):
                raise Invalid("This is no currency.", field="currency")
            made = acts.create(
                work,
                actor=access.current_actor(),
                scope=scope,
                scope_id=_whole(id_),
                currency=currency,
                amount=_amount(sent.get("amount", ""), currency),
                period=sent.get("period", ""),
                zone=sent.get("zone", "").strip(),
                warn_percent=_whole(sent.get("warn_percent", "")) or 0,
            ).id
    except Invalid as error:
        return _form(sent, error), error.status
    return redirect(url_for("budgets.page", budget_id=made))
