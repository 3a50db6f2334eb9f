"""Queues: list and editor with rings, hours and holidays. A refused save keeps what was typed."""

from dataclasses import dataclass, field
from zoneinfo import available_timezones

from flask import redirect, render_template, request, url_for
from flask_babel import get_locale
from pydantic import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.administration import queues as acts
from callcenter.actions.customers import customers
from callcenter.domain import languages, opening_hours, public_holidays
from callcenter.domain.agents import Role
from callcenter.domain.channels import Channel
from callcenter.domain.errors import NotFound, StaleSave
from callcenter.domain.queues import NotValid, QueueSettings
from callcenter.storage.administration import company
from callcenter.storage.administration.company import Queue, Skill
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.web import access
from callcenter.web.admin import queue_forms
from callcenter.web.admin.blueprint import pages
from callcenter.web.admin.labels import label_of
from callcenter.web.plumbing.forms import Problems, Values, differences, problems_of
from callcenter.web.wording import language

WRONG = 422


@dataclass(frozen=True)
class QueueForm:
    """State of the editor: fields, problems, and values saved meanwhile (`theirs`)."""

    values: Values
    version: str = ""
    problems: Problems = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    is_stale: bool = False
    moved: str = ""


@pages.get("/queues")
@access.leaders
def queues() -> str:
    now = wiring.current().clock()
    with wiring.current().reading() as session:
        rows = company.every_queue(session)
        waiting = {row.id: len(interactions.waiting(session, queue_id=row.id)) for row in rows}
        skills = {skill.key: languages.of(skill.names, language.chosen()) for skill in company.skills(session)}
    return render_template(
        "admin/queues.html",
        rows=rows,
        waiting=waiting,
        skills=skills,
        is_open={row.id: opening_hours.is_open(now, row.hours, row.zone, row.closed_days) for row in rows},
    )


@pages.get("/queues/new")
@access.allow("administrator")
def new_queue() -> str:
    settings = QueueSettings(names={}, zone=language.zone())
    return _editor(None, QueueForm(queue_forms.values_of(settings)))


@pages.get("/queues/<int:queue_id>")
@access.leaders
def queue(queue_id: int) -> str:
    settings = acts.settings_of(_row(queue_id))
    return _editor(queue_id, QueueForm(queue_forms.values_of(settings), acts.version_of(settings)))


@pages.post("/queues/new")
@access.allow("administrator")
def add_queue() -> Response | str | tuple[str, int]:
    return _sent(None)


@pages.post("/queues/<int:queue_id>")
@access.allow("administrator")
def save_queue(queue_id: int) -> Response | str | tuple[str, int]:
    return _sent(queue_id)


def _sent(queue_id: int | None) -> Response | str | tuple[str, int]:
    """Saves and redirects; returns the editor for problems, a conflict, or an act on rings and holidays."""
    values, version = Values.of(request.form), request.form.get("version", "")
    act = values.one("act") or "save"
    if act != "save":
        edited = queue_forms.act(values, act, language.chosen())
        return _editor(queue_id, QueueForm(edited, version, moved=act))
    try:
        saved_id = _save(queue_id, values, version)
    except (ValidationError, NotValid) as error:
        return _editor(queue_id, QueueForm(values, version, problems=problems_of(error))), WRONG
    except StaleSave as error:
        return _editor(queue_id, _stale(queue_id or 0, values)), error.status
    with wiring.current().work() as work:
        # In a transaction of its own: waiting contacts are routed by the new settings.
        acts.ask_again(work)
    return redirect(url_for("admin.queue", queue_id=saved_id, saved="yes"))


def _save(queue_id: int | None, values: Values, version: str) -> int:
    settings, actor = queue_forms.read(values), access.current_actor()
    with wiring.current().work() as work:
        if queue_id is None:
            return acts.add(work, key=values.one("key"), settings=settings, actor=actor).id
        return acts.change(work, queue_id, settings=settings, version=version, actor=actor).id


def _stale(queue_id: int, mine: Values) -> QueueForm:
    """Keeps what was typed, adds what was saved; the next save is against the saved version."""
    settings = acts.settings_of(_row(queue_id))
    theirs = queue_forms.values_of(settings)
    paths = [path for path in theirs if path != "rings"]
    return QueueForm(mine, acts.version_of(settings), theirs=differences(mine, theirs, paths), is_stale=True)


def _row(queue_id: int) -> Queue:
    with wiring.current().reading() as session:
        row = company.queue(session, queue_id)
    if row is None:
        raise NotFound
    return row


@pages.post("/queues/<int:queue_id>/use")
@access.allow("administrator")
def use_queue(queue_id: int) -> Response:
    """Enables or disables a queue."""
    with wiring.current().work() as work:
        change = acts.put_into_use if request.form.get("use") == "yes" else acts.put_out_of_use
        change(work, queue_id, actor=access.current_actor())
    answer = redirect(url_for("admin.queues"))
    if request.headers.get("HX-Request"):
        answer = Response(status=204, headers={"HX-Redirect": url_for("admin.queues")})
    return answer


def _editor(queue_id: int | None, form: QueueForm) -> str:
    spoken = language.chosen()
    with wiring.current().reading() as session:
        row = company.queue(session, queue_id) if queue_id else None
        choices = _choices(session, queue_id, form.values)
        ours = company.get(session)
    form.values.setdefault("country", [ours.region if ours else "US"])
    rings = queue_forms.rings_of(form.values)
    return render_template(
        "admin/queue_form.html" if request.headers.get("HX-Request") else "admin/queue.html",
        row=row,
        form=form,
        values=form.values,
        problems=form.problems,
        label_of=label_of,
        theirs=form.theirs,
        rings=rings,
        focus=queue_forms.focus_after(form.moved, len(rings)),
        holidays=queue_forms.holiday_names(form.values, spoken),
        this_year=wiring.current().clock().year,
        saved=request.args.get("saved") == "yes" and request.method == "GET",
        **choices,
    )


def _choices(session: Session, queue_id: int | None, values: Values) -> dict[str, object]:
    locale = get_locale()
    territories = locale.territories if locale else {}
    countries = [(code, territories.get(code, code)) for code in public_holidays.countries()]
    return {
        "skills": _skills(session, values),
        "queues": [each for each in company.queues(session) if each.id != queue_id],
        "teams": agents.team_names(session),
        "people": agents.all_active(session),
        "countries": sorted(countries, key=lambda pair: str(pair[1])),
        "zones": sorted(available_timezones()),
        "days": opening_hours.DAYS,
        "languages": languages.SERVED,
        "channels": list(Channel),
        "roles": list(Role),
        "tiers": customers.TIERS,
        "most_rings": queue_forms.MOST_RINGS,
    }


def _skills(session: Session, values: Values) -> list[Skill]:
    """Existing skills, then deleted ones that the queue still requires."""
    known = list(company.skills(session))
    asked = {path.rpartition(".")[2] for path in values if ".skills." in path or ".prefers." in path}
    # Without a field they would vanish at the next save.
    gone = sorted(asked - {skill.key for skill in known})
    return [*known, *(Skill(key=key, names={"en": key}) for key in gone)]
