"""Requests to departments with their answers; grants whose fulfilment failed."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.empowerment import fulfilment as acts
from callcenter.actions.empowerment import remedy_words
from callcenter.domain.errors import NotFound
from callcenter.domain.permissions import may_answer_request
from callcenter.storage.agents import agents
from callcenter.storage.empowerment import departments, grants, rule_books
from callcenter.storage.empowerment.departments import DepartmentRequest
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.tickets import tickets
from callcenter.web import access
from callcenter.web.wording import language

PAGE = 50
STATES = {"open": ("open",), "answered": ("done", "refused"), "failed": ()}

pages = Blueprint("department_requests", __name__, url_prefix="/requests")


@pages.get("/")
@access.everyone
def index() -> str:
    return render_template("requests/index.html", **_list())


@pages.get("/list")
@access.everyone
def part() -> str:
    return render_template("requests/list.html", **_list())


def _list() -> dict[str, object]:
    """`?state=` open, answered, or failed (grants whose fulfilment failed; leaders only)."""
    state = request.args.get("state", "open")
    state = state if state in STATES and (state != "failed" or access.current_agent().is_leader) else "open"
    department_id = request.args.get("department", type=int)
    services, reader = wiring.current(), language.chosen()
    with services.reading() as session:
        parts = {row.id: row.name(reader) for row in departments.departments(session)}
        rows = (
            departments.open_requests(session, department_id=department_id)
            if state == "open"
            else departments.requests(
                session,
                states=STATES[state],
                department_id=department_id,
                before=request.args.get("before", type=int),
                limit=PAGE + 1,
            )
        )
        failed = grants.page(session, state="failed") if access.current_agent().is_leader else ()
        about = {row.ticket_id for row in rows} | {row.ticket_id for row in failed}
        books = rule_books.by_numbers(session, {grant.rule_book for grant in failed})
        remedies = {grant.id: _what(books.get(grant.rule_book), grant) for grant in failed}
        return {
            "state": state,
            "department": department_id,
            "departments": parts,
            # Open requests are all on one page.
            "rows": [] if state == "failed" else rows if state == "open" else rows[:PAGE],
            "failed": failed,
            "remedies": remedies,
            "tickets": tickets.some(session, sorted(about)),
            "names": agents.names(session),
            "answerable": _answerable(session, rows),
            "now": services.clock(),
            "more": url_for(
                "department_requests.index", state=state, department=department_id, before=rows[PAGE - 1].id
            )
            if state == "answered" and len(rows) > PAGE
            else None,
        }


def _answerable(session: Session, rows: Sequence[DepartmentRequest]) -> set[int]:
    """Ids of those that the reader may answer."""
    actor = access.current_actor()
    mine = departments.of_agent(session, actor.agent_id) if rows else None
    return {
        row.id
        for row in rows
        if may_answer_request(actor, asked_by=row.asked_by, is_of_department=mine == row.department_id)
    }


def _what(book: rule_books.RuleBookRow | None, grant: Grant) -> str:
    remedy = book.book.remedy(grant.remedy) if book else None
    return remedy_words.described(remedy, grant.units, grant.currency)[language.chosen()] if remedy else grant.remedy


@pages.post("/<int:request_id>")
@access.everyone
def answer(request_id: int) -> Response | str:
    """Done, or refused with the reason; updates the grant it fulfils."""
    sent = request.form
    with wiring.current().work() as work:
        acts.answer_request(
            work,
            request_id,
            actor=access.current_actor(),
            is_done=sent.get("outcome") == "done",
            answer=sent.get("answer", ""),
        )
    return _back(_("Answered."))


@pages.post("/grants/<int:grant_id>/try-again")
@access.leaders
def try_again(grant_id: int) -> Response | str:
    """Retries the fulfilment at once. NotFound for an unknown grant."""
    with wiring.current().work() as work:
        if grants.get(work.session, grant_id) is None:
            raise NotFound
        acts.try_again(work, grant_id, actor=access.current_actor())
    return _back(_("Tried again."))


def _back(message: str) -> Response | str:
    if request.headers.get("HX-Request"):
        return render_template("requests/list.html", message=message, **_list())
    return redirect(url_for("department_requests.index", state=request.args.get("state")))
