"""Reference data of rules: causes, departments, fulfilment systems, trust levels."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.administration import skills
from callcenter.actions.empowerment import departments as acts
from callcenter.domain import languages
from callcenter.domain.errors import DomainError, NotFound
from callcenter.storage.agents import agents
from callcenter.storage.empowerment import departments
from callcenter.storage.work import Work
from callcenter.web import access
from callcenter.web.empowerment.rules.blueprint import pages

KINDS = ("causes", "departments", "systems", "people", "teams")


@pages.get("/company")
@access.leaders
def company() -> str:
    return _page()


def _page(error: DomainError | None = None, *, wrong: str = "", secret: tuple[str, str] | None = None) -> str:
    """`wrong`: the section of the error. `secret`: (system, its new secret)."""
    with wiring.current().reading() as session:
        return render_template(
            "rules/company.html",
            here="rules.company",
            causes=departments.every_cause(session),
            departments=departments.departments(session),
            systems=departments.systems(session),
            people=agents.all_active(session),
            teams=agents.teams(session),
            languages=languages.SERVED,
            error=error,
            wrong=wrong,
            sent=request.form if error else {},
            secret=secret,
        )


@pages.post("/company/<kind>")
@access.allow("administrator")
def add_word(kind: str) -> Response | str | tuple[str, int]:
    return _sent(kind, None)


@pages.post("/company/<kind>/<int:id_>")
@access.allow("administrator")
def change_word(kind: str, id_: int) -> Response | str | tuple[str, int]:
    return _sent(kind, id_)


def _sent(kind: str, id_: int | None) -> Response | str | tuple[str, int]:
    secret = None
    try:
        with wiring.current().work() as work:
            match kind:
                case "causes":
                    _cause(work, id_)
                case "departments":
                    _department(work, id_)
                case "systems":
                    secret = _system(work, id_)
                case "people" if id_ is not None:
                    _person(work, id_)
                case "teams" if id_ is not None:
                    acts.set_team(work, id_, department_id=_department_id(), actor=access.current_actor())
                case _:
                    raise NotFound
    except DomainError as error:
        # The form keeps what was typed.
        return _page(error, wrong=kind), error.status
    # Shown on this page only, so no redirect.
    if secret:
        return _page(secret=secret)
    return redirect(url_for("rules.company", _anchor=kind))


def _names() -> dict[str, str]:
    return {code: request.form.get(f"names.{code}", "") for code in languages.SERVED}


def _department_id() -> int | None:
    return request.form.get("department_id", type=int)


def _cause(work: Work, id_: int | None) -> None:
    actor, names, department_id = access.current_actor(), _names(), _department_id()
    if id_ is None:
        key = request.form.get("key", "").strip()
        acts.add_cause(work, key=key, names=names, department_id=department_id, actor=actor)
    else:
        is_active = request.form.get("is_active") == "yes"
        acts.change_cause(work, id_, names=names, department_id=department_id, is_active=is_active, actor=actor)


def _department(work: Work, id_: int | None) -> None:
    actor = access.current_actor()
    if id_ is None:
        acts.add_department(work, key=request.form.get("key", "").strip(), names=_names(), actor=actor)
    else:
        acts.rename_department(work, id_, names=_names(), actor=actor)


def _system(work: Work, id_: int | None) -> tuple[str, str] | None:
    actor, url = access.current_actor(), request.form.get("url", "")
    if id_ is None:
        row, secret = acts.add_system(work, key=request.form.get("key", "").strip(), url=url, actor=actor)
        return row.key, secret
    if request.form.get("act") == "secret":
        row, secret = acts.renew_secret(work, id_, actor=actor)
        return row.key, secret
    acts.change_system(work, id_, url=url, is_active=request.form.get("is_active") == "yes", actor=actor)
    return None


def _person(work: Work, id_: int) -> None:
    level = request.form.get("level", 0, type=int)
    skills.set_trust(work, id_, level=level, mobile=request.form.get("mobile", ""), actor=access.current_actor())
