"""The supervisor's wallboard: rendered from the report that the clock pushes every second."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from callcenter import wiring
from callcenter.domain import languages
from callcenter.domain.states import OfferState
from callcenter.reports.supervision import invariants
from callcenter.reports.supervision import wallboard as report
from callcenter.reports.supervision.staffing import AgentFigures
from callcenter.reports.supervision.wallboard import Board
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.customers import customers
from callcenter.storage.routing import offers
from callcenter.storage.routing.offers import Offer
from callcenter.storage.surveys import surveys
from callcenter.web import access
from callcenter.web.supervision import waiting
from callcenter.web.wording import formats, language, terms

COMMENTS_SHOWN = 8
PASSED_SHOWN = 6
LEGEND = ("free", "offered", "on_call", "conversations", "wrap_up", "break", "unavailable", "not_answering")
AS: dict[str, Callable[[Any], str]] = {
    "count": lambda value: str(value if value is not None else 0),
    "percent": lambda value: formats.percent(value),
    "percent1": lambda value: formats.percent(value, 1),
    "score": lambda value: formats.decimal(value),
    "off": lambda value: "" if value is None else _("± %(time)s", time=formats.duration(value)),
    "span": lambda value: formats.duration(value),
}

pages = Blueprint("wallboard", __name__, url_prefix="/wallboard")


@pages.get("/")
@access.leaders
def index() -> str:
    """`?big=1`: for a wall screen, dark and large, without customers' comments."""
    with wiring.current().reading() as session:
        board = report.figures(session, wiring.current().clock())
        queues = company.queues(session)
    reader = language.chosen()
    return render_template(
        "wallboard/big.html" if request.args.get("big") else "wallboard/index.html",
        board=board,
        figure=_figure(board),
        queue_names={queue.id: languages.of(queue.names, reader) for queue in board.queues},
        teams=teams(board.agents),
        counted={activity: sum(1 for agent in board.agents if agent.activity == activity) for activity in LEGEND},
        target=min((queue.target_seconds for queue in queues), default=20),
        open_queues=len(queues),
        **comments_today(),
        **waiting.page_values(),
        **passed_lately(),
    )


@pages.get("/comments")
@access.leaders
def comments() -> str:
    """Today's comments of customers."""
    # Fetched with permission, never pushed: a push carries no customer data.
    return render_template("wallboard/comments.html", **comments_today())


@pages.get("/not-answering")
@access.leaders
def not_answering() -> str:
    with wiring.current().reading() as session:
        board = report.figures(session, wiring.current().clock())
    return render_template("wallboard/not_answering.html", board=board)


@pages.get("/passed")
@access.leaders
def passed() -> str:
    """Offers declined or missed today, with the reason."""
    return render_template("wallboard/passed.html", **passed_lately())


@pages.get("/broken")
@access.leaders
def broken() -> str:
    with wiring.current().reading() as session:
        found = invariants.breaches(session, wiring.current().clock())
        names = agents.names(session)
    return render_template("wallboard/broken.html", breaches=found, names=names)


def passed_lately() -> dict[str, object]:
    with wiring.current().reading() as session:
        rows = offers.page(session, states=["declined", "expired"], limit=PASSED_SHOWN)
        names, since = agents.names(session), _midnight()
    passed_offers = [
        (row, names.get(row.agent_id, ""), _how(row)) for row in rows if row.ended_at and row.ended_at >= since
    ]
    return {"passed": passed_offers}


def _how(row: Offer) -> str:
    if row.state == OfferState.EXPIRED:
        return _("did not answer")
    return _("declined: %(reason)s", reason=terms.declined(row.end_reason)) if row.end_reason else _("declined")


def comments_today() -> dict[str, object]:
    with wiring.current().reading() as session:
        rows = surveys.with_words(session, since=_midnight(), limit=COMMENTS_SHOWN)
        return {
            "comments": rows,
            "people": customers.by_ids(session, [row.customer_id for row in rows]),
            "names": agents.names(session),
        }


def _midnight() -> datetime:
    """Start of the day in the company's zone, as the figures count it."""
    local = wiring.current().clock().astimezone(ZoneInfo(language.ours().zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def teams(people: Sequence[AgentFigures]) -> dict[str, list[AgentFigures]]:
    """{team: agents}"""
    # In a fixed order: urgency is colour, not position.
    grouped: dict[str, list[AgentFigures]] = {}
    for agent in people:
        grouped.setdefault(agent.team, []).append(agent)
    return grouped


def _figure(board: Board) -> Callable[..., Markup]:
    """`figure("queues.0.waiting")` renders the value with its path, by which a push replaces it."""
    values = asdict(board)

    def figure(path: str, form: str = "count") -> Markup:
        value: Any = values
        for step in path.split("."):
            value = value[int(step) if step.isdigit() else step]
        return Markup('<span data-figure="{}" data-as="{}">{}</span>').format(path, form, AS[form](value))

    return figure
