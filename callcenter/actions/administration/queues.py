"""Setup of queues: add, change, deactivate, reactivate. Routing is in `actions.routing`."""

import hashlib
import json
from typing import Any

from callcenter.actions.routing import ranks, routing
from callcenter.domain import languages, queues, texts
from callcenter.domain.agents import AgentState, Role, Status
from callcenter.domain.errors import N_, DomainError, Invalid, NotAllowed, NotFound, StaleSave
from callcenter.domain.permissions import Actor
from callcenter.domain.queues import NotValid, QueueReferences, QueueSettings, SettingProblem
from callcenter.domain.setup_events import HoursChanged, QueueChanged
from callcenter.storage.administration import company
from callcenter.storage.administration.company import Queue
from callcenter.storage.agents import agents
from callcenter.storage.calls import interactions
from callcenter.storage.routing import routing as queries
from callcenter.storage.work import Work

PLAIN = (
    "names",
    "greetings",
    "priority",
    "target_percent",
    "target_seconds",
    "wrap_up_seconds",
    "wrap_up_limit_seconds",
)
TIMES = ("zone", "hours", "holidays")
MOST_ASKED = 50
Changed = dict[str, list[Any]]


class QueueInUse(DomainError):
    code = "queue-in-use"
    text = N_("This queue is in use.")


def add(work: Work, *, key: str, settings: QueueSettings, actor: Actor) -> Queue:
    """NotValid with all problems by field, a malformed or taken key included."""
    must_administer(actor)
    try:
        queues.check(settings, known(work, None))
        problems: dict[str, SettingProblem] = {}
    except NotValid as error:
        problems = error.problems
    if wrong := _wrong_key(work, key):
        problems = {"key": wrong, **problems}
    if problems:
        raise NotValid(problems)
    row = Queue(key=key)
    _write(row, _tidy(settings))
    work.session.add(row)
    work.session.flush()
    work.record(QueueChanged(queue_id=row.id, changed={"key": [None, key]}, actor=actor.label))
    return row


def _wrong_key(work: Work, key: str) -> SettingProblem | None:
    if not queues.KEY.fullmatch(key):
        return SettingProblem(N_("A key is of small letters, digits and hyphens, and begins with a letter."))
    if any(queue.key == key for queue in company.every_queue(work.session)):
        return SettingProblem(N_("There is already a queue of this key."))
    return None


def change(work: Work, queue_id: int, *, settings: QueueSettings, version: str | None, actor: Actor) -> Queue:
    """`version` as read; StaleSave where the queue changed since, NotValid by field."""
    must_administer(actor)
    row = _locked(work, queue_id)
    before = settings_of(row)
    if version is not None and version != version_of(before):
        raise StaleSave(name="")
    queues.check(settings, known(work, queue_id))
    tidy = _tidy(settings)
    _write(row, tidy)
    changed = _differences(before, tidy)
    for event, fields in ((QueueChanged, set(changed) - set(TIMES)), (HoursChanged, set(changed) & set(TIMES))):
        if fields:
            changes = {name: changed[name] for name in sorted(fields)}
            work.record(event(queue_id=queue_id, changed=changes, actor=actor.label))
    if before.priority != tidy.priority or before.policy.aging != tidy.policy.aging:
        ranks.again(work, queue_id=queue_id)
    return row


def _locked(work: Work, queue_id: int) -> Queue:
    row = work.session.get(Queue, queue_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def _tidy(settings: QueueSettings) -> QueueSettings:
    greetings = {code: plain(text) for code, text in settings.greetings.items()}
    # Stored form: no empty days or greetings, holidays unique and sorted.
    return settings.model_copy(
        update={
            "names": {code: plain(text) for code, text in settings.names.items()},
            "greetings": {code: text for code, text in greetings.items() if text},
            "hours": {day: spans for day, spans in settings.hours.items() if spans},
            "holidays": tuple(sorted(set(settings.holidays))),
        }
    )


def _write(row: Queue, settings: QueueSettings) -> None:
    for name in (*PLAIN, "zone", "hours"):
        setattr(row, name, getattr(settings, name))
    row.holidays = list(settings.holidays)
    row.routing = settings.policy.model_dump(mode="json")


def _differences(before: QueueSettings, after: QueueSettings) -> Changed:
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}


