"""The matrix of agents and skills: one cell saved is one change, in force at once."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions import skills as acts
from callcenter.domain import languages
from callcenter.domain.errors import DomainError, Invalid, NotFound
from callcenter.domain.permissions import Actor
from callcenter.storage import agents, company
from callcenter.storage.agents import Agent
from callcenter.storage.work import Work
from callcenter.web import access, formats, language
from callcenter.web.admin.blueprint import pages

MOST_DIGITS = 4


@dataclass(frozen=True)
class Cell:
    """`kind`: skill, language, conversations or calls_over; `key`: which skill or language."""

    agent: Agent
    kind: str
    key: str
    shown: str
    wrong: str = ""


@pages.get("/skills")
@access.leaders
def skills() -> str:
    return _page()


def _page(error: DomainError | None = None) -> str:
    spoken = language.chosen()
    with wiring.current().reading() as session:
        people = agents.all_active(session)
        known = company.skills(session)
        ours = company.get(session)
        teams = agents.team_names(session)
    return render_template(
        "admin/skills.html",
        people=sorted(people, key=lambda agent: (teams.get(agent.team_id or 0, "\uffff"), agent.name)),
        teams=teams,
        skills=[(skill, languages.of(skill.names, spoken)) for skill in known],
        names={skill.key: languages.of(skill.names, spoken) for skill in known},
        languages=languages.SERVED,
        company_calls_over=ours.routing_policy.calls_over if ours else 0,
        cell=cell,
        error=error,
        sent=request.form if error else {},
    )


def cell(agent: Agent, kind: str, key: str = "") -> Cell:
    """A cell of the matrix as it stands."""
    shown = {
        "skill": lambda: str(agent.skills.get(key) or ""),
        "language": lambda: "yes" if key in agent.languages else "",
        "conversations": lambda: str(agent.max_conversations),
        "calls_over": lambda: str(agent.limits.get("calls_over", "")),
    }
    return Cell(agent, kind, key, shown[kind]())


@pages.post("/skills/agents/<int:agent_id>/<kind>")
@access.allow("administrator")
def save_cell(agent_id: int, kind: str) -> Response | str | tuple[str, int]:
    """One value of one agent; what cannot be stands marked in the cell, with its sentence."""
    key, text = request.form.get("key", ""), request.form.get("value", "").strip()
    if kind not in CHANGES:
        raise NotFound
    try:
        with wiring.current().work() as work:
            agent = CHANGES[kind](work, agent_id, key, text, access.current_actor())
    except Invalid as error:
        return _refused(agent_id, kind, key, text, error)
    if not request.headers.get("HX-Request"):
        return redirect(url_for("admin.skills"))
    return _cell(cell(agent, kind, key))


def _cell(shown: Cell) -> str:
    with wiring.current().reading() as session:
        ours = company.get(session)
        names = {skill.key: languages.of(skill.names, language.chosen()) for skill in company.skills(session)}
    calls_over = ours.routing_policy.calls_over if ours else 0
    return render_template("admin/cell.html", shown=shown, names=names, company_calls_over=calls_over)


def _refused(agent_id: int, kind: str, key: str, text: str, error: Invalid) -> tuple[str, int] | Response:
    with wiring.current().reading() as session:
        agent = agents.get(session, agent_id)
    if agent is None:
        raise NotFound
    part = _cell(Cell(agent, kind, key, text, wrong=formats.sentence(error)))
    headers = {"HX-Retarget": f"#cell-{agent_id}-{kind}-{key}", "HX-Reswap": "outerHTML"}
    return Response(part, status=error.status, headers=headers, mimetype="text/html")


def _level(work: Work, agent_id: int, key: str, text: str, actor: Actor) -> Agent:
    return acts.set_level(work, agent_id, skill=key, level=_number(text or "0", acts.HIGHEST), actor=actor)


def _spoken(work: Work, agent_id: int, key: str, text: str, actor: Actor) -> Agent:
    return acts.set_language(work, agent_id, language=key, speaks=text == "yes", actor=actor)


def _conversations(work: Work, agent_id: int, key: str, text: str, actor: Actor) -> Agent:
    return acts.set_conversations(work, agent_id, most=_number(text, acts.MOST_CONVERSATIONS), actor=actor)


def _calls_over(work: Work, agent_id: int, key: str, text: str, actor: Actor) -> Agent:
    most = _number(text, acts.MOST_CONVERSATIONS) if text else None
    return acts.set_calls_over(work, agent_id, most=most, actor=actor)


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > MOST_DIGITS:
        raise Invalid("Write a number from 0 to %(most)d.", field="value", most=most)
    return int(text)


Change = Callable[[Work, int, str, str, Actor], Agent]
CHANGES: dict[str, Change] = {
    "skill": _level,
    "language": _spoken,
    "conversations": _conversations,
    "calls_over": _calls_over,
}


@pages.post("/skills")
@access.allow("administrator")
def add_skill() -> Response | tuple[str, int]:
    try:
        with wiring.current().work() as work:
            acts.add(work, key=request.form.get("key", "").strip(), names=_names(), actor=access.current_actor())
    except Invalid as error:
        return _page(error), error.status
    return redirect(url_for("admin.skills"))


@pages.post("/skills/<int:skill_id>")
@access.allow("administrator")
def change_skill(skill_id: int) -> Response | tuple[str, int]:
    """Other names, or away with it."""
    try:
        with wiring.current().work() as work:
            if request.form.get("act") == "remove":
                acts.remove(work, skill_id, actor=access.current_actor())
            else:
                acts.rename(work, skill_id, names=_names(), actor=access.current_actor())
    except DomainError as error:
        return _page(error), error.status
    return redirect(url_for("admin.skills"))


def _names() -> dict[str, str]:
    return {code: request.form.get(f"names.{code}", "") for code in languages.SERVED}
