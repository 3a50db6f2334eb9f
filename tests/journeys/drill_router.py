"""One router of the drill: an endless loop of random customer and agent actions. It may be killed at any point."""

import random
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from callcenter.actions.agents import agents
from callcenter.actions.calls import calls, transfers, wrap_ups
from callcenter.actions.inbound import inbound
from callcenter.actions.legs import legs
from callcenter.actions.routing import offers
from callcenter.domain.agents import Role
from callcenter.domain.calls import CallStatus, ConferenceReport, IncomingCall, LegReport, OfferMenu
from callcenter.domain.channels import Channel
from callcenter.domain.errors import DomainError
from callcenter.domain.interactions import EndedBy
from callcenter.domain.messages import IncomingMessage
from callcenter.domain.permissions import Actor
from callcenter.settings import Settings
from callcenter.storage.calls import interactions
from callcenter.storage.calls import legs as leg_rows
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.routing.offers import Offer
from callcenter.wiring import Wiring
from tests.bench.fill import DIRECT, WITH_MENU, number_of
from workers.clock import Clock

TURN = text("SELECT nextval('drill_turns')")
WAITING = text("SELECT count(*) FROM interactions WHERE state = 'waiting'")
LIVE_OFFER = text("SELECT id FROM offers WHERE state = 'live' ORDER BY random() LIMIT 1")
WITH_US = text(
    "SELECT id FROM interactions WHERE state IN ('menu', 'waiting', 'offered', 'active')"
    " ORDER BY state = 'active' AND random() < 0.8 DESC, random() LIMIT 1"
)
SPOKEN_WITH = text(
    "SELECT id FROM interactions WHERE state = 'active' AND answered_at IS NOT NULL ORDER BY random() LIMIT 1"
)
IN_WRAP_UP = text("SELECT id FROM interactions WHERE state = 'wrap_up' ORDER BY random() LIMIT 1")
ANYBODY = text("SELECT id FROM agents WHERE role = 'agent' AND status <> 'signed_out' ORDER BY random() LIMIT 1")
# Half the time an agent with an open offer signs off, so that every drill has offers that end this way.
SIGNING_OFF = text(
    "SELECT id FROM agents WHERE role = 'agent' AND status <> 'signed_out'"
    " ORDER BY state = 'offered' AND random() < 0.5 DESC, random() LIMIT 1"
)
AWAY = text("SELECT id FROM agents WHERE role = 'agent' AND status <> 'available' ORDER BY random() LIMIT 1")
LINE = text(
    "SELECT sid FROM legs WHERE party = 'agent' AND left_at IS NULL AND interaction_id IN"
    " (SELECT id FROM interactions WHERE state = 'active') ORDER BY random() LIMIT 1"
)
MOST_WAITING = 120
WAVE = 3.0  # seconds of rush, then as many of ebb