def settings_of(row: Queue) -> QueueSettings:
    plain = {name: getattr(row, name) for name in PLAIN}
    return QueueSettings(policy=row.policy, zone=row.zone, hours=dict(row.hours), holidays=tuple(row.holidays), **plain)


def version_of(settings: QueueSettings) -> str:
    data = json.dumps(settings.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(data.encode()).hexdigest()[:16]


def known(work: Work, queue_id: int | None) -> QueueReferences:
    session = work.session
    return QueueReferences(
        queues=frozenset(queue.id for queue in company.queues(session) if queue.id != queue_id),
        skills=frozenset(skill.key for skill in company.skills(session)),
        teams=frozenset(agents.team_names(session)),
        agents=frozenset(agent.id for agent in agents.all_active(session)),
    )


def put_out_of_use(work: Work, queue_id: int, *, actor: Actor) -> None:
    """QueueInUse while interactions wait, or a number, menu or overflow leads to it."""
    must_administer(actor)
    row = _locked(work, queue_id)
    if row.is_active:
        _must_be_unused(work, row)
        row.is_active = False
        work.record(QueueChanged(queue_id=row.id, changed={"is_active": [True, False]}, actor=actor.label))


def _must_be_unused(work: Work, row: Queue) -> None:
    session = work.session
    if interactions.waiting(session, queue_id=row.id, limit=1):
        raise QueueInUse(N_("Somebody waits in this queue. Try again when it is empty."))
    for number in company.numbers(session):
        if row.id in (number.queue_id, number.sms_queue_id, *number.menu.values()):
            text = N_("The number %(number)s leads to this queue. Lead it elsewhere first.")
            raise QueueInUse(text, number=number.e164)
    for other in company.queues(session):
        if other.policy.overflow == "queue" and other.policy.overflow_queue == row.id:
            text = N_("The queue %(name)s overflows to this one. Change that first.")
            raise QueueInUse(text, name=other.name(languages.DEFAULT))


def put_into_use(work: Work, queue_id: int, *, actor: Actor) -> None:
    must_administer(actor)
    row = _locked(work, queue_id)
    if not row.is_active:
        row.is_active = True
        work.record(QueueChanged(queue_id=row.id, changed={"is_active": [False, True]}, actor=actor.label))


def ask_again(work: Work) -> None:
    """After a policy change, route up to 50 idle agents, longest idle first; in its own unit of work."""
    if not interactions.waiting(work.session, limit=1):
        return
    free = [agent for agent in queries.on_duty(work.session) if _is_free(agent)]
    # The clock routes agents beyond this limit.
    for agent in sorted(free, key=lambda agent: agent.idle_since)[:MOST_ASKED]:
        routing.next_for(work, agent.id)


def _is_free(agent: queries.OnDuty) -> bool:
    return agent.status == Status.AVAILABLE and agent.state == AgentState.IDLE and agent.next_status is None


def must_administer(actor: Actor) -> None:
    if actor.role != Role.ADMINISTRATOR:
        raise NotAllowed


def checked_names(names: dict[str, str]) -> dict[str, str]:
    """Trimmed names. Invalid where a served language is missing."""
    checked = {code: plain(names.get(code, ""))[:80] for code in languages.SERVED}
    missing = next((code for code, text in checked.items() if not text), None)
    if missing:
        raise Invalid("It needs a name in both languages.", field=f"names.{missing}")
    return checked


def plain(text: str) -> str:
    # PostgreSQL text cannot hold NUL.
    return texts.clean(text)
