"""The app in use, for tests: a settable clock, agents, callers, Twilio's signed posts and REST API."""

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import select, text, update

from callcenter.actions.agents import agents
from callcenter.actions.calls import calls
from callcenter.actions.inbound import inbound
from callcenter.actions.legs import legs
from callcenter.actions.routing import offers
from callcenter.domain.calls import CallStatus, ConferenceReport, IncomingCall, LegReport
from callcenter.domain.channels import AddressKind, Channel
from callcenter.domain.messages import IncomingMessage
from callcenter.domain.permissions import Actor
from callcenter.storage.administration.company import Company, Number, Queue
from callcenter.storage.agents.agents import Agent
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Customer
from callcenter.storage.database import Row
from callcenter.storage.history import History
from callcenter.storage.routing import offers as offer_rows
from callcenter.storage.routing.offers import Offer
from callcenter.wiring import Wiring
from tests.again import Again, Clock
from tests.site import People
from tests.waiting import PATIENCE

OURS = "+14155550100"
CARLA = "+14155550142"
LI_LEI = "+8613855500163"
ACCOUNT = "AC" + "0" * 32
TOKEN = "token for tests"
R = TypeVar("R", bound=Row)
T = TypeVar("T")


def new_sid(kind: str = "CA") -> str:
    return kind + uuid.uuid4().hex


