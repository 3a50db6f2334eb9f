"""One search field: a ticket number opens the ticket, a telephone number or a name finds customers, words tickets."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.domain import customers as numbers
from callcenter.storage.agents import agents
from callcenter.storage.customers import customers
from callcenter.storage.tickets import tickets
from callcenter.web import access
from callcenter.web.wording import language

TICKET = re.compile(r"#?\s*(\d{2})\s*-\s*(\d{1,9})")
PHONE = re.compile(r"[+(\d][\d\s().-]{4,}")
FOUND = 20

pages = Blueprint("search", __name__)


@pages.get("/search")
@access.everyone
def results() -> Response | str:
    words = request.args.get("q", "").strip()[:200]
    number = TICKET.fullmatch(words)
    with wiring.current().reading() as session:
        ticket = tickets.by_number(session, f"{number[1]}-{number[2]}") if number else None
        if ticket is not None:
            return redirect(url_for("tickets.page", ticket_id=ticket.id))
        people = customers.search(session, words, limit=FOUND) if words else ()
        if phone := _phone(words):
            # A number that belongs to one customer opens that customer.
            people = customers.with_address(session, phone) or people
            if len(people) == 1:
                return redirect(url_for("customers.page", customer_id=people[0].id))
        found = tickets.search(session, words=words, limit=FOUND) if words else ()
        return render_template(
            "search/results.html",
            words=words,
            phone=phone,
            people=people,
            addresses=customers.addresses_of(session, [row.id for row in people]),
            accounts=customers.accounts_of(session, [row.account_id for row in people if row.account_id]),
            tickets=found,
            holders=customers.by_ids(session, [row.customer_id for row in found if row.customer_id]),
            names=agents.names(session),
        )


def _phone(words: str) -> str | None:
    """E.164, or None."""
    return numbers.e164(words, region=language.ours().region) if PHONE.fullmatch(words) else None
