"""Sentences of a story about what was given, asked, answered, carried out and taken back; requests to departments too."""

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _

from callcenter.domain import languages
from callcenter.domain.empowerment.approving import Said
from callcenter.storage.history import History
from callcenter.web.wording import formats, granted
from callcenter.web.wording.facts import Fact, Names

GIVE, BAD = "give", "bad"


def _shown(row: History, names: Names) -> str:
    """What it was about, as it was recorded: "$60 Credit on account"."""
    return languages.of(row.data["shown"], names.language)


def _given(row: History, names: Names) -> Fact:
    strong = _("Given: %(what)s", what=_shown(row, names))
    return Fact("gift", strong, names.actor(row.actor), kind=GIVE)


def _refused(row: History, names: Names) -> Fact:
    strong = _("Not given: %(what)s", what=_shown(row, names))
    return Fact("gift", strong, _("the rules do not allow it"), kind=GIVE)


def _asked(row: History, names: Names) -> Fact:
    until = formats.time_of(datetime.fromisoformat(row.data["until"]), seconds=True) if row.data["until"] else ""
    strong = _("%(name)s asked for %(what)s", name=names.actor(row.actor), what=_shown(row, names))
    return Fact("gift", strong, _("answer by %(time)s", time=until) if until else "", kind=GIVE)


def _claimed(row: History, names: Names) -> Fact:
    return Fact("eye", _("%(name)s took the question", name=names.actor(row.actor)), kind=GIVE)


def _let_go(row: History, names: Names) -> Fact:
    return Fact("eye", _("The question is everybody's again"), kind=GIVE)


def _passed_on(row: History, names: Names) -> Fact:
    return Fact("clock", _("Nobody answered in time, the next are asked"), kind=GIVE)


def _answered(row: History, names: Names) -> Fact:
    who, what, word = granted.first(names.actor(row.actor)), _shown(row, names), row.data.get("word", "")
    said = {
        Said.YES: _("%(name)s: yes, %(what)s", name=who, what=what),
        Said.LESS: _("%(name)s: yes, %(what)s", name=who, what=what),
        Said.INSTEAD: _("%(name)s: instead %(what)s", name=who, what=what),
        Said.NO: _("%(name)s: no, not %(what)s", name=who, what=what),
        Said.OWN_LIMIT: _("Nobody could answer: %(what)s may be given now", what=what),
        Said.NOTHING: _("Nobody could answer about %(what)s", what=what),
    }
    return Fact("gift", said[Said(row.data["answer"])], quote=word, kind=GIVE)


def _changed(row: History, names: Names) -> Fact:
    return Fact("pencil", _("Now asked for: %(what)s", what=_shown(row, names)), names.actor(row.actor), kind=GIVE)


def _withdrawn(row: History, names: Names) -> Fact:
    return Fact("gift", _("%(name)s withdrew the question", name=names.actor(row.actor)), kind=GIVE)


def _lapsed(row: History, names: Names) -> Fact:
    return Fact("clock", _("The yes has lapsed, it was not given in time"), kind=GIVE)


def _carried_out(row: History, names: Names) -> Fact:
    return Fact("check-circle", _("Carried out"), kind="ok")


def _not_carried_out(row: History, names: Names) -> Fact:
    then = _("somebody has to look") if row.data["final"] else _("it is tried again")
    return Fact("alert", _("Given, but not carried out"), f"{row.data['failure']} · {then}", kind=BAD)


def _reversed(row: History, names: Names) -> Fact:
    strong = _("Taken back: %(what)s", what=_shown(row, names))
    return Fact("arrow-left", strong, names.actor(row.actor), row.data["reason"], kind=GIVE)


def _department_asked(row: History, names: Names) -> Fact:
    key = row.data["department"]
    return Fact("building", _("Request to %(department)s", department=names.departments.get(key, key)))


def _department_answered(row: History, names: Names) -> Fact:
    strong = _("The department has done it") if row.data["done"] else _("The department cannot do it")
    return Fact("building", strong, quote=row.data["answer"], kind="ok" if row.data["done"] else BAD)


SENTENCES: dict[str, Callable[[History, Names], Fact | None]] = {
    "RemedyGiven": _given,
    "WishRefused": _refused,
    "ApprovalAsked": _asked,
    "ApprovalClaimed": _claimed,
    "ApprovalLetGo": _let_go,
    "ApprovalPassedOn": _passed_on,
    "ApprovalAnswered": _answered,
    "ApprovalChanged": _changed,
    "ApprovalWithdrawn": _withdrawn,
    "GrantLapsed": _lapsed,
    "GrantCarriedOut": _carried_out,
    "GrantNotCarriedOut": _not_carried_out,
    "GrantReversed": _reversed,
    "DepartmentAsked": _department_asked,
    "DepartmentAnswered": _department_answered,
}
