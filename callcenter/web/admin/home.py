"""The administrator's home: whether a call can arrive, the state of the system, what is left to set up.

Everything is measured for each answer; nothing outside is asked."""

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from callcenter import due, wiring
from callcenter.reports.administration import arrival, findings, servers, snapshot, state, steps
from callcenter.reports.administration.snapshot import Snapshot
from callcenter.web import access
from callcenter.web.admin import home_words as words
from callcenter.wiring import Process

pages = Blueprint("home", __name__, url_prefix="/admin/home")


@pages.get("/")
@access.allow("administrator")
def page() -> str:
    with wiring.current().reading() as session:
        setup = snapshot.take(session)
        values = _state(session, setup) | _steps(session, setup)
    return render_template("admin/home.html", **values)


@pages.get("/state")
@access.allow("administrator")
def state_part() -> str:
    with wiring.current().reading() as session:
        values = _state(session, snapshot.take(session))
    return render_template("admin/home_state.html", **values)


@pages.get("/steps")
@access.allow("administrator")
def steps_part() -> str:
    with wiring.current().reading() as session:
        values = _steps(session, snapshot.take(session))
    return render_template("admin/home_steps.html", **values)


def _state(session: Session, setup: Snapshot) -> dict[str, object]:
    here = wiring.current()
    now, ours = here.clock(), here.settings
    arriving = arrival.findings(session, ours, now, setup)
    late = due.lateness(session, now)
    found = state.findings(session, ours, now, redis=here.background.redis, clock=Process.CLOCK, late=late)
    return {
        "measured_at": now,
        "answer": arrival.answer(arriving),
        "arrival": [words.line(finding) for finding in arriving],
        "system": [words.line(finding) for finding in found],
        "worst": findings.worst(found),
        "problems": sum(finding.verdict == "problem" for finding in found),
        "notes": sum(finding.verdict == "note" for finding in found),
    }


def _steps(session: Session, setup: Snapshot) -> dict[str, object]:
    here = wiring.current()
    found = steps.findings(session, here.settings, here.clock(), setup)
    return {
        "is_simulated": servers.is_simulated(here.settings),
        "steps": [words.step(one) for one in found],
        "left": {progress: sum(one.progress == progress for one in found) for progress in ("done", "now", "later")},
    }
