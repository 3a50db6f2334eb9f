"""History as a timeline: one event per line, newest first, grouped by day. Events without a sentence are left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from callcenter.domain import events
from callcenter.domain.events import Event
from callcenter.domain.interactions import Result
from callcenter.domain.messages import MessageStatus
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.customers.customers import Customer
from callcenter.storage.empowerment import departments
from callcenter.storage.history import History
from callcenter.storage.messages import messages
from callcenter.storage.messages.messages import Message
from callcenter.storage.tickets import tickets
from callcenter.web import access
from callcenter.web.timeline import callback_timeline, empowerment_timeline
from callcenter.web.wording import formats, labels, language, terms
from callcenter.web.wording.timeline_entries import TimelineEntry, TimelineNames


@dataclass(frozen=True)
class TimelineDay:
    name: str
    facts: list[TimelineEntry]


def days(session: Session, rows: Sequence[History]) -> list[TimelineDay]:
    """`rows`: newest first."""
    return by_day(facts(session, rows))


def by_day(facts: Sequence[TimelineEntry]) -> list[TimelineDay]:
    return [TimelineDay(name, list(each)) for name, each in groupby(facts, key=lambda fact: formats.day_of(fact.at))]


def facts(session: Session, rows: Sequence[History]) -> list[TimelineEntry]:
    happened = [(row.at, row.event()) for row in rows if row.kind in KINDS]
    names = _names(session, [event for _, event in happened])
    entries = [(moment, SENTENCES[type(event)](event, names)) for moment, event in happened]
    return [at(fact, moment) for moment, fact in entries if fact]


def at(fact: TimelineEntry, moment: datetime) -> TimelineEntry:
    return replace(fact, at=moment, time=formats.time_of(moment))


def _names(session: Session, happened: Sequence[Event]) -> TimelineNames:
    reader = language.chosen()
    return TimelineNames(
        agents=agents.names(session),
        queues={queue.id: queue.name(reader) for queue in company.queues(session)},
        messages=messages.by_ids(session, _ids(happened, "message_id")),
        comments=tickets.comments_by_ids(session, _ids(happened, "comment_id")),
        reader=access.current_agent().id if access.is_signed_in() else None,
        language=reader,
        currencies=_currencies(session, happened),
        departments=_departments(session, happened, reader),
    )


def _departments(session: Session, happened: Sequence[Event], reader: str) -> dict[str, str]:
    # Most timelines name no department: saves the query.
    if not _ids(happened, "department"):
        return {}
    return {one.key: one.name(reader) for one in departments.departments(session)}


def _currencies(session: Session, happened: Sequence[Event]) -> dict[int, str]:
    """{customer: currency} where a price was changed; most pages have read the customer already."""
    priced = (event for event in happened if isinstance(event, events.TicketChanged) and "price" in event.changed)
    found = (session.get(Customer, event.customer_id) for event in priced if event.customer_id)
    return {one.id: one.currency for one in found if one}


def _ids(happened: Sequence[Event], name: str) -> list[Any]:
    return [getattr(event, name) for event in happened if hasattr(event, name)]


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _called(event: events.CallReceived, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("phone-in", _("The customer called"), names.queue(event.queue_id))


def _chose(event: events.MenuChosen, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("keypad", _("Chose %(digit)s", digit=event.digit), names.queue(event.queue_id))


def _queued(event: events.QueueEntered, names: TimelineNames) -> TimelineEntry:
    place, seconds = event.place, event.expected_seconds
    announced = _("announced: place %(place)s", place=place) if place else ""
    minutes = _("about %(minutes)s min", minutes=max(1, round(seconds / 60))) if seconds else ""
    return TimelineEntry(
        "clock", _("Waited in %(queue)s", queue=names.queue(event.queue_id)), _joined(announced, minutes)
    )


def _answered(event: events.CallConnected, names: TimelineNames) -> TimelineEntry:
    waited = formats.duration(event.waited_seconds)
    return TimelineEntry(
        "phone", _("%(name)s answered", name=names.agent(event.agent_id)), _("after %(time)s", time=waited), kind="ok"
    )


def _missed(event: events.OfferEnded, names: TimelineNames) -> TimelineEntry | None:
    who = names.agent(event.agent_id)
    sentence = {
        "declined": _("%(name)s declined the offer", name=who),
        "expired": _("%(name)s did not answer the offer", name=who),
        "failed": _("The line of %(name)s did not come up", name=who),
    }.get(event.outcome)
    reason = event.reason if event.outcome == "declined" else ""
    return TimelineEntry("phone-off", sentence, terms.declined(reason)) if sentence else None


def _alone(event: events.CallerLeftAlone, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry(
        "alert", _("The line of %(name)s broke, the customer waits again", name=names.agent(event.agent_id)), kind="bad"
    )


def _held(event: events.CallResumed, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("pause", _("On hold"), formats.duration(event.held_seconds))


def _call_ended(event: events.CallEnded, names: TimelineNames) -> TimelineEntry:
    if event.result != Result.SERVED:
        waited = _("after %(time)s", time=formats.duration(event.waited_seconds))
        return TimelineEntry(
            "phone-off",
            _("The call ended: %(result)s", result=labels.of("result", event.result)),
            waited,
            kind="bad",
        )
    by = {"customer": _("The customer hung up"), "agent": _("%(name)s hung up", name=names.agent(event.agent_id))}
    talked = _("talked %(time)s", time=formats.duration(event.talked_seconds))
    return TimelineEntry("phone-off", by.get(event.by, _("The call ended")), talked)


def _started(event: events.ConversationStarted, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("chat", _("The customer began a conversation"), names.queue(event.queue_id))


def _conversation_ended(event: events.ConversationEnded, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("chat", _("Conversation ended"), names.actor(event.actor))


def _wrapped_up(event: events.WrapUpFinished, names: TimelineNames) -> TimelineEntry:
    outcome = labels.of("outcome", event.outcome) if event.outcome else _("without an outcome")
    return TimelineEntry("note", _("Wrap-up: %(outcome)s", outcome=outcome), names.agent(event.agent_id), event.note)


def _noted(event: events.NoteWritten, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("note", _("Note by %(name)s", name=names.actor(event.actor)), quote=event.note)


def _received(event: events.MessageReceived, names: TimelineNames) -> TimelineEntry:
    message = names.messages.get(event.message_id)
    return TimelineEntry("chat", _("The customer wrote"), _files(message), quote=message.body if message else "")


def _written(event: events.MessageQueued, names: TimelineNames) -> TimelineEntry | None:
    message = names.messages.get(event.message_id)
    # Only messages written by agents; survey and grant messages are left out.
    if message is None or message.purpose != "conversation":
        return None
    return TimelineEntry(
        "send", _("%(name)s wrote", name=names.actor(event.actor)), _files(message), quote=message.body
    )


def _files(message: Message | None) -> str:
    count = message.files if message else 0
    return ngettext("%(num)s file", "%(num)s files", count) if count else ""


def _undelivered(event: events.MessageStatusChanged, names: TimelineNames) -> TimelineEntry | None:
    if event.status not in (MessageStatus.UNDELIVERED, MessageStatus.FAILED):
        return None
    message = names.messages.get(event.message_id)
    return TimelineEntry("alert", _("Our message did not arrive"), quote=message.body if message else "", kind="bad")


def _ticket_opened(event: events.TicketOpened, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("ticket", _("Ticket %(number)s opened", number=event.number), names.actor(event.actor))


def _ticket_changed(event: events.TicketChanged, names: TimelineNames) -> TimelineEntry | None:
    currency = names.currencies.get(event.customer_id or 0, "")
    changes = [_change(name, pair, names, currency) for name, pair in event.changed.items()]
    return TimelineEntry("pencil", _("Ticket changed by %(name)s", name=names.actor(event.actor)), _joined(*changes))


def _change(name: str, pair: Sequence[Any], names: TimelineNames, currency: str) -> str:
    before, after = (terms.ticket_value(name, value, names.agents, currency=currency) for value in pair)
    if not before:
        return _("%(field)s: %(after)s", field=terms.ticket_field(name), after=after or "–")
    return _("%(field)s: %(before)s → %(after)s", field=terms.ticket_field(name), before=before, after=after or "–")


def _solved(event: events.TicketSolved, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("check-circle", _("Solved by %(name)s", name=names.actor(event.actor)), kind="ok")


def _commented(event: events.CommentWritten, names: TimelineNames) -> TimelineEntry:
    body = names.comments.get(event.comment_id, "")
    return TimelineEntry("note", _("Comment by %(name)s", name=names.actor(event.actor)), quote=body)


def _asked(event: events.SurveySent, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("star", _("Asked how satisfied they are"))


def _scored(event: events.SurveyAnswered, names: TimelineNames) -> TimelineEntry:
    score = event.score
    strong = _("Answered %(score)s of 5", score=score)
    return TimelineEntry("star", strong, quote=event.comment, kind="bad" if score <= 2 else "")


def _opted_out(event: events.CustomerOptedOut, names: TimelineNames) -> TimelineEntry:
    by = labels.of("address", event.address_kind)
    return TimelineEntry("sound-off", _("The customer wants no more messages"), by)


def _opted_in(event: events.CustomerOptedIn, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("sound", _("The customer takes messages again"), labels.of("address", event.address_kind))


def _recognised(event: events.CustomerRecognised, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("person", _("%(name)s said who this is", name=names.actor(event.actor)))


def _customer_created(event: events.CustomerCreated, names: TimelineNames) -> TimelineEntry:
    return TimelineEntry("person", _("First known to us"))


def _customer_changed(event: events.CustomerChanged, names: TimelineNames) -> TimelineEntry:
    fields = ", ".join(terms.customer_field(name) for name in event.changed)
    return TimelineEntry("pencil", _("Customer changed by %(name)s", name=names.actor(event.actor)), fields)


SENTENCES: dict[type[Event], Callable[[Any, TimelineNames], TimelineEntry | None]] = {
    **callback_timeline.SENTENCES,
    **empowerment_timeline.SENTENCES,
    events.CallReceived: _called,
    events.MenuChosen: _chose,
    events.QueueEntered: _queued,
    events.OfferEnded: _missed,
    events.CallConnected: _answered,
    events.CallerLeftAlone: _alone,
    events.CallResumed: _held,
    events.CallEnded: _call_ended,
    events.ConversationStarted: _started,
    events.ConversationEnded: _conversation_ended,
    events.WrapUpFinished: _wrapped_up,
    events.NoteWritten: _noted,
    events.MessageReceived: _received,
    events.MessageQueued: _written,
    events.MessageStatusChanged: _undelivered,
    events.CustomerCreated: _customer_created,
    events.CustomerChanged: _customer_changed,
    events.CustomerRecognised: _recognised,
    events.CustomerOptedOut: _opted_out,
    events.CustomerOptedIn: _opted_in,
    events.TicketOpened: _ticket_opened,
    events.TicketChanged: _ticket_changed,
    events.TicketSolved: _solved,
    events.CommentWritten: _commented,
    events.SurveySent: _asked,
    events.SurveyAnswered: _scored,
}
KINDS = {event.__name__ for event in SENTENCES}  # a newer release may have stored others
