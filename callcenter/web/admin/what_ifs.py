"""What-if scenarios: past days replayed with a change. Leaders request them, a worker runs them, all are listed."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from pydantic import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.supervision import what_ifs as acts
from callcenter.domain.errors import DomainError, NotFound
from callcenter.domain.queues import NotValid
from callcenter.domain.states import LongJobState
from callcenter.domain.what_ifs import MINUTES_A_DAY, NEW_RINGS, WhatIfScenario
from callcenter.storage.administration import company
from callcenter.storage.administration.company import Queue
from callcenter.storage.agents import agents
from callcenter.storage.supervision import what_ifs as kept
from callcenter.storage.supervision.what_ifs import WhatIf
from callcenter.web import access
from callcenter.web.admin import what_if_words as words
from callcenter.web.admin.blueprint import pages
from callcenter.web.plumbing.forms import Problems, Values, flat, problems_of
from callcenter.web.wording import formats, language

PAGE = 20
WRONG = 422
CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
QUEUED_LONG = timedelta(seconds=45)
NUMBERS = ("weeks", "percent", "queue_id", "agents", "ring_after", "priority")


@pages.get("/what-ifs")
@access.leaders
def what_ifs() -> str:
    """Form and list; `?again=7` fills the form from an older scenario."""
    return _index(_again(request.args.get("again", type=int)))


@pages.post("/what-ifs")
@access.leaders
def try_what_if() -> Response | tuple[str, int]:
    values = Values.of(request.form)
    try:
        scenario = WhatIfScenario.model_validate(_read(values))
        with wiring.current().work() as work:
            row = acts.ask(work, scenario, actor=access.current_actor())
    except ValidationError as error:
        return _index(values, problems_of(error)), WRONG
    except NotValid as error:
        return _index(values, problems_of(error)), WRONG
    except acts.TooManyOpen as error:
        return _index(values, error=error), error.status
    return redirect(url_for("admin.what_if", what_if_id=row.id))


@pages.get("/what-ifs/<int:what_if_id>")
@access.leaders
def what_if(what_if_id: int) -> str:
    return render_template("admin/what_if.html", **_one(what_if_id))


@pages.get("/what-ifs/<int:what_if_id>/result")
@access.leaders
def what_if_result(what_if_id: int) -> str:
    """Progress or result."""
    return render_template("admin/what_if_result.html", **_one(what_if_id))


def _index(values: Values, problems: Problems | None = None, *, error: DomainError | None = None) -> str:
    before = request.args.get("before", type=int)
    with wiring.current().reading() as session:
        rows = kept.page(session, before=before, limit=PAGE + 1)
        queues = company.queues(session)
        found = [(row, _summary_of(session, row)) for row in rows[:PAGE]]
        names = agents.names(session)
    return render_template(
        "admin/what_ifs.html",
        values=values,
        problems=problems or {},
        theirs={},
        error=error,
        queues=[(queue.id, queue.name(language.chosen())) for queue in queues],
        days=list(words.days().items()),
        rings=_rings(queues),
        now_set={queue.name(language.chosen()): queue.priority for queue in queues},
        rows=found,
        names=names,
        states=words.states(),
        kinds=words.KINDS,
        more=url_for("admin.what_ifs", before=rows[PAGE - 1].id) if len(rows) > PAGE else None,
    )


def _again(what_if_id: int | None) -> Values:
    """Form fields; by default today's weekday over four weeks, 9:00 to 17:00."""
    with wiring.current().reading() as session:
        old = kept.get(session, what_if_id) if what_if_id else None
        queues = company.queues(session)
    if old is None:
        today = words.weekday(formats.local(wiring.current().clock()).date())
        first = queues[0].id if queues else 0
        return flat({"day": today, "weeks": 4, "percent": 100, "queue_id": first, "agents": 2, **_hours(540, 1020)})
    scenario = WhatIfScenario.model_validate(old.scenario)
    return flat({**scenario.model_dump(mode="json"), **_hours(scenario.since, scenario.until)})


def _hours(since: int, until: int) -> dict[str, str]:
    return {"since": words.clock(since), "until": words.clock(until % MINUTES_A_DAY)}


def _read(values: Values) -> dict[str, object]:
    """The form as data of a scenario."""
    given: dict[str, object] = {name: values.one(name) for name in ("day", "ring")}
    given |= {name: values.one(name).replace("−", "-") for name in NUMBERS if values.one(name)}
    since, until = _minutes(values.one("since")), _minutes(values.one("until"))
    # Midnight as an end is the end of the day.
    return given | {"since": since, "until": until if until != 0 else MINUTES_A_DAY}


def _minutes(text: str) -> int | str:
    """ "HH:MM" → minutes of the day; unreadable text unchanged, so that validation refuses it."""
    found = CLOCK.fullmatch(text)
    if not text:
        return 0
    return 60 * int(found[1]) + int(found[2]) if found and int(found[2]) < 60 else text


def _rings(queues: Sequence[Queue]) -> list[tuple[str, str]]:
    """Existing rings with their opening times, then the new ones."""
    found = [("", _("as they are"))]
    for place in range(max((len(queue.policy.rings) for queue in queues), default=0)):
        opens = [
            f"{queue.name(language.chosen())} {queue.policy.rings[place].after} s"
            for queue in queues
            if place < len(queue.policy.rings)
        ]
        found.append((str(place + 2), _("Ring %(num)d (now: %(when)s)", num=place + 2, when=", ".join(opens))))
    return found + [(kind, words.ring(kind)) for kind in NEW_RINGS]


def _one(what_if_id: int) -> Mapping[str, object]:
    now = wiring.current().clock()
    with wiring.current().reading() as session:
        row = kept.get(session, what_if_id)
        if row is None:
            raise NotFound
        names = {queue.id: queue.name(language.chosen()) for queue in company.every_queue(session)}
        by = agents.names(session).get(row.asked_by or 0, row.actor)
        summary = _summary_of(session, row)
    return {
        "row": row,
        "by": by,
        "summary": summary,
        # No worker has started it: the page says so.
        "is_late": row.is_open and not row.tries and now - row.created_at > QUEUED_LONG,
        "failed": words.failed(row.reason) if row.state == LongJobState.FAILED else "",
        "view": words.view(row.result, WhatIfScenario.model_validate(row.scenario), names) if row.result else None,
    }


def _summary_of(session: Session, row: WhatIf) -> words.ScenarioSummary:
    scenario = WhatIfScenario.model_validate(row.scenario)
    queue = company.queue(session, scenario.queue_id)
    return words.summary(scenario, queue.name(language.chosen()) if queue else "–")
