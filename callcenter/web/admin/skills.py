"""Matrix of agents and skills; each cell saves by itself and takes effect at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.administration import skills as acts
from callcenter.domain import languages
from callcenter.domain.errors import DomainError, Invalid, NotFound
from callcenter.domain.permissions import Actor
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.work import Work
from callcenter.web import access
from callcenter.web.admin.blueprint import pages
from callcenter.web.wording import formats, language

MOST_DIGITS = 4
SPOKEN = {"en": "English", "zh": "简体中文"}


@dataclass(frozen=True)
class Cell:
    """`kind`: skill, language, conversations or calls_over. `key`: the skill or language."""

    agent: Agent
    kind: str
    key: str
    text: str
    wrong: str = ""

    @property
    def url(self) -> str:
        return f"{url_for('admin.skills')}/agents/{self.agent.id}/{self.kind}/{self.key}"


@pages.get("/skills")
@access.leaders
def skills() -> str:
    return _page()


def _page(error: DomainError | None = None) -> str:
    with wiring.current().reading() as session:
        people = agents.all_active(session)
        known = _names_of(session)
        teams = agents.team_names(session)
        rows = company.skills(session)
        calls_over = _calls_over_of(session)
    columns = _columns(known)
    return render_template(
        "admin/skills.html",
        people=sorted(people, key=lambda agent: (teams.get(agent.team_id or 0, "\uffff"), agent.name)),
        teams=teams,
        skills=[(skill, known[skill.key]) for skill in rows],
        languages=languages.SERVED,
        company_calls_over=calls_over,
        cells=lambda agent: [(_cell_of(agent, kind, key), what) for (kind, key), what in columns.items()],
        error=error,
        sent=request.form if error else {},
    )


def _names_of(session: Session) -> dict[str, str]:
    return {skill.key: languages.of(skill.names, language.chosen()) for skill in company.skills(session)}


def _calls_over_of(session: Session) -> int:
    ours = company.get(session)
    return ours.routing_policy.calls_over if ours else 0


def _columns(skills: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """{(kind, key): label}"""
    return {
        **{("skill", key): name for key, name in skills.items()},
        **{("language", code): SPOKEN.get(code, code) for code in languages.SERVED},
        ("conversations", ""): _("Conversations at once"),
        ("calls_over", ""): _("Calls with at most so many conversations"),
    }


def _cell_of(agent: Agent, kind: str, key: str) -> Cell:
    match kind:
        case "skill":
            text = str(agent.skills.get(key) or "")
        case "language":
            text = "yes" if key in agent.languages else ""
        case "conversations":
            text = str(agent.max_conversations)
        case _:
            text = str(agent.limits.get("calls_over", ""))
    return Cell(agent, kind, key, text)


@pages.post("/skills/agents/<int:agent_id>/<kind>/")
@pages.post("/skills/agents/<int:agent_id>/<kind>/<key>")
@access.allow("administrator")
def save_cell(agent_id: int, kind: str, key: str = "") -> str | tuple[str, int, dict[str, str]]:
    """Returns the cell; a refused value comes back marked, with the message."""
    text = request.form.get("value", "").strip()
    if kind not in CHANGES:
        raise NotFound
    try:
        with wiring.current().work() as work:
            agent = CHANGES[kind](work, agent_id, key, text, access.current_actor())
    except Invalid as error:
        return _refused(agent_id, kind, key, text, error)
    return _part(_cell_of(agent, kind, key))


def _part(cell: Cell) -> str:
    with wiring.current().reading() as session:
        columns, calls_over = _columns(_names_of(session)), _calls_over_of(session)
    what = columns.get((cell.kind, cell.key), cell.key)
    return render_template("admin/cell.html", cell=cell, what=what, company_calls_over=calls_over)


def _refused(agent_id: int, kind: str, key: str, text: str, error: Invalid) -> tuple[str, int, dict[str, str]]:
    with wiring.current().reading() as session:
        agent = agents.get(session, agent_id)
    if agent is None:
        raise NotFound
    part = _part(Cell(agent, kind, key, text, wrong=formats.sentence(error)))
    return part, error.status, {"HX-Retarget": f"#cell-{agent_id}-{kind}" + (f"-{key}" if key else "")}


def _level(work: Work, agent_id: int, key: str, text: str, actor: Actor) -> Agent:
    return acts.set_level(work, agent_id, skill=key, level=_number(text or "0", acts.HIGHEST), actor=actor)


def _spoken(work: Work, agent_id: int, key: str, text: str, actor: Actor) -> Agent:
    return acts.set_language(work, agent_id, language=key, speaks=text == "yes", actor=actor)


def _conversations(work: Work, agent_id: int, key: str, text: str, actor: Actor) -> Agent:
    return acts.set_conversations(work, agent_id, most=_number(text, acts.MOST_CONVERSATIONS), actor=actor)


def _calls_over(work: Work, agent_id: int, key: str, text: str, actor: Actor) -> Agent:
    # Empty: the company's setting applies.
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
    """Renames or removes a skill."""
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
