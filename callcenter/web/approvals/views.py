"""Approval pages: three zones, their parts, and the count in the menu."""

from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from flask import render_template, request

from callcenter import wiring
from callcenter.domain.errors import NotFound
from callcenter.reports.customers import card as cards
from callcenter.reports.empowerment import approvals as report
from callcenter.storage.agents import agents
from callcenter.web import access
from callcenter.web.approvals.blueprint import pages
from callcenter.web.approvals.view import ApprovalView
from callcenter.web.approvals.words import ApprovalRow
from callcenter.web.desk.card import ShownCard
from callcenter.web.wording import language


@pages.get("/")
@access.leaders
def index() -> str:
    """`?open=` the request in the middle; else the reader's claimed one, else the first open to them."""
    rows = of_list()
    wanted = request.args.get("open", type=int) or first(rows["waiting"])
    return render_template("approvals/page.html", **rows, **(view_of(wanted) if wanted else {"it": None, "card": None}))


def first(rows: list[ApprovalRow]) -> int | None:
    mine = next((row for row in rows if row.is_mine), None) or next((row for row in rows if row.is_free), None)
    chosen = mine or next(iter(rows), None)
    return chosen.question.approval.id if chosen else None


@pages.get("/list")
@access.leaders
def listed() -> str:
    return render_template("approvals/list.html", **of_list(), shown_id=request.args.get("open", type=int))


class Listed(TypedDict):
    """`median`: seconds to answer, of requests that ended today."""

    waiting: list[ApprovalRow]
    ended: list[ApprovalRow]
    median: float | None


def of_list() -> Listed:
    reader, now = access.current_agent(), wiring.current().clock()
    with wiring.current().reading() as session:
        waiting = report.waiting(session, reader)
        ended = report.ended(session, reader, since=midnight(now))
    return {
        "waiting": [ApprovalRow(one, reader) for one in waiting],
        "ended": [ApprovalRow(one, reader) for one in ended],
        "median": report.median_seconds(ended),
    }


def midnight(now: datetime) -> datetime:
    """Start of the day in the reader's zone."""
    local = now.astimezone(ZoneInfo(language.zone()))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


@pages.get("/count")
@access.leaders
def count() -> str:
    """Requests waiting for the reader, for the menu."""
    with wiring.current().reading() as session:
        waiting = report.waiting_for(session, access.current_agent())
    return render_template("approvals/count.html", count=waiting)


@pages.get("/<int:approval_id>")
@access.leaders
def middle(approval_id: int) -> str:
    """Middle zone and card; the whole page without htmx."""
    if request.headers.get("HX-Request") != "true":
        return render_template("approvals/page.html", **of_list(), **view_of(approval_id))
    return middle_of(approval_id)


def middle_of(approval_id: int) -> str:
    return render_template("approvals/middle_and_card.html", **view_of(approval_id))


@pages.get("/<int:approval_id>/view")
@access.leaders
def view(approval_id: int) -> str:
    # Without the answer form: the approver may be typing in it.
    return render_template("approvals/view.html", **view_of(approval_id))


@pages.get("/<int:approval_id>/answer")
@access.leaders
def answer_form(approval_id: int) -> str:
    return render_template("approvals/answer.html", **view_of(approval_id))


@pages.get("/<int:approval_id>/card")
@access.leaders
def card(approval_id: int) -> str:
    return render_template("approvals/card.html", **view_of(approval_id))


def view_of(approval_id: int) -> dict[str, ApprovalView | ShownCard | None]:
    reader, now = access.current_agent(), wiring.current().clock()
    with wiring.current().reading() as session:
        case = report.of_approval(session, approval_id, reader, now)
        if case is None:
            raise NotFound
        contact = case.question.interaction or max(case.contacts, key=lambda one: one.created_at, default=None)
        known = cards.of_interaction(session, contact.id, now) if contact else None
        names = agents.names(session)
        return {"it": ApprovalView(case, reader, names, now), "card": ShownCard(session, known) if known else None}
