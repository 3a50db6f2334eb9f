"""The customer's story with us, newest first: this interaction in detail, each earlier contact in one line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from flask_babel import gettext as _

from callcenter.domain import events
from callcenter.domain.events import Event
from callcenter.storage.interactions import Interaction
from callcenter.web import formats
from callcenter.web.desk import words


@dataclass(frozen=True)
class Fact:
    """`kind` is "", bad or ok; `quote` holds somebody's own words."""

    at: datetime
    icon: str
    strong: str
    text: str = ""
    quote: str = ""
    kind: str = ""

    @property
    def time(self) -> str:
        return formats.time_of(self.at)


@dataclass(frozen=True)
class Day:
    name: str
    facts: list[Fact]


@dataclass(frozen=True)
class Names:
    """What ids are called: agents, queues, and the texts of messages and notes that events only name."""

    me: int
    agents: Mapping[int, str]
    queues: Mapping[int, str]
    messages: Mapping[int, str]
    comments: Mapping[int, str]

    def agent(self, agent_id: int | None) -> str:
        if agent_id == self.me:
            return _("you")
        return self.agents.get(agent_id or 0, "") or _("nobody")

    def actor(self, event: Event) -> str:
        head, _sep, tail = event.actor.partition(":")
        return self.agent(int(tail)) if head == "agent" and tail.isdigit() else _("the system")


def days(facts: Iterable[Fact]) -> list[Day]:
    """The facts under their days, newest first."""
    found: list[Day] = []
    for fact in sorted(facts, key=lambda each: each.at, reverse=True):
        name = formats.day_of(fact.at)
        if not found or found[-1].name != name:
            found.append(Day(name, []))
        found[-1].facts.append(fact)
    return found


def earlier(contacts: Sequence[Interaction], names: Names, now: datetime) -> list[Fact]:
    """One line for each contact that is over."""
    return [_contact(each, names, now) for each in contacts if each.ended_at is not None]


def _contact(contact: Interaction, names: Names, now: datetime) -> Fact:
    icon = "phone" if contact.is_call else "chat"
    if contact.result != "served":
        waited = formats.duration(contact.waited_seconds(now))
        text = _("%(how)s, after %(time)s", how=words.result(contact.result), time=waited)
        strong = _("Called, not answered") if contact.is_call else _("Wrote, not answered")
        return Fact(contact.created_at, "phone-off" if contact.is_call else icon, strong, text)
    who = names.agent(contact.agent_id)
    strong = _("Call with %(name)s", name=who) if contact.is_call else _("Conversation with %(name)s", name=who)
    length = formats.duration(contact.talked_seconds(now))
    parts = [length] if contact.is_call else []
    if contact.outcome:
        parts.append(words.outcome(contact.outcome).lower())
    return Fact(contact.created_at, icon, strong, " · ".join(parts), contact.note)


# What the second of two events says as well.
SAID_BY: dict[type[Event], type[Event]] = {
    events.CallReceived: events.QueueEntered,
    events.MenuChosen: events.QueueEntered,
    events.InteractionAccepted: events.CallConnected,
    events.ConversationStarted: events.MessageReceived,
}


def this(rows: Iterable[tuple[datetime, Event]], names: Names) -> list[Fact]:
    """What happened in this interaction so far, as far as it tells a person something."""
    told = list(rows)
    kinds = {type(event) for _at, event in told}
    found = []
    for at, event in told:
        fact = None if SAID_BY.get(type(event)) in kinds else _fact(event, at, names)
        if fact:
            found.append(fact)
    return found


@singledispatch
def _fact(_event: Event, _at: datetime, _names: Names) -> Fact | None:
    """What a kind of event is told as; most are not told here."""
    return None


@_fact.register
def _received(_event: events.CallReceived, at: datetime, _names: Names) -> Fact:
    return Fact(at, "phone-in", _("Called us"))


@_fact.register
def _entered(event: events.QueueEntered, at: datetime, names: Names) -> Fact:
    told = []
    if event.place:
        told.append(_("place %(place)s", place=event.place))
    if event.expected_seconds:
        told.append(_("about %(time)s", time=words.minutes(event.expected_seconds)))
    queue = names.queues.get(event.queue_id, "")
    text = _("%(queue)s · told: %(what)s", queue=queue, what=_(", ").join(told)) if told else queue
    return Fact(at, "phone-in", _("Called us"), text)


