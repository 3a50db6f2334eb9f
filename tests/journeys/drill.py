"""One process of the concurrency drill: calls and texts come in, agents take, pass and miss them, callers hang up."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import DBAPIError

from callcenter.actions import calls, lines, messages, offers, wrap_ups
from callcenter.app import create_app
from callcenter.domain.calls import CallStatus, ConferenceReport, IncomingCall, LegReport
from callcenter.domain.errors import DomainError
from callcenter.domain.messages import IncomingMessage
from callcenter.domain.permissions import Actor
from callcenter.settings import Settings
from callcenter.storage import interactions
from callcenter.storage.interactions import Interaction
from callcenter.storage.offers import Offer
from callcenter.storage.work import Work
from callcenter.wiring import Wiring, utc_now

OURS = "+14155550100"
R = TypeVar("R", Offer, Interaction)


class Shift:
    def __init__(self, seed: int, settings: Settings) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.wiring = Wiring(settings)
        self.errors: list[str] = []
        self.sequence = seed * 1_000_000

    def run(self, arrivals: int) -> None:
        for turn in range(arrivals):
            self._try(self._text if turn % 4 == 3 else self._call, f"{self.seed}{turn:03d}")
            for _ in range(2):
                self._try(self.chance.choice([self._accept, self._accept, self._decline, self._miss, self._leave]))
                self._try(self._finish)
        while any(self._try(act) for act in (self._accept, self._leave, self._finish)):
            pass
        self.wiring.close()

    def _try(self, act: Callable[..., bool | None], *arguments: str) -> bool | None:
        """What one person may get wrong because another was faster is no fault; anything from the database is."""
        try:
            return act(*arguments)
        except DomainError:
            return True
        except DBAPIError as error:
            self.errors.append(f"{act.__name__}: {type(error.orig).__name__}: {error.orig}")
            return True

    def _call(self, number: str) -> None:
        sid = f"CA{number}"
        call = IncomingCall(sid=sid, caller=f"+1415555{number[-4:]}", called=OURS)
        with self.wiring.work() as work:
            answer = calls.receive(work, call)
        with self.wiring.work() as work:
            calls.choose(work, answer.interaction_id, "1")  # type: ignore[union-attr]

    def _text(self, number: str) -> None:
        sms = IncomingMessage(
            sid=f"SM{number}", channel="sms", sender=f"+1415555{number[-4:]}", recipient=OURS, body="hello"
        )
        with self.wiring.work() as work:
            messages.receive(work, sms)

    def _accept(self) -> bool:
        if (offer := self._some(Offer, Offer.state == "live")) is None:
            return False
        with self.wiring.work() as work:
            offers.accept(work, offer.id, agent_id=offer.agent_id)
        if offer.medium == "voice" and self.chance.random() < 0.8:
            self._join(offer)
        return True

    def _join(self, offer: Offer) -> None:
        sid, self.sequence = f"CAagent{offer.id}", self.sequence + 1
        with self.wiring.work() as work:
            lines.connect_agent(
                work, call_sid=sid, agent_id=offer.agent_id, interaction_id=offer.interaction_id, offer_id=offer.id
            )
        report = ConferenceReport(
            conference_sid="CF1",
            name=f"interaction-{offer.interaction_id}",
            event="participant-join",
            sequence=self.sequence,
            call_sid=sid,
        )
        with self.wiring.work() as work:
            lines.conference(work, report)

    def _decline(self) -> None:
        if offer := self._some(Offer, Offer.state == "live"):
            with self.wiring.work() as work:
                offers.decline(work, offer.id, agent_id=offer.agent_id)

    def _miss(self) -> None:
        if offer := self._some(Offer, Offer.state == "live"):
            with self._later() as work:
                offers.expire(work, offer.interaction_id)

    def _leave(self) -> bool:
        """A customer goes, in whatever state: a caller hangs up, a conversation is ended by its agent."""
        one = self._some(Interaction, Interaction.state.in_(("menu", "waiting", "offered", "active")))
        if one is None:
            return False
        with self.wiring.work() as work:
            if one.is_call:
                sid = next(leg.sid for leg in interactions.legs(work.session, one.id) if leg.party == "customer")
                lines.report(work, LegReport(sid=sid, status=CallStatus.COMPLETED))
            elif one.state == "active":
                wrap_ups.end_conversation(work, one.id, actor=Actor("agent", one.agent_id))  # type: ignore[arg-type]
            else:
                locked = interactions.get(work.session, one.id, lock=True)
                if locked and locked.state != "active":
                    calls.end(work, locked, by="customer")
        return True

    def _finish(self) -> bool:
        one = self._some(Interaction, Interaction.state == "wrap_up")
        if one is None:
            return False
        if self.chance.random() < 0.5:
            with self.wiring.work() as work:
                wrap_ups.finish(work, one.id, outcome="solved", note="", actor=Actor("agent", one.agent_id))  # type: ignore[arg-type]
        else:
            with self._later(600) as work:
                wrap_ups.run_out(work)
        return True

    def _some(self, kind: type[R], which: ColumnElement[bool]) -> R | None:
        with self.wiring.reading() as session:
            found = session.scalars(select(kind).where(which).order_by(kind.id).limit(40)).all()
        return self.chance.choice(found) if found else None

    @contextmanager
    def _later(self, seconds: int = 60) -> Iterator[Work]:
        """A work that believes it is later: the clock's."""
        self.wiring.clock = lambda: utc_now() + timedelta(seconds=seconds)
        try:
            with self.wiring.work() as work:
                yield work
        finally:
            self.wiring.clock = utc_now


def work_a_shift(seed: int, settings: dict[str, Any], arrivals: int) -> list[str]:
    """What went wrong; empty where nothing did."""
    shift = Shift(seed, Settings(**settings))
    shift.run(arrivals)
    return shift.errors


_together: Barrier | None = None


def meet(together: Barrier) -> None:
    """In each process of a pool: where they wait for one another."""
    global _together
    _together = together


def post(settings: dict[str, Any], path: str, form: dict[str, str], signature: str) -> bytes:
    """One webhook, at the same instant as the other processes'."""
    client = create_app(Settings(**settings)).test_client()
    assert _together is not None
    _together.wait(60)
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature}).data
