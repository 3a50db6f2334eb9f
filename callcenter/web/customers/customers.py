"""Customers: list and search, page, editing, new customers."""

from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.customers import customers as acts
from callcenter.domain import languages
from callcenter.domain.errors import Invalid, NotFound, StaleSave
from callcenter.domain.permissions import may_state_facts
from callcenter.storage import history
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Customer
from callcenter.storage.surveys import surveys
from callcenter.storage.tickets import tickets
from callcenter.web import access
from callcenter.web.timeline import timeline
from callcenter.web.wording import language, terms

PAGE = 50
CONTACTS = 20
FOUND = 50

pages = Blueprint("customers", __name__, url_prefix="/customers")


@pages.get("/")
@access.everyone
def index() -> str:
    """`?q=` a name or number; `?after=` an id continues the list."""
    words = request.args.get("q", "").strip()[:200]
    with wiring.current().reading() as session:
        if words:
            rows = customers.search(session, words, limit=FOUND)
        else:
            rows = customers.page(session, after=request.args.get("after", 0, type=int), limit=PAGE + 1)
        shown = rows[:PAGE]
        addresses = customers.addresses_of(session, [row.id for row in shown])
        accounts = customers.accounts_of(session, [row.account_id for row in shown if row.account_id])
    more = not words and len(rows) > PAGE
    return render_template(
        "customers/index.html",
        rows=shown,
        addresses=addresses,
        accounts=accounts,
        words=words,
        more=url_for("customers.index", after=shown[-1].id) if more else None,
    )


@pages.get("/<int:customer_id>")
@access.everyone
def page(customer_id: int) -> str:
    return render_template("customers/page.html", **_customer(customer_id))


@pages.get("/<int:customer_id>/timeline")
@access.everyone
def timeline_part(customer_id: int) -> str:
    """The live part of the page: tickets, contacts, survey answers."""
    return render_template("customers/timeline.html", **_customer(customer_id))


def _customer(customer_id: int) -> dict[str, object]:
    with wiring.current().reading() as session:
        customer = _found(customers.get(session, customer_id))
        account = customers.account(session, customer.account_id) if customer.account_id else None
        return {
            "customer": customer,
            "account": account,
            "addresses": customers.addresses(session, customer.id),
            "tickets": tickets.of_customer(session, customer.id),
            "contacts": interactions.of_customer(session, customer.id, limit=CONTACTS),
            "surveys": surveys.of_customer(session, customer.id),
            "days": timeline.days(session, history.of_customer(session, customer.id)),
            "names": agents.names(session),
            "queues": {queue.id: queue.name(language.chosen()) for queue in company.queues(session)},
            "tiers": acts.TIERS,
        }


def _found(customer: Customer | None) -> Customer:
    if customer is None:
        raise NotFound
    return customer


@pages.get("/<int:customer_id>/edit")
@access.everyone
def form(customer_id: int) -> str:
    with wiring.current().reading() as session:
        customer = _found(customers.get(session, customer_id))
    return _form(customer, {name: getattr(customer, name) or "" for name in acts.EDITABLE})


@pages.post("/<int:customer_id>")
@access.everyone
def save(customer_id: int) -> Response | tuple[str, int]:
    """Saves the fields; a conflict shows both versions."""
    values = {name: request.form[name] for name in acts.EDITABLE if name in request.form}
    version = request.form.get("version", type=int)
    try:
        with wiring.current().work() as work:
            acts.change(work, customer_id, values=values, version=version, actor=access.current_actor())
    except (Invalid, StaleSave) as error:
        with wiring.current().reading() as session:
            customer = _found(customers.get(session, customer_id))
        return _form(customer, values, error=error), error.status
    return redirect(url_for("customers.page", customer_id=customer_id))


def _form(customer: Customer, values: Mapping[str, str], *, error: Invalid | StaleSave | None = None) -> str:
    is_stale = isinstance(error, StaleSave)
    return render_template(
        "customers/edit.html",
        customer=customer,
        values=values,
        error=error if isinstance(error, Invalid) else None,
        stale=[_versions(customer, name, value) for name, value in values.items() if _differs(customer, name, value)]
        if is_stale
        else None,
        languages=languages.SERVED,
        tiers=acts.TIERS,
        may_state=may_state_facts(access.current_actor()),
        zones=zones(),
    )


def _differs(customer: Customer, name: str, mine: str) -> bool:
    return (getattr(customer, name) or "") != mine


def _versions(customer: Customer, name: str, mine: str) -> dict[str, str]:
    word = terms.tier if name == "tier" else str
    theirs = getattr(customer, name) or ""
    return {"label": terms.customer_field(name), "theirs": word(theirs) or "–", "mine": word(mine) or "–"}


@pages.post("/<int:customer_id>/numbers")
@access.everyone
def add_number(customer_id: int) -> Response | tuple[str, int]:
    number = request.form.get("number", "")
    try:
        with wiring.current().work() as work:
            acts.add_number(work, customer_id, number=number, actor=access.current_actor())
    except Invalid as error:
        return render_template("customers/page.html", **_customer(customer_id), error=error, typed=number), error.status
    return redirect(url_for("customers.page", customer_id=customer_id))


@pages.get("/new")
@access.everyone
def form_new() -> str:
    return _form_new({"language": language.chosen(), "number": request.args.get("number", "")})


@pages.post("/")
@access.everyone
def create() -> Response | tuple[str, int]:
    sent = request.form
    try:
        with wiring.current().work() as work:
            made = acts.create(
                work,
                name=sent.get("name", ""),
                number=sent.get("number", ""),
                language=sent.get("language", ""),
                zone=None,
                actor=access.current_actor(),
            )
    except Invalid as error:
        return _form_new(sent.to_dict(), error=error), error.status
    return redirect(url_for("customers.page", customer_id=made.id))


def _form_new(values: Mapping[str, str], *, error: Invalid | None = None) -> str:
    return render_template("customers/new.html", values=values, error=error, languages=languages.SERVED)


@cache
def zones() -> list[str]:
    """Names of places only."""
    # "Etc/GMT+5" is west of Greenwich: readers take it for east.
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
