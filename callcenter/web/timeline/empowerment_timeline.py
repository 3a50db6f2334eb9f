"""Timeline sentences about grants, approvals, fulfilment, reversals and department requests."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from flask_babel import gettext as _

from callcenter.domain import empowerment_events, languages
from callcenter.domain.empowerment.approving import ApprovalAnswer
from callcenter.domain.events import Event
from callcenter.web.wording import formats
from callcenter.web.wording.timeline_entries import TimelineEntry, TimelineNames

GIVE, BAD = "give", "bad"


class Described(Protocol):
    """An event with a recorded description per language."""

    @property
    def shown(self) -> dict[str, str]: ...


def _description(event: Described, names: TimelineNames) -> str:
    """As recorded, e.g. "$60 Credit on account"."""
    return languages.of(event.shown, names.language)


def _given(event: empowerment_events.RemedyGranted, names: TimelineNames) -> TimelineEntry:
    strong = _("Given: %(what)s", what=_description(event, names))
    return TimelineEntry("gift", strong, names.actor(event.actor), kind=GIVE)


def _refused(event: empowerment_events.GrantRefused, names: TimelineNames) -> TimelineEntry:
    strong = _("Not given: %(what)s", what=_description(event, names))
    return TimelineEntry("gift", strong, _("the rules do not allow it"), kind=GIVE)


def _asked(event: empowerment_events.ApprovalAsked, names: TimelineNames) -> TimelineEntry:
    until = formats.time_of(datetime.fromisoformat(event.until), seconds=True) if event.until else ""
    strong = _("%(name)s asked for %(what)s", name=names.actor(event.actor), what=_description(event, names))
    return TimelineEntry("gift", strong, _("answer by %(time)s", time=until) if until else "", kind=GIVE)


def _claimed(event: empowerment_events.ApprovalClaimed, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("eye", _("%(name)s took the question", name=names.actor(event.actor)), kind=GIVE)


def _let_go(event: empowerment_events.ApprovalLetGo, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("eye", _("The question is everybody's again"), kind=GIVE)


def _escalated(event: empowerment_events.ApprovalEscalated, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("clock", _("Not answered in time: the next approvers are asked"), kind=GIVE)


def _answered(event: empowerment_events.ApprovalAnswered, names: TimelineNames) -> TimelineEntry:
    who, what, word = formats.first_name(names.actor(event.actor)), _description(event, names), event.word
    sentences = {
        ApprovalAnswer.YES: _("%(name)s: yes, %(what)s", name=who, what=what),
        ApprovalAnswer.LESS: _("%(name)s: yes, %(what)s", name=who, what=what),
        ApprovalAnswer.INSTEAD: _("%(name)s: instead %(what)s", name=who, what=what),
        ApprovalAnswer.NO: _("%(name)s: no, not %(what)s", name=who, what=what),
        ApprovalAnswer.OWN_LIMIT: _("No approver could answer: %(what)s may be given now", what=what),
        ApprovalAnswer.NOTHING: _("No approver could answer about %(what)s", what=what),
    }
    return TimelineEntry("gift", sentences[ApprovalAnswer(event.answer)], quote=word, kind=GIVE)


def _changed(event: empowerment_events.ApprovalChanged, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry(
        "pencil", _("Now asked for: %(what)s", what=_description(event, names)), names.actor(event.actor), kind=GIVE
    )


def _withdrawn(event: empowerment_events.ApprovalWithdrawn, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("gift", _("%(name)s withdrew the question", name=names.actor(event.actor)), kind=GIVE)


def _lapsed(event: empowerment_events.GrantLapsed, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("clock", _("The yes has lapsed, it was not given in time"), kind=GIVE)


def _fulfilled(event: empowerment_events.GrantFulfilled, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("check-circle", _("Carried out"), kind="ok")


def _not_fulfilled(event: empowerment_events.GrantNotFulfilled, names: TimelineNames) -> TimelineEntry:
    then = _("somebody has to look") if event.final else _("it is tried again")
    return TimelineEntry("alert", _("Given, but not carried out"), f"{event.failure} · {then}", kind=BAD)


def _reversed(event: empowerment_events.GrantReversed, names: TimelineNames) -> TimelineEntry:
    strong = _("Taken back: %(what)s", what=_description(event, names))
    return TimelineEntry("arrow-left", strong, names.actor(event.actor), event.reason, kind=GIVE)


def _department_asked(event: empowerment_events.DepartmentAsked, names: TimelineNames) -> TimelineEntry:
    key = event.department
    return TimelineEntry("building", _("Request to %(department)s", department=names.departments.get(key, key)))


def _department_answered(event: empowerment_events.DepartmentAnswered, names: TimelineNames) -> TimelineEntry:
    strong = _("The department has done it") if event.done else _("The department cannot do it")
    return TimelineEntry("building", strong, quote=event.answer, kind="ok" if event.done else BAD)


SENTENCES: dict[type[Event], Callable[[Any, TimelineNames], TimelineEntry | None]] = {
    empowerment_events.RemedyGranted: _given,
    empowerment_events.GrantRefused: _refused,
    empowerment_events.ApprovalAsked: _asked,
    empowerment_events.ApprovalClaimed: _claimed,
    empowerment_events.ApprovalLetGo: _let_go,
    empowerment_events.ApprovalEscalated: _escalated,
    empowerment_events.ApprovalAnswered: _answered,
    empowerment_events.ApprovalChanged: _changed,
    empowerment_events.ApprovalWithdrawn: _withdrawn,
    empowerment_events.GrantLapsed: _lapsed,
    empowerment_events.GrantFulfilled: _fulfilled,
    empowerment_events.GrantNotFulfilled: _not_fulfilled,
    empowerment_events.GrantReversed: _reversed,
    empowerment_events.DepartmentAsked: _department_asked,
    empowerment_events.DepartmentAnswered: _department_answered,
}
