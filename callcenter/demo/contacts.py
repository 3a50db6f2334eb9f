"""What calls and conversations share: the row, the offers, the choice of agent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from callcenter.demo.book import Book, Values
from callcenter.demo.personas import OUR_NUMBER
from callcenter.demo.schedule import DemoContact
from callcenter.demo.staff import DemoAgent
from callcenter.domain.channels import Channel
from callcenter.domain.events import InteractionAccepted, OfferEnded, OfferMade
from callcenter.domain.interactions import State
from callcenter.storage.calls.calls import Call
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.customers.customers import Address
from callcenter.storage.routing.offers import Offer

RING = timedelta(seconds=20)


@dataclass
class YearSetup:
    """The book, agents and queue ids with which the year is written."""

    book: Book
    servers: list[DemoAgent]
    queues: dict[str, int]

    def able(self, contact: DemoContact) -> list[DemoAgent]:
        theme, language = contact.issue.theme, contact.customer.language
        return [
            server
            for server in self.servers
            if language in server.member.languages and dict(server.member.skills).get(theme.queue)
        ]

    def taker(self, contact: DemoContact, at: datetime) -> DemoAgent | None:
        """The scripted agent, else the free one with skills and language who has been idle longest."""
        able = self.able(contact)
        if contact.script:
            return next(server for server in self.servers if server.member.username == contact.script.agent)
        free = [s for s in able if s.works_at(at) and s.is_free(at, channel=contact.channel)]
        return min(free, key=lambda server: (server.calls_until, server.id), default=None)

    def queue_id(self, contact: DemoContact) -> int:
        return self.queues[contact.issue.theme.queue if contact.channel.is_voice else "delivery"]


def begin(setup: YearSetup, contact: DemoContact) -> Values:
    _seen(setup.book, contact)
    visit = setup.book.add(
        Interaction,
        channel=contact.channel,
        direction="inbound",
        state=State.ENDED,
        language=contact.customer.language,
        our_address=OUR_NUMBER,
        their_address=contact.customer.number,
        customer_id=contact.customer.id,
        created_at=contact.at,
    )
    if contact.channel.is_voice:
        visit["call"] = setup.book.extend(visit, Call, held_seconds=0)
    return visit


def _seen(book: Book, contact: DemoContact) -> None:
    """Update the address's last contact; WhatsApp is an address of its own with the same number."""
    addresses, kind = contact.customer.addresses, contact.channel.address_kind
    if kind not in addresses:
        dates = {"since": contact.at, "verified_at": contact.at, "last_seen_at": None, "opted_out_at": None}
        who = {"customer_id": contact.customer.id, "kind": kind, "address": contact.customer.number}
        addresses[kind] = book.add(Address, **who, **dates)
    before = addresses[kind]["last_seen_at"]
    addresses[kind]["last_seen_at"] = max(contact.at, before or contact.at)


def offered(setup: YearSetup, visit: Values, server: DemoAgent, *, made: datetime, taken: datetime) -> Values:
    """One offer, accepted at `taken`; sometimes preceded by an offer that another agent declined or missed."""
    book = setup.book
    medium = Channel(visit["channel"]).medium
    if visit["joined_at"] < made - RING and (other := _other(setup, server, made)) and book.share(35):
        _passed_over(book, visit, other, made=made - RING, medium=medium)
    offer = _offer(book, visit, server, made=made, medium=medium, state="accepted", ended=taken)
    offer["accepted_at"] = taken
    subjects = who(visit, server, actor=f"agent:{server.id}")
    waited = int((taken - visit["joined_at"]).total_seconds())
    book.record(taken, OfferEnded(offer_id=offer["id"], outcome="accepted", **subjects))
    subjects["ticket_id"] = visit["ticket_id"]
    book.record(taken, InteractionAccepted(offer_id=offer["id"], waited_seconds=waited, **subjects))
    return offer


def _other(setup: YearSetup, server: DemoAgent, at: datetime) -> DemoAgent | None:
    others = (s for s in setup.servers if s is not server and s.works_at(at) and s.is_free(at, channel=Channel.VOICE))
    return next((s for s in others if set(s.member.languages) & set(server.member.languages)), None)


def _passed_over(book: Book, visit: Values, server: DemoAgent, *, made: datetime, medium: str) -> None:
    state = "declined" if book.share(30) else "expired"
    ended = made + (book.seconds(3, 9) if state == "declined" else RING)
    offer = _offer(book, visit, server, made=made, medium=medium, state=state, ended=ended)
    actor = f"agent:{server.id}" if state == "declined" else "system"
    book.record(ended, OfferEnded(offer_id=offer["id"], outcome=state, **who(visit, server, actor=actor)))


def _offer(
    book: Book, visit: Values, server: DemoAgent, *, made: datetime, medium: str, state: str, ended: datetime
) -> Values:
    offer = book.add(
        Offer,
        interaction_id=visit["id"],
        agent_id=server.id,
        medium=medium,
        slot=0,
        state=state,
        is_open=False,
        made_at=made,
        expires_at=made + RING,
        ended_at=ended,
        end_reason="",
        reason={"chosen": server.id, "verdicts": []},
    )
    book.record(made, OfferMade(offer_id=offer["id"], seconds=int(RING.total_seconds()), **who(visit, server)))
    return offer


def who(visit: Values, server: DemoAgent | None = None, *, actor: str = "system") -> dict[str, Any]:
    """Ids and actor of an event about this interaction."""
    ids = {"interaction_id": visit["id"], "customer_id": visit["customer_id"]}
    return {**ids, "agent_id": server.id if server else None, "actor": actor}
