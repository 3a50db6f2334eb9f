"""Queues: settings and opening state. Administrators change them."""

from datetime import date
from typing import Annotated

from flask_babel import gettext
from pydantic import Field

from callcenter import wiring
from callcenter.actions.administration import queues as acts
from callcenter.api import cursors
from callcenter.api.authentication import actor
from callcenter.api.operations import operation
from callcenter.api.problems import ApiProblem, Wrong
from callcenter.api.shapes import Listing, Page, RequestBody, ResponseBody, Text, left_out
from callcenter.api.stale import stale
from callcenter.declared import allow, everyone
from callcenter.domain import opening_hours
from callcenter.domain.errors import NotFound, StaleSave
from callcenter.domain.queues import NotValid, QueueSettings
from callcenter.domain.routing import QueuePolicy
from callcenter.storage.administration import company
from callcenter.storage.administration.company import Queue

ByLanguage = dict[str, Text]
Week = Annotated[
    dict[str, list[list[str]]],
    Field(description='{"mon": [["09:00", "18:00"]], …} in `zone`; empty: always open.'),
]
Routing = Annotated[QueuePolicy, Field(description="Skills, rings, aging, longest wait, callbacks, wrap-up.")]


class QueueShown(ResponseBody):
    """A queue. `version` changes with every change of its settings."""

    id: int
    key: str
    names: Annotated[dict[str, str], Field(description="Name by language.")]
    greetings: Annotated[dict[str, str], Field(description="Spoken on entering, by language.")]
    priority: int
    target_seconds: int
    target_percent: int
    wrap_up_seconds: int
    wrap_up_limit_seconds: int
    zone: str
    hours: Week
    holidays: Annotated[list[str], Field(description="Closed days, 2026-12-25.")]
    routing: Routing
    version: str
    is_open: bool


class Queues(Page[QueueShown]):
    pass


class QueueChanges(RequestBody):
    """Settings to change; omitted ones stay, sent ones are replaced as a whole. Each ring opens later than the one
    before."""

    version: Annotated[str | None, Field(description="As it was read; without it, the last to save wins.")] = None
    names: ByLanguage = left_out()
    greetings: ByLanguage = left_out()
    priority: int = left_out()
    target_seconds: int = left_out()
    target_percent: int = left_out()
    wrap_up_seconds: int = left_out()
    wrap_up_limit_seconds: int = left_out()
    zone: str = left_out()
    hours: Week = left_out()
    holidays: list[str] = left_out()
    routing: Routing = left_out()


def _shown(queue: Queue) -> QueueShown:
    holidays = [date.fromisoformat(day) for day in queue.holidays]
    now = wiring.current().clock()
    settings = acts.settings_of(queue)
    return QueueShown(
        id=queue.id,
        key=queue.key,
        routing=settings.policy,
        version=acts.version_of(settings),
        is_open=opening_hours.is_open(now, queue.hours, queue.zone, holidays),
        **settings.model_dump(exclude={"policy", "holidays"}),
        holidays=list(queue.holidays),
    )


@operation("GET", "/queues", query=Listing, answer=Queues)
@everyone
def list_queues(query: Listing) -> Queues:
    """List the active queues."""
    after = cursors.read(query, "queues") or 0
    with wiring.current().reading() as session:
        rows = [queue for queue in company.queues(session) if queue.id > after]
    page, following = cursors.cut(rows, query, "queues")
    return Queues(data=[_shown(queue) for queue in page], next=following)


@operation("GET", "/queues/{queue_id}", answer=QueueShown)
@everyone
def get_queue(queue_id: int) -> QueueShown:
    """Get a queue with its routing policy."""
    with wiring.current().reading() as session:
        found = company.queue(session, queue_id)
    if found is None or not found.is_active:
        raise NotFound
    return _shown(found)


@operation("PATCH", "/queues/{queue_id}", body=QueueChanges, answer=QueueShown, refuses={409: ("stale-save",)})
@allow("administrator")
def change_queue(queue_id: int, body: QueueChanges) -> QueueShown:
    """Change a queue's settings, effective at once.

    Where the queue was saved since `version`, nothing is saved: the problem holds both versions.
    """
    get_queue(queue_id)
    try:
        with wiring.current().work() as work:
            row = company.queue(work.session, queue_id)
            settings = _settings(acts.settings_of(row) if row else None, body)
            changed = acts.change(work, queue_id, settings=settings, version=body.version, actor=actor())
            shown = _shown(changed)
    except StaleSave as error:
        raise stale(error, theirs=get_queue(queue_id), yours=body) from None
    except NotValid as error:
        raise _refused(error) from None
    with wiring.current().work() as work:
        # Agents who are idle under the old rules may now get waiting work.
        acts.ask_again(work)
    return shown


def _settings(now: QueueSettings | None, body: QueueChanges) -> QueueSettings:
    values = now.model_dump() if now else {}
    for name in body.model_fields_set - {"version"}:
        values["policy" if name == "routing" else name] = getattr(body, name)
    return QueueSettings.model_validate(values)


def _refused(error: NotValid) -> ApiProblem:
    errors = [
        Wrong(field=path.replace("policy.", "routing.", 1), detail=gettext(problem.text, **problem.values))
        for path, problem in error.problems.items()
    ]
    return ApiProblem(error.status, error.code, errors[0].detail, field=errors[0].field, errors=errors)