class Router:
    def __init__(self, seed: int, settings: Settings) -> None:
        self.chance = random.Random(seed)
        self.wiring = Wiring(settings)
        self.faults: list[str] = []

    def run(self, arrivals: int) -> None:
        """Until all have come."""
        acts: dict[Callable[[], object], float] = {
            self._accept: 7,
            self._decline: 1,
            self._leave: 5,
            self._finish: 2,
            self._drop_line: 0.3,
            self._transfer: 0.6,
            self._sign_off: 0.6,
            self._change_status: 0.8,
            self._come_back: 2.5,
        }
        while True:
            is_rush = time.time() // WAVE % 2 == 0
            if self.chance.random() < (0.6 if is_rush else 0.1) and self._number(WAITING) < MOST_WAITING:
                turn = self._number(TURN)
                if turn > arrivals:
                    return
                self.attempt(self.arrive, turn)
            else:
                [act] = self.chance.choices(list(acts), weights=list(acts.values()))
                self.attempt(act)

    def attempt(self, act: Callable[..., object], *arguments: int) -> None:
        """What one person may get wrong because another was faster is no fault; anything from the database is."""
        try:
            act(*arguments)
        except DomainError:
            return
        except DBAPIError as error:
            self.faults.append(f"{act.__name__}: {type(error.orig).__name__}: {error.orig}")

    def _number(self, question: Any) -> int:
        with self.wiring.database.at_once() as connection:
            return connection.execute(question).scalar() or 0

    # Customers

    def arrive(self, turn: int) -> None:
        """One arrival per turn, however often Twilio reports it."""
        if turn % 4 == 3:
            self._text(turn)
            return
        with self.wiring.work() as work:
            call = IncomingCall(sid=sid_of(turn), caller=number_of(turn), called=WITH_MENU if turn % 3 else DIRECT)
            answer = calls.receive(work, call)
        if isinstance(answer, OfferMenu):
            with self.wiring.work() as work:
                calls.choose(work, answer.interaction_id, str(1 + turn // 4 % 3), token=sid_of(turn))

    def _text(self, turn: int) -> None:
        sms = IncomingMessage(
            sid=sid_of(turn), channel=Channel.SMS, sender=number_of(turn), recipient=DIRECT, body="Where is my parcel?"
        )
        with self.wiring.work() as work:
            inbound.receive(work, sms)

    def _leave(self) -> None:
        if id_ := self._number(WITH_US):
            self.leave(id_)

    def leave(self, id_: int) -> None:
        """A customer leaves in any state: a caller hangs up, an agent ends a conversation, or it times out."""
        with self.wiring.work() as work:
            one = interactions.get(work.session, id_, lock=True)
            assert one is not None
            if one.channel.is_voice:
                leg = leg_rows.of_customer(work.session, id_)
                assert leg is not None
                legs.report(work, LegReport(sid=leg.sid, status=CallStatus.COMPLETED))
            elif one.state == "active":
                wrap_ups.end_conversation(work, id_, actor=Actor(Role.AGENT, one.agent_id or 0))
            else:
                calls.end(work, one, by=EndedBy.CUSTOMER)

    # Agents

    def _accept(self) -> None:
        if not (offer := self._row(Offer, LIVE_OFFER)):
            return
        with self.wiring.work() as work:
            offers.accept(work, offer.id, agent_id=offer.agent_id)
        if offer.medium == "voice" and self.chance.random() < 0.9:
            self._join(offer)

    def _join(self, offer: Offer) -> None:
        sid, about = f"CAagent{offer.id}", {"interaction_id": offer.interaction_id, "offer_id": offer.id}
        with self.wiring.work() as work:
            legs.connect_agent(work, call_sid=sid, agent_id=offer.agent_id, **about)
        name = f"interaction-{offer.interaction_id}"
        with self.wiring.work() as work:
            report = ConferenceReport(
                conference_sid="CF1", name=name, event="participant-join", sequence=offer.id, call_sid=sid
            )
            legs.conference(work, report)

    def _decline(self) -> None:
        if offer := self._row(Offer, LIVE_OFFER):
            with self.wiring.work() as work:
                offers.decline(work, offer.id, agent_id=offer.agent_id, reason=self.chance.choice(["", "busy"]))

    def _finish(self) -> None:
        if one := self._row(Interaction, IN_WRAP_UP):
            with self.wiring.work() as work:
                actor = Actor(Role.AGENT, one.agent_id or 0)
                wrap_ups.finish(work, one.id, outcome="solved", note="", actor=actor)

    def _drop_line(self) -> None:
        with self.wiring.reading() as session:
            sid = session.scalar(LINE)
        if sid:
            with self.wiring.work() as work:
                legs.report(work, LegReport(sid=sid, status=CallStatus.COMPLETED))

    def _transfer(self) -> None:
        if one := self._row(Interaction, SPOKEN_WITH):
            actor, queue_id = Actor(Role.AGENT, one.agent_id or 0), self.chance.randint(1, 3)
            other = self._number(ANYBODY) if self.chance.random() < 0.5 else None
            with self.wiring.work() as work:
                if other:
                    transfers.to_agent(work, one.id, agent_id=other, reason="The colleague knows", actor=actor)
                else:
                    transfers.to_queue(work, one.id, queue_id=queue_id, reason="Not ours", actor=actor)

    def _sign_off(self) -> None:
        if id_ := self._number(SIGNING_OFF):
            with self.wiring.work() as work:
                agents.sign_out(work, id_)

    def _change_status(self) -> None:
        if id_ := self._number(ANYBODY):
            with self.wiring.work() as work:
                agents.choose_status(work, id_, self.chance.choice(["break", "unavailable", "available"]))

    def _come_back(self) -> None:
        if id_ := self._number(AWAY):
            with self.wiring.work() as work:
                agents.sign_in(work, id_)
            with self.wiring.work() as work:
                agents.choose_status(work, id_, "available")

    def _row(self, kind: type[Any], which: Any) -> Any:
        with self.wiring.reading() as session:
            id_ = session.scalar(which)
            return session.get(kind, id_) if id_ else None


def sid_of(turn: int) -> str:
    return f"{'SM' if turn % 4 == 3 else 'CA'}{turn:032d}"


def route(seed: int, settings: dict[str, Any], arrivals: int, faults: Path) -> None:
    """A process of routing, from its first to its last act. What went wrong is written down at once."""
    router = Router(seed, Settings(**settings))
    router.faults = Kept(faults)
    _or_say_why(faults, lambda: router.run(arrivals))


def tick(settings: dict[str, Any], faults: Path) -> None:
    """A clock like any other, until it is ended."""
    _or_say_why(faults, Clock(Wiring(Settings(**settings))).run)


def _or_say_why(faults: Path, do: Callable[[], object]) -> None:
    try:
        do()
    except Exception:
        Kept(faults).append(traceback.format_exc())
        raise


class Kept(list[str]):
    """In a file that outlives the process."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def append(self, fault: str) -> None:
        with self._file.open("a") as file:
            file.write(fault.replace("\n", " | ") + "\n")
