"""Writes Harbor Home into an empty database in one transaction. Same `now`, same data."""

import gc
import heapq
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.demo import days, empowerment, issues, people, personas, staff, stories
from callcenter.demo.book import Book
from callcenter.demo.calls import call
from callcenter.demo.contacts import YearSetup
from callcenter.demo.conversations import converse
from callcenter.demo.schedule import DemoContact, year
from callcenter.demo.staff import DemoAgent
from callcenter.storage.administration import company
from callcenter.storage.administration.company import Queue
from callcenter.storage.agents.agents import Agent
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers.customers import Customer
from callcenter.storage.database import Database
from callcenter.storage.history import History
from callcenter.storage.tickets.tickets import Ticket

SEEDING_LOCK = 7_000_002


class NotEmpty(Exception):
    """The database holds other data; the demo does not mix with it."""


def seed(database: Database, *, now: datetime) -> bool:
    """True if Harbor Home was written, False if it exists. Raises NotEmpty for other data."""
    with database.begin() as session:
        # Two processes that start at once must not both seed.
        session.execute(select(func.pg_advisory_xact_lock(SEEDING_LOCK)))
        if _is_seeded(session):
            return False
        write(now).write(session)
        return True


def _is_seeded(session: Session) -> bool:
    ours = company.get(session)
    if ours and ours.names == personas.COMPANY:
        return True
    for table in (Agent, Customer, Interaction, Ticket, History):
        if ours or session.scalar(select(table.id).limit(1)):
            raise NotEmpty(
                "This database holds data of its own; the demo is only written into an empty one. "
                "Set DATABASE_URL to another database."
            )
    return False


def write(now: datetime) -> Book:
    """The rows, not yet in a database."""
    with _nothing_collected():
        return _written(now)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    # All objects stay alive; garbage collection would take a fifth of the time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _written(now: datetime) -> Book:
    book = Book(now)
    ids = staff.write(book)
    customers = people.write(book, owners=ids)
    queues = {row["key"]: row["id"] for row in book.rows(Queue)}
    servers = [DemoAgent(ids[member.username], member, now - timedelta(days=400)) for member in personas.AGENTS]
    by_name = {person.name: person for person in customers}
    _play(YearSetup(book, servers, queues), [*stories.stories(book, by_name), *year(book, customers)])
    issues.settle(book)
    book.continue_at("ticket_serial", issues.number(book))
    empowerment.write(book)
    days.write(book, servers)
    return book


def _play(setup: YearSetup, contacts: Iterable[DemoContact]) -> None:
    """Serve all contacts in order of time; an abandoned call may return."""
    serial = count()
    waiting = [(contact.at, next(serial), contact) for contact in contacts]
    heapq.heapify(waiting)
    while waiting:
        _, _, contact = heapq.heappop(waiting)
        if not contact.channel.is_voice:
            converse(setup, contact)
        elif again := call(setup, contact):
            heapq.heappush(waiting, (again.at, next(serial), again))
