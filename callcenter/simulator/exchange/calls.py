"""A leg's life cycle, transcript and status callbacks."""

import math
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from callcenter.simulator import sids
from callcenter.simulator.exchange import fields
from callcenter.simulator.exchange.webhooks import WebhookRequest

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier
    from callcenter.simulator.exchange.sources import Source

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
SIP_CODES = {"completed": "200", "busy": "486", "no-answer": "487", "canceled": "487", "failed": "404"}
WATCHED = ("conference", "muted", "held", "listening")


@dataclass
class Watch:
    """A status callback: address, method, and which of initiated, ringing, answered, completed."""

    url: str = ""
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


@dataclass(eq=False)
class CarrierCall:
    sid: str
    from_: str
    to: str
    direction: str
    created: datetime
    wake: threading.Condition
    status: str = "queued"
    parent_sid: str = ""
    application_sid: str = ""
    name: str = ""
    watch: Watch = field(default_factory=Watch)
    fallback: tuple[str, str] = ("", "POST")
    answered: datetime | None = None
    ended: datetime | None = None
    sequence: int = 0
    timeout: float = 60.0
    picked_up: str = ""
    digits: deque[str] = field(default_factory=deque)
    speech: deque[str] = field(default_factory=deque)
    keys: deque[str] = field(default_factory=deque)
    jump: "Source | None" = None
    conference: str = ""
    peers: set[str] = field(default_factory=set)
    label: str = ""
    muted: bool = False
    listening: bool = False
    recording: bool = False
    transcript: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def remote(self) -> str:
        return self.from_ if self.direction == "inbound" else self.to

    @property
    def seconds(self) -> int:
        """Duration in whole seconds, rounded up; 0 if unanswered."""
        if not self.answered or not self.ended:
            return 0
        return math.ceil((self.ended - self.answered).total_seconds())

    @property
    def sip_code(self) -> str:
        return SIP_CODES[self.status]


def create(carrier: "Carrier", *, from_: str, to: str, direction: str, **details: Any) -> CarrierCall:
    call = CarrierCall(
        sid=sids.new("CA"),
        from_=from_,
        to=to,
        direction=direction,
        created=carrier.clock.now(),
        wake=threading.Condition(carrier.lock),
        **details,
    )
    call.name = call.name or carrier.people.name_of(call.remote)
    with carrier.lock:
        carrier.books.calls[call.sid] = call
        carrier.forget_old()
    return call


def progress(carrier: "Carrier", call: CarrierCall, event: str, status: str) -> None:
    """Change the status and send the callback if the watch includes `event`."""
    with carrier.lock:
        # `initiated` exists in callbacks only, not as a status in REST.
        if status != "initiated":
            call.status = status
        if event == "answered":
            call.answered = carrier.clock.now()
        if event == "completed":
            call.ended = carrier.clock.now()
        sequence, call.sequence = call.sequence, call.sequence + 1
        params = fields.of_progress(carrier, call, status=status, sequence=sequence)
        call.wake.notify_all()
    if event in call.watch.events:
        carrier.callbacks.send(
            call.sid, WebhookRequest(call.watch.url, params, call.watch.method, event=status, call_sid=call.sid)
        )


def answer(carrier: "Carrier", call: CarrierCall) -> bool:
    with carrier.lock:
        if call.is_over:
            return False
        # Callbacks of an inbound call report only its end.
        if call.direction == "inbound":
            call.status, call.answered = "in-progress", carrier.clock.now()
        else:
            progress(carrier, call, "answered", "in-progress")
        note(carrier, call, "connected")
        return True


def end(carrier: "Carrier", call: CarrierCall, status: str = "completed", *, by: str = "") -> bool:
    """End a leg once; False if it was over. `by`: you, company or network."""
    with carrier.lock:
        if call.is_over:
            return False
        for peer in list(call.peers):
            part(carrier, call, carrier.books.calls[peer])
        progress(carrier, call, "completed", status)
        note(carrier, call, "ended", who=by, text=status)
    return True


def part(carrier: "Carrier", one: CarrierCall, other: CarrierCall) -> None:
    with carrier.lock:
        one.peers.discard(other.sid)
        other.peers.discard(one.sid)
        one.wake.notify_all()
        other.wake.notify_all()


def bridge(carrier: "Carrier", one: CarrierCall, other: CarrierCall) -> None:
    with carrier.lock:
        one.peers.add(other.sid)
        other.peers.add(one.sid)
        note(carrier, one, "joined", who=other.name or other.remote)
        note(carrier, other, "joined", who=one.name or one.remote)
        one.wake.notify_all()
        other.wake.notify_all()


def note(
    carrier: "Carrier", call: CarrierCall, kind: str, *, who: str = "", text: str = "", language: str = ""
) -> None:
    """Append to this leg's transcript and publish the entry."""
    with carrier.lock:
        line = {
            "n": len(call.transcript) + 1,
            "type": kind,
            "who": who,
            "text": text,
            "language": language,
            "at": carrier.clock.now().isoformat(timespec="milliseconds"),
        }
        call.transcript.append(line)
        carrier.hub.publish([f"call:{call.sid}", f"number:{call.remote}"], {"call_sid": call.sid, **line})


def find(carrier: "Carrier", sid: str) -> CarrierCall | None:
    return carrier.books.calls.get(sid)


def live(carrier: "Carrier") -> list[CarrierCall]:
    with carrier.lock:
        return [call for call in carrier.books.calls.values() if not call.is_over]
