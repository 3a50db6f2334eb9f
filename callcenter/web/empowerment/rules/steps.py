"""From draft to publication: draft, submit, review by a second person, publish or drop."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.empowerment import rule_books as acts
from callcenter.domain.errors import DomainError, Invalid, NotFound
from callcenter.storage.work import Work
from callcenter.web import access
from callcenter.web.empowerment.rules.blueprint import pages
from callcenter.web.empowerment.rules.table import rendered
from callcenter.web.wording import language


@pages.post("/")
@access.leaders
def draft() -> Response:
    with wiring.current().work() as work:
        number = acts.draft(work, actor=access.current_actor()).number
    return redirect(url_for("rules.page", number=number))


@pages.post("/<int:number>/step")
@access.leaders
def step(number: int) -> Response | tuple[str, int]:
    """`act`: submit, take_back, accept, send_back or drop."""
    try:
        with wiring.current().work() as work:
            _step(work, number, request.form.get("act", ""))
    except DomainError as error:
        return rendered(number, error=error), error.status
    return redirect(
        url_for("rules.index") if request.form.get("act") == "drop" else url_for("rules.page", number=number)
    )


def _step(work: Work, number: int, wanted: str) -> None:
    actor, seen = access.current_actor(), request.form.get("version", 0, type=int)
    note = request.form.get("note", "")
    match wanted:
        case "submit":
            acts.submit(work, number, version=seen, note=note, actor=actor)
        case "take_back":
            acts.take_back(work, number, actor=actor)
        case "accept" | "send_back":
            acts.review(work, number, version=seen, accepted=wanted == "accept", note=note, actor=actor)
        case "drop":
            acts.drop(work, number, actor=actor)
        case _:
            raise NotFound


@pages.post("/<int:number>/publish")
@access.allow("administrator")
def publish(number: int) -> Response | tuple[str, int]:
    try:
        at = _time(request.form.get("effective_from", "")) if request.form.get("when") == "later" else None
        with wiring.current().work() as work:
            acts.publish(
                work,
                number,
                version=request.form.get("version", 0, type=int),
                over=request.form.get("over", type=int),
                effective_from=at,
                actor=access.current_actor(),
            )
    except DomainError as error:
        return rendered(number, error=error), error.status
    return redirect(url_for("rules.page", number=number))


def _time(text: str) -> datetime:
    """Local time in the reader's zone → UTC. Raises Invalid, also for a time skipped by daylight saving."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("Choose a day and a time.", field="effective_from") from None
    zone = ZoneInfo(language.zone())
    at = local.replace(tzinfo=zone).astimezone(UTC) if local.tzinfo is None else local.astimezone(UTC)
    if local.tzinfo is None and at.astimezone(zone).replace(tzinfo=None) != local:
        raise Invalid("There is no such time on that day: the clocks are put forward.", field="effective_from")
    return at
