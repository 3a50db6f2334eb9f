"""One call of the demo year: menu, wait, perhaps abandoned, else served, wrapped up and surveyed."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from callcenter.demo import issues, survey_scores
from callcenter.demo.book import Book, Values
from callcenter.demo.contacts import YearSetup, begin, offered, who
from callcenter.demo.schedule import DemoContact
from callcenter.demo.staff import DemoAgent
from callcenter.domain.calls import OVER
from callcenter.domain.events import (
    CallConnected,
    CallEnded,
    CallHeld,
    CallReceived,
    CallResumed,
    MenuChosen,
    QueueEntered,
    WrapUpFinished,
)
from callcenter.domain.interactions import EndedBy, Result
from callcenter.storage.calls.legs import Leg
from callcenter.storage.calls.wrap_ups import WrapUp

PATIENCE = 850.0  # mean, in seconds
BUSY_HOURS = (10, 11, 16)
LONGEST_WAIT = 720.0


@dataclass(frozen=True)
class Times:
    """Seconds: in the menu, waiting, with the agent, on hold (part of talking)."""

    menu: float
    waited: float
    talked: float
    held: float


def call(setup: YearSetup, contact: DemoContact) -> DemoContact | None:
    """Write this call into the book. Returns the caller's redial after an abandoned call, else None."""
    book = setup.book
    times = _times(book, contact)
    joined = contact.at + timedelta(seconds=times.menu)
    answered = joined + timedelta(seconds=times.waited)
    server = setup.taker(contact, answered)
    # Calls that would not have ended by now are left out.
    if answered + timedelta(seconds=times.talked + 100) > book.now:
        return None
    if contact.script is None:
        if server is None:
            return None
        if book.share(0.8):
            _leave_in_menu(book, contact, times)
            return None
        if book.chance.expovariate(1 / PATIENCE) < times.waited:
            return _abandon(setup, contact, times)
    if server:
        _serve(setup, contact, server, times, joined)
    return None


def _times(book: Book, contact: DemoContact) -> Times:
    menu = book.chance.uniform(6, 17)
    if contact.script:
        script = contact.script
        return Times(menu, script.waited, script.talked, script.held)
    is_busy = contact.at.hour in BUSY_HOURS
    if book.share(68 if is_busy else 83):
        waited = book.chance.uniform(5, 19)
    else:
        waited = min(LONGEST_WAIT, 20 + book.chance.expovariate(1 / (150 if is_busy else 90)))
    talked = min(1500.0, book.chance.lognormvariate(5.5, 0.55) + 25)
    held = min(talked / 2, book.chance.uniform(25, 210)) if book.share(24) else 0.0
    return Times(menu, waited, talked, held)


