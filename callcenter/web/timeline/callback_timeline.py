"""Sentences of a story about callbacks, long waits and passing on."""

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _

from callcenter.storage.history import History
from callcenter.web.wording import formats
from callcenter.web.wording.facts import Fact, Names


def _moment(text: str) -> str:
    return formats.when(datetime.fromisoformat(text)) if text else ""


def _promised(row: History, names: Names) -> Fact:
    until = _("by %(time)s", time=_moment(row.data["promised_until"]))
    if row.actor == "customer":
        return Fact("phone-out", _("Chose a callback in place of waiting"), until)
    return Fact("phone-out", _("%(name)s promised a callback", name=names.actor(row.actor)), until)


def _tried(row: History, names: Names) -> Fact:
    outcome = {
        "no-answer": _("no answer"),
        "busy": _("busy"),
        "left": _("hung up before an agent was there"),
        "given_up": _("given up by the agent"),
    }.get(row.data["outcome"], _("the call failed"))
    again = row.data["next_try_at"]
    told = _("%(outcome)s · again %(time)s", outcome=outcome, time=_moment(again)) if again else outcome
    return Fact("phone-off", _("Callback: try %(num)s", num=row.data["tries"]), told)


def _kept(row: History, names: Names) -> Fact:
    strong = _("Callback kept") if row.data["how"] == "called" else _("They called us before we called back")
    late = "" if row.data["in_time"] else _("later than promised")
    return Fact("check-circle", strong, late, kind="ok" if row.data["in_time"] else "bad")


def _failed(row: History, names: Names) -> Fact:
    return Fact("alert", _("Callback: not reached after %(num)s tries", num=row.data["tries"]), kind="bad")


def _cancelled(row: History, names: Names) -> Fact:
    return Fact("cross", _("Callback cancelled by %(name)s", name=names.actor(row.actor)), quote=row.data["reason"])


def _changed(row: History, names: Names) -> Fact:
    changes = row.data["changed"]
    new = [str(changes[name][1]) for name in ("number", "note") if name in changes]
    new += [_("not before %(time)s", time=_moment(changes["at"][1]))] if "at" in changes else []
    return Fact("pencil", _("Callback changed by %(name)s", name=names.actor(row.actor)), " · ".join(new))


def _overflowed(row: History, names: Names) -> Fact:
    where = {
        "queue": names.queue(row.data["queue_id"]),
        "callback": _("a callback was offered"),
        "voicemail": _("a message was asked for"),
    }.get(row.data["way"], "")
    waited = formats.duration(row.data["waited_seconds"])
    return Fact("clock", _("Waited too long: %(time)s", time=waited), where, kind="bad")


def _message(row: History, names: Names) -> Fact:
    length = formats.duration(row.data["seconds"])
    return Fact("mic", _("The customer left a message"), length, quote=row.data["url"])


def _transferred(row: History, names: Names) -> Fact:
    to = names.agent(row.data["to_agent_id"]) if row.data["to_agent_id"] else names.queue(row.data["queue_id"])
    return Fact(
        "arrow-left", _("%(name)s passed it on to %(to)s", name=names.actor(row.actor), to=to), quote=row.data["reason"]
    )


SENTENCES: dict[str, Callable[[History, Names], Fact | None]] = {
    "CallbackPromised": _promised,
    "CallbackTried": _tried,
    "CallbackKept": _kept,
    "CallbackFailed": _failed,
    "CallbackCancelled": _cancelled,
    "CallbackChanged": _changed,
    "Overflowed": _overflowed,
    "VoicemailLeft": _message,
    "Transferred": _transferred,
}
