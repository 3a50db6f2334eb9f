"""A realistic floor at fixed times: Carla with a year of history, Bo on a call, Alice free, others waiting."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from werkzeug.test import TestResponse

from callcenter.actions.agents import agents
from callcenter.actions.calls import wrap_ups
from callcenter.actions.surveys import surveys
from callcenter.actions.tickets import tickets
from callcenter.storage.administration.company import Queue
from callcenter.storage.agents.agents import Agent
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers.customers import Account, Customer
from callcenter.storage.database import Row
from callcenter.storage.history import History
from callcenter.storage.surveys.surveys import Survey
from callcenter.storage.tickets.tickets import Comment, Ticket
from callcenter.wiring import Wiring
from tests.again import Again
from tests.empowered import Counter
from tests.factories import CARLA, LI_LEI, Centre, Moment
from tests.site import SignIn, csrf_token

FRIDAY, MONDAY = (
    datetime(2026, 3, 13, 17, tzinfo=UTC),
    datetime(2026, 3, 16, 17, tzinfo=UTC),
)  # ten o'clock in California
TOM, MALLORY, ANA = "+14155550150", "+14155550151", "+14155550152"
R = TypeVar("R", bound=Row)


@pytest.fixture
def wiring(wiring: Wiring) -> Wiring:
    wiring.clock = Moment(FRIDAY)
    return wiring


@pytest.fixture
def centre(centre: Centre) -> Centre:
    centre.clock.now = FRIDAY
    return centre


@dataclass
class Person:
    """A signed-in browser with the page's CSRF token; any unexpected answer fails the test."""

    browser: FlaskClient
    token: str

    def get(self, path: str, *, is_part: bool = False) -> str:
        answer = self.browser.get(path, headers={"HX-Request": "true"} if is_part else {})
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, *, answered: int = 200, **form: Any) -> TestResponse:
        headers = {"HX-Request": "true", "X-CSRFToken": self.token}
        answer = self.browser.post(path, data=form, headers=headers)
        assert answer.status_code == answered, answer.text
        return answer


@dataclass
class Floor:
    counter: Counter

    @property
    def centre(self) -> Centre:
        return self.counter.centre

    @property
    def carla(self) -> int:
        return self.counter.carla

    def past(self, number: str, outcome: str, note: str) -> None:
        """A call of some minutes that Alice served."""
        call, caller, _ = self.centre.talk(number)
        self.centre.clock.forward(180)
        self.centre.report(caller)
        with self.centre.wiring.work() as work:
            wrap_ups.finish(work, call, outcome=outcome, note=note, actor=self.centre.actor("alice"))
        self.centre.clock.forward(3600)

    def rated(self, said: str) -> None:
        """The last survey, asked and answered."""
        with self.centre.wiring.work() as work:
            surveys.invite(work, self.centre.rows(Survey)[-1].id)
        self.centre.text(said)

    def ticket(self, subject: str, customer_id: int) -> int:
        with self.centre.wiring.work() as work:
            actor = self.centre.actor("alice")
            opened = tickets.open_by(work, actor=actor, subject=subject, customer_id=customer_id)
            tickets.comment(work, opened.id, body="The depot looks for it.", actor=actor)
            return opened.id

    def wait(self, *numbers: str) -> None:
        """Each waits in the Billing queue, which no agent here serves."""
        for number in numbers:
            self.centre.call(number, key="2")

    def double(self) -> None:
        """Double everything a page lists: colleagues, queues, waiting customers, grants, tickets, contacts, comments,
        answers, history. Done as if by another process: this one's caches stay."""
        aside = Wiring(self.centre.wiring.settings)
        aside.clock = self.centre.clock
        centre = replace(self.centre, wiring=aside)
        for number in ("+14155550160", "+14155550161", "+14155550162"):
            centre.call(number, key="2")
        replace(self.counter, centre=centre).make_grant("credit", 1000)
        with aside.database.begin() as session:
            for n, agent in enumerate(session.scalars(select(Agent)).all()):
                session.add(_copy(agent, username=f"{agent.username}{n}", email=f"{n}{agent.email}"))
            for queue in session.scalars(select(Queue)).all():
                session.add(_copy(queue, key=f"{queue.key}2"))
            for ticket in session.scalars(select(Ticket)).all():
                session.add(_copy(ticket, number=f"26-9{ticket.id:03d}"))
            session.add_all(_copy(row) for row in session.scalars(select(Comment)).all())
            ended = select(Interaction).where(Interaction.state == "ended")
            again = {
                row.id: _copy(row, call=_copy(row.call), wrap_up=row.wrap_up and _copy(row.wrap_up))
                for row in session.scalars(ended).all()
            }
            session.add_all(again.values())
            session.flush()
            for survey in session.scalars(select(Survey)).all():
                session.add(_copy(survey, interaction_id=again[survey.interaction_id].id))
            session.add_all(_copy(row, sequence=None) for row in session.scalars(select(History)).all())
            session.flush()
            session.execute(text("UPDATE history SET sequence = nextval('history_sequence') WHERE sequence IS NULL"))
        aside.close()


def _copy(row: R, **changes: Any) -> R:
    values = {column.key: getattr(row, column.key) for column in type(row).__mapper__.column_attrs}
    del values["id"]
    return type(row)(**{**values, **changes})


@pytest.fixture
def floor(counter: Counter, again: Again) -> Floor:
    """Carla: gold, with an account, three tickets, four contacts, a survey answer and a grant. Bo talks with Tom, three
    wait for Billing, Alice and Sam are at their screens, and Alice is free."""
    again("floor", counter.centre.clock, lambda: _at_work(Floor(counter)))
    return Floor(counter)


def _at_work(made: Floor) -> None:
    counter, centre = made.counter, made.centre
    counter.budget(200_000)
    with centre.wiring.work() as work:
        account = Account(name="Mendes Interiors", owner_id=centre.people.bo)
        work.session.add(account)
        work.session.flush()
        work.session.execute(update(Customer).where(Customer.id == counter.carla).values(account_id=account.id))
    centre.available("alice")
    for outcome, note in (("promise_made", "Late again."), ("waiting_for_department", "Depot asked."), ("solved", "")):
        made.past(CARLA, outcome, note)
    made.rated("4, waited too long")
    counter.make_grant("credit", 2000)
    made.ticket("Table has a scratch", counter.carla)
    made.ticket("Lamp flickers", centre.customer("Li Lei", LI_LEI, language="zh"))
    with centre.wiring.work() as work:
        agents.choose_status(work, centre.people.alice, "unavailable")
    centre.clock.now = MONDAY
    for name, number in (("Tom Becker", TOM), ("Mallory Kent", MALLORY), ("Ana Silva", ANA)):
        centre.customer(name, number)
    centre.available("bo")
    centre.talk(TOM)
    made.wait(LI_LEI, MALLORY, ANA)
    centre.available("alice")
    counter.at_screen("alice", "bo", "sam")


@pytest.fixture
def alice(signed_in: SignIn) -> Person:
    return _person(signed_in("alice"), "/desk")


@pytest.fixture
def sam(signed_in: SignIn) -> Person:
    return _person(signed_in("sam"), "/wallboard/")


@pytest.fixture
def robin(signed_in: SignIn) -> Person:
    return _person(signed_in("robin"), "/admin/home/")


def _person(browser: FlaskClient, page: str) -> Person:
    return Person(browser, csrf_token(browser))
