"""Timeline sentences about callbacks, overflow, voicemail and transfers."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from callcenter.domain import callback_events
from callcenter.domain.events import Event
from callcenter.web.wording import formats
from callcenter.web.wording.timeline_entries import TimelineEntry, TimelineNames


def _moment(text: str) -> str:
    return formats.when(datetime.fromisoformat(text)) if text else ""


def _promised(event: callback_events.CallbackPromised, names: TimelineNames) -> TimelineEntry:
    until = _("by %(time)s", time=_moment(event.promised_until))
    if event.actor == "customer":
        return TimelineEntry("phone-out", _("Chose a callback in place of waiting"), until)
    return TimelineEntry("phone-out", _("%(name)s promised a callback", name=names.actor(event.actor)), until)


def _tried(event: callback_events.CallbackTried, names: TimelineNames) -> TimelineEntry:
    outcome = {
        "no-answer": _("no answer"),
        "busy": _("busy"),
        "left": _("hung up before an agent was there"),
        "given_up": _("given up by the agent"),
    }.get(event.outcome, _("the call failed"))
    again = event.next_try_at
    detail = _("%(outcome)s · again %(time)s", outcome=outcome, time=_moment(again)) if again else outcome
    return TimelineEntry("phone-off", _("Callback: try %(num)s", num=event.tries), detail)


def _kept(event: callback_events.CallbackKept, names: TimelineNames) -> TimelineEntry:
    strong = _("Callback kept") if event.how == "called" else _("They called us before we called back")
    late = "" if event.in_time else _("later than promised")
    return TimelineEntry("check-circle", strong, late, kind="ok" if event.in_time else "bad")


def _failed(event: callback_events.CallbackFailed, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("alert", _("Callback: not reached after %(num)s tries", num=event.tries), kind="bad")


def _cancelled(event: callback_events.CallbackCancelled, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry(
        "cross", _("Callback cancelled by %(name)s", name=names.actor(event.actor)), quote=event.reason
    )


def _changed(event: callback_events.CallbackChanged, names: TimelineNames) -> TimelineEntry:
    changes = event.changed
    new = [str(changes[name][1]) for name in ("number", "note") if name in changes]
    new += [_("not before %(time)s", time=_moment(changes["at"][1]))] if "at" in changes else []
    return TimelineEntry("pencil", _("Callback changed by %(name)s", name=names.actor(event.actor)), " · ".join(new))


def _overflowed(event: callback_events.Overflowed, names: TimelineNames) -> TimelineEntry:
    where = {
        "queue": names.queue(event.queue_id),
        "callback": _("a callback was offered"),
        "voicemail": _("a message was asked for"),
    }.get(event.way, "")
    waited = formats.duration(event.waited_seconds)
    return TimelineEntry("clock", _("Waited too long: %(time)s", time=waited), where, kind="bad")


def _message(event: callback_events.VoicemailLeft, names: TimelineNames) -> TimelineEntry:
    length = formats.duration(event.seconds)
    return TimelineEntry("mic", _("The customer left a message"), length, quote=event.url)


def _transferred(event: callback_events.Transferred, names: TimelineNames) -> TimelineEntry:
    to = names.agent(event.to_agent_id) if event.to_agent_id else names.queue(event.queue_id)
    return TimelineEntry(
        "arrow-left", _("%(name)s passed it on to %(to)s", name=names.actor(event.actor), to=to), quote=event.reason
    )


SENTENCES: dict[type[Event], Callable[[Any, TimelineNames], TimelineEntry | None]] = {
    callback_events.CallbackPromised: _promised,
    callback_events.CallbackTried: _tried,
    callback_events.CallbackKept: _kept,
    callback_events.CallbackFailed: _failed,
    callback_events.CallbackCancelled: _cancelled,
    callback_events.CallbackChanged: _changed,
    callback_events.Overflowed: _overflowed,
    callback_events.VoicemailLeft: _message,
    callback_events.Transferred: _transferred,
}
