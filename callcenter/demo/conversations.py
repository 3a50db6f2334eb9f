"""One text conversation of the demo year, message by message."""

from datetime import datetime, timedelta

from callcenter.demo import issues, survey_scores
from callcenter.demo.book import Book, Values
from callcenter.demo.contacts import YearSetup, begin, offered, who
from callcenter.demo.messages import write
from callcenter.demo.schedule import DemoContact
from callcenter.demo.staff import DemoAgent
from callcenter.domain.events import (
    ConversationEnded,
    ConversationStarted,
    MessageQueued,
    MessageReceived,
    WrapUpFinished,
)
from callcenter.domain.interactions import EndedBy, Result
from callcenter.storage.calls.wrap_ups import WrapUp


def converse(setup: YearSetup, contact: DemoContact) -> None:
    """Write this conversation, if it has ended by now and an agent was free."""
    book = setup.book
    waited = contact.script.waited if contact.script else book.chance.lognormvariate(3.6, 0.8)
    taken = contact.at + timedelta(seconds=waited)
    server = setup.taker(contact, taken)
    messages = _script(book, contact, taken)
    ended = messages[-1][0] + book.seconds(40, 200)
    if server is None or ended + timedelta(minutes=2) > book.now:
        return
    visit = _begin(setup, contact)
    ids = {"queue_id": visit["queue_id"], "at": taken, "interaction": visit["id"]}
    ticket = issues.ticket_of(book, contact, server, **ids)
    visit["ticket_id"] = ticket["id"]
    offer = offered(setup, visit, server, made=taken - timedelta(seconds=min(waited, 8)), taken=taken)
    offer["ended_at"] = ended
    visit.update(agent_id=server.id, accepted_at=taken, answered_at=taken, first_reply_at=messages[1][0])
    for number, (at, body) in enumerate(messages):
        _say(book, visit, server, at, body, is_ours=number % 2 == 1)
    _finish(book, contact, visit, server, ended)
    server.conversations = [end for end in server.conversations if end > taken] + [ended]
    survey_scores.ask(book, contact, visit, at=ended, waited=waited, held=0)


def _script(book: Book, contact: DemoContact, taken: datetime) -> list[tuple[datetime, str]]:
    words = contact.issue.theme.texts[contact.customer.language]
    number = str(book.chance.randrange(100, 999))
    messages, at = [(contact.at, words[0].replace("{n}", number))], taken
    for body in words[1:]:
        at += book.seconds(35, 260)
        messages.append((at, body))
    return messages


def _begin(setup: YearSetup, contact: DemoContact) -> Values:
    visit, queue_id = begin(setup, contact), setup.queue_id(contact)
    visit.update(queue_id=queue_id, joined_at=contact.at)
    setup.book.record(contact.at, ConversationStarted(queue_id=queue_id, **who(visit, actor="customer")))
    return visit


def _say(book: Book, visit: Values, server: DemoAgent, at: datetime, body: str, *, is_ours: bool) -> None:
    sent = write(book, visit, at, body, agent_id=server.id if is_ours else None)
    subjects = who(visit, server, actor=f"agent:{server.id}" if is_ours else "customer")
    event = MessageQueued if is_ours else MessageReceived
    book.record(at, event(message_id=sent["id"], **subjects))


def _finish(book: Book, contact: DemoContact, visit: Values, server: DemoAgent, ended: datetime) -> None:
    outcome = issues.outcome_of(book, contact)
    note = issues.note_of(contact) if outcome else ""
    visit.update(ended_at=ended, ended_by=EndedBy.AGENT, result=Result.SERVED, finished_at=ended)
    book.extend(visit, WrapUp, outcome=outcome, note=note)
    acts = who(visit, server, actor=f"agent:{server.id}")
    acts["ticket_id"] = visit["ticket_id"]
    book.record(ended, ConversationEnded(by=EndedBy.AGENT, **acts))
    book.record(ended, WrapUpFinished(outcome=outcome or "", note=note, **acts))
    issues.finish(book, contact, server, outcome=outcome, at=ended, interaction=visit["id"])
