"""History as people read it: one fact a line, newest first, a line for each day. What nobody needs to read is left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from callcenter.domain.messages import MessageStatus
from callcenter.storage.administration import company
from callcenter.storage.agents import agents
from callcenter.storage.empowerment import departments
from callcenter.storage.history import History
from callcenter.storage.messages import messages
from callcenter.storage.messages.messages import Message
from callcenter.storage.tickets import tickets
from callcenter.web import access
from callcenter.web.timeline import callback_timeline, empowerment_timeline
from callcenter.web.wording import formats, labels, language, terms
from callcenter.web.wording.facts import Fact, Names


@dataclass(frozen=True)
class Day:
    name: str
    facts: list[Fact]


def days(session: Session, rows: Sequence[History]) -> list[Day]:
    """These rows (newest first) as days of facts."""
    return by_day(facts(session, rows))


def by_day(facts: Sequence[Fact]) -> list[Day]:
    return [Day(name, list(each)) for name, each in groupby(facts, key=lambda fact: formats.day_of(fact.at))]


def facts(session: Session, rows: Sequence[History]) -> list[Fact]:
    names = _names(session, rows)
    told = [(row, fact) for row in rows if row.kind in SENTENCES and (fact := SENTENCES[row.kind](row, names))]
    return [at(fact, row.at) for row, fact in told]


def at(fact: Fact, moment: datetime) -> Fact:
    return replace(fact, at=moment, time=formats.time_of(moment))


def _names(session: Session, rows: Sequence[History]) -> Names:
    reader = language.chosen()
    return Names(
        agents=agents.names(session),
        queues={queue.id: queue.name(reader) for queue in company.queues(session)},
        messages=messages.by_ids(session, _ids(rows, "message_id")),
        comments=tickets.comments_by_ids(session, _ids(rows, "comment_id")),
        reader=access.current_agent().id if access.is_signed_in() else None,
        language=reader,
        departments=_departments(session, rows, reader),
    )


def _departments(session: Session, rows: Sequence[History], reader: str) -> dict[str, str]:
    """Only where one is named."""
    if not _ids(rows, "department"):
        return {}
    return {one.key: one.name(reader) for one in departments.departments(session)}


def _ids(rows: Sequence[History], name: str) -> list[int]:
    return [row.data[name] for row in rows if name in row.data]


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _called(row: History, names: Names) -> Fact:
    return Fact("phone-in", _("The customer called"), names.queue(row.data["queue_id"]))


def _chose(row: History, names: Names) -> Fact:
    return Fact("keypad", _("Chose %(digit)s", digit=row.data["digit"]), names.queue(row.data["queue_id"]))


def _queued(row: History, names: Names) -> Fact:
    place, seconds = row.data["place"], row.data["expected_seconds"]
    told = _("told: place %(place)s", place=place) if place else ""
    minutes = _("about %(minutes)s min", minutes=max(1, round(seconds / 60))) if seconds else ""
    return Fact("clock", _("Waited in %(queue)s", queue=names.queue(row.data["queue_id"])), _joined(told, minutes))


def _answered(row: History, names: Names) -> Fact:
    waited = formats.duration(row.data["waited_seconds"])
    return Fact(
        "phone", _("%(name)s answered", name=names.agent(row.agent_id)), _("after %(time)s", time=waited), kind="ok"
    )


def _missed(row: History, names: Names) -> Fact | None:
    who = names.agent(row.agent_id)
    said = {
        "declined": _("%(name)s declined the offer", name=who),
        "expired": _("%(name)s did not answer the offer", name=who),
        "failed": _("The line of %(name)s did not come up", name=who),
    }.get(row.data["outcome"])
    reason = row.data.get("reason", "") if row.data["outcome"] == "declined" else ""
    return Fact("phone-off", said, terms.declined(reason)) if said else None


def _alone(row: History, names: Names) -> Fact:
    return Fact(
        "alert", _("The line of %(name)s broke, the customer waits again", name=names.agent(row.agent_id)), kind="bad"
    )


def _held(row: History, names: Names) -> Fact:
    return Fact("pause", _("On hold"), formats.duration(row.data["held_seconds"]))


def _call_ended(row: History, names: Names) -> Fact:
    if row.data["result"] != "served":
        waited = _("after %(time)s", time=formats.duration(row.data["waited_seconds"]))
        return Fact(
            "phone-off",
            _("The call ended: %(result)s", result=labels.of("result", row.data["result"])),
            waited,
            kind="bad",
        )
    by = {"customer": _("The customer hung up"), "agent": _("%(name)s hung up", name=names.agent(row.agent_id))}
    talked = _("talked %(time)s", time=formats.duration(row.data["talked_seconds"]))
    return Fact("phone-off", by.get(row.data["by"], _("The call ended")), talked)


def _started(row: History, names: Names) -> Fact:
    return Fact("chat", _("The customer began a conversation"), names.queue(row.data["queue_id"]))


def _conversation_ended(row: History, names: Names) -> Fact:
    return Fact("chat", _("Conversation ended"), names.actor(row.actor))


def _wrapped_up(row: History, names: Names) -> Fact:
    outcome = labels.of("outcome", row.data["outcome"]) if row.data["outcome"] else _("without an outcome")
    return Fact("note", _("Wrap-up: %(outcome)s", outcome=outcome), names.agent(row.agent_id), row.data["note"])


def _noted(row: History, names: Names) -> Fact:
    return Fact("note", _("Note by %(name)s", name=names.actor(row.actor)), quote=row.data["note"])


def _received(row: History, names: Names) -> Fact:
    message = names.messages.get(row.data["message_id"])
    return Fact("chat", _("The customer wrote"), _files(message), quote=message.body if message else "")


def _written(row: History, names: Names) -> Fact | None:
    message = names.messages.get(row.data["message_id"])
    if message is None or message.purpose != "conversation":
        return None
    return Fact("send", _("%(name)s wrote", name=names.actor(row.actor)), _files(message), quote=message.body)


def _files(message: Message | None) -> str:
    count = message.files if message else 0
    return ngettext("%(num)s file", "%(num)s files", count) if count else ""


def _undelivered(row: History, names: Names) -> Fact | None:
    if row.data["status"] not in (MessageStatus.UNDELIVERED, MessageStatus.FAILED):
        return None
    message = names.messages.get(row.data["message_id"])
    return Fact("alert", _("Our message did not arrive"), quote=message.body if message else "", kind="bad")


def _ticket_opened(row: History, names: Names) -> Fact:
    return Fact("ticket", _("Ticket %(number)s opened", number=row.data["number"]), names.actor(row.actor))


def _ticket_changed(row: History, names: Names) -> Fact | None:
    changes = [_change(name, pair, names) for name, pair in row.data["changed"].items()]
    return Fact("pencil", _("Ticket changed by %(name)s", name=names.actor(row.actor)), _joined(*changes))


def _change(name: str, pair: Sequence[Any], names: Names) -> str:
    before, after = (terms.ticket_value(name, value, names.agents) for value in pair)
    if not before:
        return _("%(field)s: %(after)s", field=terms.ticket_field(name), after=after or "–")
    return _("%(field)s: %(before)s → %(after)s", field=terms.ticket_field(name), before=before, after=after or "–")


def _solved(row: History, names: Names) -> Fact:
    return Fact("check-circle", _("Solved by %(name)s", name=names.actor(row.actor)), kind="ok")


def _commented(row: History, names: Names) -> Fact:
    body = names.comments.get(row.data["comment_id"], "")
    return Fact("note", _("Comment by %(name)s", name=names.actor(row.actor)), quote=body)


def _asked(row: History, names: Names) -> Fact:
    return Fact("star", _("Asked how satisfied they are"))


def _scored(row: History, names: Names) -> Fact:
    score = row.data["score"]
    strong = _("Answered %(score)s of 5", score=score)
    return Fact("star", strong, quote=row.data["comment"], kind="bad" if score <= 2 else "")


def _opted_out(row: History, names: Names) -> Fact:
    return Fact("sound-off", _("The customer wants no more messages"))


def _opted_in(row: History, names: Names) -> Fact:
    return Fact("sound", _("The customer takes messages again"))


def _recognised(row: History, names: Names) -> Fact:
    return Fact("person", _("%(name)s said who this is", name=names.actor(row.actor)))


def _customer_created(row: History, names: Names) -> Fact:
    return Fact("person", _("First known to us"))


def _customer_changed(row: History, names: Names) -> Fact:
    fields = ", ".join(terms.customer_field(name) for name in row.data["changed"])
    return Fact("pencil", _("Customer changed by %(name)s", name=names.actor(row.actor)), fields)


SENTENCES: dict[str, Callable[[History, Names], Fact | None]] = {
    **callback_timeline.SENTENCES,
    **empowerment_timeline.SENTENCES,
    "CallReceived": _called,
    "MenuChosen": _chose,
    "QueueEntered": _queued,
    "OfferEnded": _missed,
    "CallConnected": _answered,
    "CallerLeftAlone": _alone,
    "CallResumed": _held,
    "CallEnded": _call_ended,
    "ConversationStarted": _started,
    "ConversationEnded": _conversation_ended,
    "WrapUpFinished": _wrapped_up,
    "NoteWritten": _noted,
    "MessageReceived": _received,
    "MessageQueued": _written,
    "MessageStatusChanged": _undelivered,
    "CustomerCreated": _customer_created,
    "CustomerChanged": _customer_changed,
    "CustomerRecognised": _recognised,
    "CustomerOptedOut": _opted_out,
    "CustomerOptedIn": _opted_in,
    "TicketOpened": _ticket_opened,
    "TicketChanged": _ticket_changed,
    "TicketSolved": _solved,
    "CommentWritten": _commented,
    "SurveySent": _asked,
    "SurveyAnswered": _scored,
}