def _enter(setup: YearSetup, contact: DemoContact, times: Times) -> Values:
    """From the first ring until the call is in the queue."""
    book, queue_id = setup.book, setup.queue_id(contact)
    visit = begin(setup, contact)
    joined = contact.at + timedelta(seconds=times.menu)
    digit = "1" if contact.issue.theme.queue == "delivery" else "2"
    place, announced = (1, None) if times.waited < 40 else (2 + int(times.waited // 120), int(times.waited * 0.9))
    visit.update(queue_id=queue_id, joined_at=joined, announced_place=place, announced_seconds=announced)
    visit["call"]["menu_keys"] = [digit]
    book.record(contact.at, CallReceived(**who(visit, actor="customer")))
    book.record(joined, MenuChosen(digit=digit, queue_id=queue_id, **who(visit, actor="customer")))
    book.record(joined, QueueEntered(queue_id=queue_id, place=place, expected_seconds=announced, **who(visit)))
    return visit


def _serve(setup: YearSetup, contact: DemoContact, server: DemoAgent, times: Times, joined: datetime) -> None:
    book, visit = setup.book, _enter(setup, contact, times)
    answered = joined + timedelta(seconds=times.waited)
    taken = answered - book.seconds(1, 2)
    made = max(joined, taken - book.seconds(2, 9))
    ticket = issues.ticket_of(book, contact, server, queue_id=visit["queue_id"], at=answered, interaction=visit["id"])
    visit["ticket_id"] = ticket["id"]
    offer = offered(setup, visit, server, made=made, taken=taken)
    ended = answered + timedelta(seconds=times.talked)
    visit.update(
        agent_id=server.id,
        accepted_at=taken,
        answered_at=answered,
        ended_at=ended,
        ended_by=EndedBy.CUSTOMER if book.share(68) else EndedBy.AGENT,
        result=Result.SERVED,
    )
    book.record(answered, CallConnected(waited_seconds=int(times.waited), **who(visit, server)))
    _hold(book, visit, server, times.held, answered)
    _leg(book, visit, contact.at, ended, party="customer", joined=joined)
    _leg(book, visit, taken, ended, party="agent", agent_id=server.id, offer_id=offer["id"], joined=answered)
    _end(book, visit, ended, server, waited=times.waited, talked=times.talked)
    finished = _wrap_up(book, contact, visit, server, ended)
    offer["ended_at"] = server.calls_until = finished
    survey_scores.ask(book, contact, visit, at=finished, waited=times.waited, held=times.held)


def _hold(book: Book, visit: Values, server: DemoAgent, held: float, answered: datetime) -> None:
    if held < 1:
        return
    start = answered + book.seconds(20, 45)
    visit["call"].update(held_times=1, held_seconds=int(held))
    acts = who(visit, server, actor=f"agent:{server.id}")
    book.record(start, CallHeld(**acts))
    book.record(start + timedelta(seconds=held), CallResumed(held_seconds=int(held), **acts))


def _wrap_up(book: Book, contact: DemoContact, visit: Values, server: DemoAgent, ended: datetime) -> datetime:
    outcome = issues.outcome_of(book, contact)
    finished = ended + (book.seconds(12, 75) if outcome else timedelta(seconds=90))
    note = issues.note_of(contact) if outcome else ""
    visit["finished_at"] = finished
    book.extend(visit, WrapUp, outcome=outcome, note=note)
    acts = who(visit, server, actor=f"agent:{server.id}" if outcome else "system")
    book.record(finished, WrapUpFinished(outcome=outcome or "", note=note, ticket_id=visit["ticket_id"], **acts))
    issues.finish(book, contact, server, outcome=outcome, at=finished, interaction=visit["id"])
    return finished


def _abandon(setup: YearSetup, contact: DemoContact, times: Times) -> DemoContact | None:
    book = setup.book
    waited = times.waited * book.chance.uniform(0.3, 0.98)
    visit = _enter(setup, contact, replace(times, waited=times.waited))
    ended = visit["joined_at"] + timedelta(seconds=waited)
    visit.update(ended_at=ended, finished_at=ended, ended_by=EndedBy.CUSTOMER, result=Result.ABANDONED)
    _leg(book, visit, contact.at, ended, party="customer", joined=visit["joined_at"])
    _end(book, visit, ended, None, waited=waited)
    if book.share(55) and not contact.is_redial:
        return replace(contact, at=ended + book.seconds(60, 1500), is_redial=True)
    return None


def _leave_in_menu(book: Book, contact: DemoContact, times: Times) -> None:
    ended = contact.at + timedelta(seconds=times.menu)
    visit = begin(YearSetup(book, [], {}), contact)
    visit.update(ended_at=ended, finished_at=ended, ended_by=EndedBy.CUSTOMER, result=Result.LEFT_IN_MENU)
    book.record(contact.at, CallReceived(**who(visit, actor="customer")))
    _leg(book, visit, contact.at, ended, party="customer", joined=None)
    _end(book, visit, ended, None)


def _end(
    book: Book, visit: Values, at: datetime, server: DemoAgent | None, *, waited: float = 0, talked: float = 0
) -> None:
    event = CallEnded(
        by=visit["ended_by"],
        result=visit["result"],
        waited_seconds=int(waited),
        talked_seconds=int(talked),
        ticket_id=visit.get("ticket_id"),
        **who(visit, server, actor="customer" if visit["ended_by"] == "customer" else "system"),
    )
    book.record(at, event)


def _leg(
    book: Book,
    visit: Values,
    created: datetime,
    left: datetime,
    *,
    party: str,
    joined: datetime | None,
    agent_id: int | None = None,
    offer_id: int | None = None,
) -> None:
    book.add(
        Leg,
        sid=book.sid("CA"),
        interaction_id=visit["id"],
        party=party,
        agent_id=agent_id,
        offer_id=offer_id,
        rank=OVER,
        sequence=3,
        created_at=created,
        joined_at=joined,
        left_at=left,
    )