@_fact.register
def _menu(event: events.MenuChosen, at: datetime, names: Names) -> Fact:
    return Fact(at, "keypad", _("Pressed %(digit)s", digit=event.digit), names.queues.get(event.queue_id, ""))


@_fact.register
def _offer_ended(event: events.OfferEnded, at: datetime, names: Names) -> Fact | None:
    how = {
        "declined": _("Declined by %(name)s", name=names.agent(event.agent_id)),
        "expired": _("Not answered by %(name)s", name=names.agent(event.agent_id)),
        "failed": _("The line of %(name)s broke", name=names.agent(event.agent_id)),
    }.get(event.outcome)
    return Fact(at, "phone-off", how) if how else None


@_fact.register
def _connected(event: events.CallConnected, at: datetime, names: Names) -> Fact:
    after = _("after %(time)s", time=formats.duration(event.waited_seconds))
    return Fact(at, "phone-in", _("Answered by %(name)s", name=names.agent(event.agent_id)), after)


@_fact.register
def _resumed(event: events.CallResumed, at: datetime, _names: Names) -> Fact:
    return Fact(at, "pause", _("On hold"), formats.duration(event.held_seconds))


@_fact.register
def _ended(event: events.CallEnded, at: datetime, names: Names) -> Fact:
    if event.result != "served":
        return Fact(at, "phone-off", words.result(event.result).capitalize(), formats.duration(event.waited_seconds))
    return Fact(at, "phone-off", _("Call ended"), formats.duration(event.talked_seconds))


@_fact.register
def _started(event: events.ConversationStarted, at: datetime, names: Names) -> Fact:
    return Fact(at, "chat", _("Wrote to us"), names.queues.get(event.queue_id, ""))


@_fact.register
def _conversation_ended(event: events.ConversationEnded, at: datetime, names: Names) -> Fact:
    return Fact(at, "check", _("Conversation ended by %(name)s", name=names.actor(event)))


@_fact.register
def _taken(event: events.InteractionAccepted, at: datetime, names: Names) -> Fact:
    after = _("after %(time)s", time=formats.duration(event.waited_seconds))
    return Fact(at, "check", _("Taken by %(name)s", name=names.agent(event.agent_id)), after)


@_fact.register
def _wrapped_up(event: events.WrapUpFinished, at: datetime, _names: Names) -> Fact | None:
    if not event.outcome and not event.note:
        return None
    strong = words.outcome(event.outcome) if event.outcome else _("Wrap-up ran out")
    return Fact(at, "pencil", strong, quote=event.note)


@_fact.register
def _note(event: events.NoteWritten, at: datetime, _names: Names) -> Fact:
    return Fact(at, "note", _("Note"), quote=event.note)


@_fact.register
def _comment(event: events.CommentWritten, at: datetime, names: Names) -> Fact:
    who = _("Note by %(name)s", name=names.actor(event))
    return Fact(at, "note", who, quote=names.comments.get(event.comment_id, ""))


@_fact.register
def _their_message(event: events.MessageReceived, at: datetime, names: Names) -> Fact:
    return Fact(at, "chat", _("Wrote"), quote=names.messages.get(event.message_id, ""))


@_fact.register
def _our_message(event: events.MessageQueued, at: datetime, names: Names) -> Fact:
    return Fact(at, "send", _("SMS from us"), quote=names.messages.get(event.message_id, ""))


@_fact.register
def _message_status(event: events.MessageStatusChanged, at: datetime, _names: Names) -> Fact | None:
    if event.status not in ("failed", "undelivered"):
        return None
    code = _("error %(code)s", code=event.error_code) if event.error_code else ""
    return Fact(at, "alert", _("SMS not delivered"), code, kind="bad")


@_fact.register
def _recognised(event: events.CustomerRecognised, at: datetime, names: Names) -> Fact:
    return Fact(at, "person", _("Recognised by %(name)s", name=names.actor(event)))


@_fact.register
def _ticket_opened(event: events.TicketOpened, at: datetime, _names: Names) -> Fact:
    return Fact(at, "ticket", _("Ticket %(number)s opened", number=event.number))
