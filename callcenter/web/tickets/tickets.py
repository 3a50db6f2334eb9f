"""Tickets: list, page with fields, comments and timeline, new tickets."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.tickets import tickets as acts
from callcenter.domain import customers as numbers
from callcenter.domain.empowerment import money
from callcenter.domain.errors import Invalid, NotFound, StaleSave
from callcenter.domain.permissions import may_state_facts
from callcenter.domain.tickets import FIELDS, UNSOLVED, Priority, ResponsibleParty, TicketStatus, TicketType
from callcenter.storage import history
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.storage.customers import customers
from callcenter.storage.messages import attachments
from callcenter.storage.surveys import surveys
from callcenter.storage.tickets import tickets
from callcenter.storage.tickets.tickets import Ticket
from callcenter.web import access
from callcenter.web.empowerment import granting
from callcenter.web.timeline import timeline
from callcenter.web.wording import language, terms
from callcenter.web.wording.attached import AttachmentView

PAGE = 50
GROUPS = {"unsolved": UNSOLVED, "all": (), **{status.value: (status,) for status in TicketStatus}}
CHOICES = {"status": TicketStatus, "type": TicketType, "responsible": ResponsibleParty, "priority": Priority}

pages = Blueprint("tickets", __name__, url_prefix="/tickets")


@pages.get("/")
@access.everyone
def index() -> str:
    """Newest first; `?status=`, `?owner=`, `?q=`; `?before=` an id continues."""
    status, owner, words = _filter()
    with wiring.current().reading() as session:
        names = agents.names(session)
        rows = tickets.search(
            session,
            words=words,
            statuses=GROUPS[status],
            owner_id=_owner_id(owner),
            before=request.args.get("before", type=int),
            limit=PAGE + 1,
        )
        people = customers.by_ids(session, [row.customer_id for row in rows if row.customer_id])
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    return render_template(
        "tickets/index.html",
        rows=rows[:PAGE],
        people=people,
        names=names,
        filter={"status": status, "owner": owner, "q": words},
        groups=list(GROUPS),
        more=url_for("tickets.index", status=status, owner=owner, q=words or None, before=more) if more else None,
    )


def _filter() -> tuple[str, str, str]:
    status = request.args.get("status", "unsolved")
    owner = request.args.get("owner", "")
    return (status if status in GROUPS else "unsolved"), owner, request.args.get("q", "").strip()[:200]


def _owner_id(owner: str) -> int | None:
    if owner == "me":
        return access.current_agent().id
    return int(owner) if owner.isdigit() and len(owner) < 18 else None


@pages.get("/<int:ticket_id>")
@access.everyone
def page(ticket_id: int) -> str:
    return render_template("tickets/page.html", **_ticket(ticket_id))


@pages.get("/<int:ticket_id>/fields")
@access.everyone
def fields(ticket_id: int) -> str:
    return render_template("tickets/fields.html", **_ticket(ticket_id))


@pages.get("/<int:ticket_id>/timeline")
@access.everyone
def timeline_part(ticket_id: int) -> str:
    """The live part of the page: comments, surveys, timeline."""
    return render_template("tickets/timeline.html", **_ticket(ticket_id))


def _ticket(ticket_id: int) -> dict[str, object]:
    with wiring.current().reading() as session:
        ticket = tickets.get(session, ticket_id)
        if ticket is None:
            raise NotFound
        customer = customers.get(session, ticket.customer_id) if ticket.customer_id else None
        contacts = interactions.of_ticket(session, ticket.id)
        files = attachments.of_interactions(session, [row.id for row in contacts])
        names = agents.names(session)
        return {
            "ticket": ticket,
            "customer": customer,
            "account": customers.account(session, customer.account_id) if customer and customer.account_id else None,
            "addresses": customers.addresses(session, customer.id) if customer else (),
            "files": [(AttachmentView(file), message) for file, message in files],
            "contacts": contacts,
            "surveys": [survey for survey in surveys.of_ticket(session, ticket.id) if survey.score],
            "comments": tickets.comments(session, ticket.id),
            "grant_lines": granting.lines(session, ticket.id),
            "days": timeline.days(session, history.of_ticket_and_contacts(session, ticket.id)),
            "names": names,
            "owners": agents.all_active(session),
            "choices": CHOICES,
            "currency": customer.currency if customer else language.ours().currency,
            "claims": _claims(ticket, names),
            "may_state": may_state_facts(access.current_actor()),
        }


def _claims(ticket: Ticket, names: Mapping[int, str]) -> list[dict[str, str]]:
    """Facts on an agent's word: field, its label, the agent's name."""
    return [
        {"field": field, "label": terms.ticket_field(field), "agent": names.get(who, "")}
        for field, who in sorted(ticket.claims.items(), key=lambda claim: FIELDS.index(claim[0]))
    ]


@pages.post("/<int:ticket_id>")
@access.everyone
def save(ticket_id: int) -> Response | str | tuple[str, int]:
    """Saves the fields; a conflict shows both versions."""
    values = _values(request.form, ticket_id)
    try:
        with wiring.current().work() as work:
            acts.change(
                work,
                ticket_id,
                values=values,
                version=request.form.get("version", type=int),
                actor=access.current_actor(),
                confirmed=request.form.getlist("confirmed"),
            )
    except StaleSave as error:
        return _stale(ticket_id, values, error), error.status
    if request.headers.get("HX-Request"):
        return fields(ticket_id)
    return redirect(url_for("tickets.page", ticket_id=ticket_id))


def _values(form: Mapping[str, str], ticket_id: int) -> dict[str, str | int | None]:
    """Prices in minor units. Raises Invalid."""
    values: dict[str, str | int | None] = {name: form[name] for name in FIELDS if name in form}
    # The field shows the reader's name of a cause: unchanged, the stored key stays.
    if values.get("cause") == form.get("was_cause", object()):
        del values["cause"]
    if "price" in values:
        text = form["price"].strip()
        values["price"] = money.parse(text, _currency(ticket_id), field="price") if text else None
    if "owner_id" in values:
        owner = str(values["owner_id"])
        values["owner_id"] = int(owner) if owner.isdigit() else None
    # A ticket's owner can be changed, not removed.
    if values.get("owner_id", 0) is None:
        del values["owner_id"]
    return values


def _currency(ticket_id: int) -> str:
    """The customer's, else the company's."""
    with wiring.current().reading() as session:
        ticket = tickets.get(session, ticket_id)
        customer = customers.get(session, ticket.customer_id) if ticket and ticket.customer_id else None
    return customer.currency if customer else language.ours().currency


def _stale(ticket_id: int, mine: dict[str, str | int | None], error: StaleSave) -> str:
    with wiring.current().reading() as session:
        ticket = tickets.get(session, ticket_id)
        names = agents.names(session)
    if ticket is None:
        raise NotFound
    currency = _currency(ticket_id)
    return render_template(
        "tickets/stale.html" if request.headers.get("HX-Request") else "tickets/stale_page.html",
        ticket=ticket,
        name=error.values.get("name") or "",
        rows=[
            _versions(ticket, name, value, names, currency)
            for name, value in mine.items()
            if getattr(ticket, name) != value
        ],
        mine=mine,
        currency=currency,
    )


def _versions(ticket: Ticket, name: str, mine: object, names: Mapping[int, str], currency: str) -> dict[str, str]:
    return {
        "label": terms.ticket_field(name),
        "theirs": terms.ticket_value(name, getattr(ticket, name), names, currency=currency),
        "mine": terms.ticket_value(name, mine, names, currency=currency),
    }


@pages.post("/<int:ticket_id>/comments")
@access.everyone
def comment(ticket_id: int) -> Response | str:
    with wiring.current().work() as work:
        acts.comment(work, ticket_id, body=request.form.get("body", ""), actor=access.current_actor())
    if request.headers.get("HX-Request"):
        return render_template("tickets/commented.html", **_ticket(ticket_id))
    return redirect(url_for("tickets.page", ticket_id=ticket_id))


@pages.get("/new")
@access.everyone
def form() -> str:
    return _form({"customer_id": request.args.get("customer_id", "")})


@pages.post("/")
@access.everyone
def open_ticket() -> Response | tuple[str, int]:
    """A ticket without an interaction; customer by id, by number, or none."""
    sent = request.form
    values = {name: sent[name] for name in ("type", "priority") if sent.get(name)}
    try:
        customer_id = _customer(sent.get("customer_id", ""), sent.get("number", ""))
        with wiring.current().work() as work:
            opened = acts.open_by(
                work,
                actor=access.current_actor(),
                subject=sent.get("subject", ""),
                customer_id=customer_id,
                values=values,
            )
            if sent.get("body", "").strip():
                acts.comment(work, opened.id, body=sent["body"], actor=access.current_actor())
    except Invalid as error:
        return _form(sent.to_dict(), error=error), error.status
    return redirect(url_for("tickets.page", ticket_id=opened.id))


def _customer(customer_id: str, number: str) -> int | None:
    if customer_id.isdigit():
        return int(customer_id)
    if not number.strip():
        return None
    found = numbers.e164(number, region=language.ours().region)
    with wiring.current().reading() as session:
        known = customers.with_address(session, found) if found else ()
    if len(known) > 1:
        raise Invalid("Several customers have this number. Open the ticket from the customer's page.", field="number")
    if not known:
        raise Invalid("No customer has this number.", field="number")
    return known[0].id


def _form(values: Mapping[str, str], *, error: Invalid | None = None) -> str:
    with wiring.current().reading() as session:
        chosen = values.get("customer_id", "")
        customer = customers.get(session, int(chosen)) if chosen.isdigit() and len(chosen) < 18 else None
    return render_template("tickets/new.html", values=values, customer=customer, error=error, choices=CHOICES)