def at_once(*acts: Callable[[], T]) -> list[T | BaseException]:
    """Do these at the same instant, each in a thread of its own; what each returned or raised."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], T]) -> None:
        barrier.wait(PATIENCE)
        try:
            results[place] = act()
        except BaseException as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return results


class Moment(Clock):
    """A clock that a test turns."""

    def __init__(self, now: datetime | None = None) -> None:
        super().__init__(now or datetime.now(UTC).replace(microsecond=0))

    def forward(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@dataclass
class Centre:
    """Harbor Home, open: its number, two queues, its people."""

    wiring: Wiring
    clock: Moment
    people: People
    delivery: int
    billing: int

    # Who serves

    def actor(self, name: str) -> Actor:
        return Actor(self.agent(name).role, self.id_of(name))

    def id_of(self, name: str) -> int:
        return int(getattr(self.people, name))

    def agent(self, name: str) -> Agent:
        return self.row(Agent, self.id_of(name))

    def available(self, *names: str) -> None:
        """These sign in and take work, each a second after the one before: the first is the longest idle."""
        for name in names:
            with self.wiring.work() as work:
                agents.sign_in(work, self.id_of(name))
            with self.wiring.work() as work:
                agents.choose_status(work, self.id_of(name), "available")
            self.clock.forward(1)

    def change(self, name: str, **values: object) -> None:
        with self.wiring.work() as work:
            work.session.execute(update(Agent).where(Agent.id == self.id_of(name)).values(**values))

    # Who calls

    def customer(self, name: str, number: str, *, language: str = "en", zone: str = "UTC") -> int:
        with self.wiring.work() as work:
            row = Customer(name=name, language=language, zone=zone, since=work.now, currency="USD")
            work.session.add(row)
            work.session.flush()
            customers.add_address(work.session, row.id, AddressKind.PHONE, number, now=work.now, verified_at=work.now)
            return row.id

    def call(self, number: str | None = CARLA, *, key: str | None = "1") -> tuple[int, str]:
        """A caller who has chosen in the menu: (interaction, sid)."""
        sid = new_sid()
        with self.wiring.work() as work:
            calls.receive(work, IncomingCall(sid=sid, caller=number, called=OURS))
        interaction_id = self.of_sid(sid).id
        if key is not None:
            with self.wiring.work() as work:
                calls.choose(work, interaction_id, key)
        return interaction_id, sid

    def text(self, body: str, number: str = CARLA, *, sid: str | None = None, opt_out: str | None = None) -> None:
        with self.wiring.work() as work:
            sms = IncomingMessage(
                sid=sid or new_sid("SM"), channel=Channel.SMS, sender=number, recipient=OURS, body=body, opt_out=opt_out
            )
            inbound.receive(work, sms)

    def accept(self, interaction_id: int) -> int:
        """The agent with the offer accepts it; returns the offer id."""
        offer = self.offer(interaction_id)
        with self.wiring.work() as work:
            offers.accept(work, offer.id, agent_id=offer.agent_id)
        return offer.id

    def connect(self, interaction_id: int) -> str:
        """The agent's browser calls in and is heard; the sid of its line."""
        offer, sid = self.offer(interaction_id), new_sid()
        with self.wiring.work() as work:
            legs.connect_agent(
                work, call_sid=sid, agent_id=offer.agent_id, interaction_id=interaction_id, offer_id=offer.id
            )
        self.conference(interaction_id, "participant-join", sid)
        return sid

    def talk(self, number: str | None = CARLA) -> tuple[int, str, str]:
        """A call in full swing: (interaction, the caller's sid, the agent's sid)."""
        interaction_id, sid = self.call(number)
        self.accept(interaction_id)
        return interaction_id, sid, self.connect(interaction_id)

    def conference(
        self, interaction_id: int, event: str, sid: str, *, sequence: int | None = None, reason: str | None = None
    ) -> None:
        number = next(_sequence) if sequence is None else sequence
        with self.wiring.work() as work:
            legs.conference(
                work,
                ConferenceReport(
                    conference_sid=f"CF{interaction_id:032d}",
                    name=f"interaction-{interaction_id}",
                    event=event,
                    sequence=number,
                    call_sid=sid,
                    reason=reason,
                ),
            )

    def report(self, sid: str, status: str = "completed") -> None:
        with self.wiring.work() as work:
            legs.report(work, LegReport(sid=sid, status=CallStatus(status)))

    # What stands written

    def row(self, kind: type[R], id_: int) -> R:
        with self.wiring.reading() as session:
            found = session.get(kind, id_)
            assert found is not None
            return found

    def rows(self, kind: type[R]) -> Sequence[R]:
        with self.wiring.reading() as session:
            return session.scalars(select(kind).order_by(kind.id)).all()

    def interaction(self, id_: int) -> Interaction:
        return self.row(Interaction, id_)

    def of_sid(self, sid: str) -> Interaction:
        with self.wiring.reading() as session:
            found = interactions.by_leg(session, sid)
            assert found is not None
            return found

    def open_offer(self, interaction_id: int) -> Offer | None:
        with self.wiring.reading() as session:
            return offer_rows.open_of(session, interaction_id)

    def offer(self, interaction_id: int) -> Offer:
        found = self.open_offer(interaction_id)
        assert found is not None, "nobody is asked"
        return found

    def asked(self, interaction_id: int) -> str | None:
        """User name of the agent with the open offer, or None."""
        found = self.open_offer(interaction_id)
        if found is None:
            return None
        return next(name for name in ("alice", "bo", "sam", "robin") if self.id_of(name) == found.agent_id)

    def kinds(self, interaction_id: int | None = None) -> list[str]:
        """Event kinds in history, in order."""
        wanted = select(History.kind).order_by(History.id)
        if interaction_id is not None:
            wanted = wanted.where(History.interaction_id == interaction_id)
        with self.wiring.reading() as session:
            return list(session.scalars(wanted))

    def run(self, statement: str, **values: object) -> None:
        with self.wiring.work() as work:
            work.session.execute(text(statement), values)


_sequence = iter(range(1, 10**9))


@pytest.fixture
def centre(wiring: Wiring, people: People, again: Again) -> Centre:
    """Open at all hours, no agent available, no caller."""
    clock = Moment()
    wiring.clock = clock
    return Centre(wiring, clock, people, *again("shop", clock, lambda: _queues(wiring)))


def _queues(wiring: Wiring) -> tuple[int, int]:
    """Delivery and Billing, with our number before them."""
    with wiring.work() as work:
        billing = Queue(
            key="billing",
            names={"en": "Billing", "zh": "账单"},
            routing={"skills": {"billing": 1}},
            zone="America/Los_Angeles",
            hours={"mon": [["09:00", "17:00"]]},
            holidays=[],
        )
        work.session.add(billing)
        work.session.flush()
        delivery = work.session.scalars(select(Queue.id).where(Queue.key == "delivery")).one()
        work.session.add(
            Number(
                e164=OURS,
                language="en",
                menu={"1": delivery, "2": billing.id},
                queue_id=delivery,
                sms_queue_id=delivery,
            )
        )
        ours = work.session.get(Company, 1)
        assert ours is not None
        ours.survey_delay_seconds, ours.survey_quiet_hours = 0, False
        return delivery, billing.id
