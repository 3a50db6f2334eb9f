"""Twilio's queues for Enqueue, first in first out. The app does its own routing."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from callcenter.simulator import sids
from callcenter.simulator.exchange.calls import CarrierCall

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier

LARGEST = 1000


@dataclass(eq=False)
class CarrierQueue:
    sid: str
    name: str
    waiting: dict[str, datetime] = field(default_factory=dict)


def enter(carrier: "Carrier", name: str, call: CarrierCall) -> CarrierQueue | None:
    """Join the queue of that name; None if it is full."""
    with carrier.lock:
        queue = carrier.books.queues.setdefault(name, CarrierQueue(sids.new("QU"), name))
        if len(queue.waiting) >= LARGEST:
            return None
        queue.waiting[call.sid] = carrier.clock.now()
        return queue


def leave(carrier: "Carrier", queue: CarrierQueue, call: CarrierCall) -> int:
    """Leave the queue; returns seconds waited."""
    with carrier.lock:
        entered = queue.waiting.pop(call.sid, None)
        return _seconds(carrier, entered) if entered else 0


def figures(carrier: "Carrier", queue: CarrierQueue, call: CarrierCall) -> dict[str, str]:
    """Fields of a waitUrl request. AvgQueueTime is the mean wait so far, not an estimate."""
    with carrier.lock:
        waits = [_seconds(carrier, entered) for entered in queue.waiting.values()]
        order = list(queue.waiting)
        return {
            "QueueSid": queue.sid,
            "QueuePosition": str(order.index(call.sid) + 1 if call.sid in order else 0),
            "QueueTime": str(waits[order.index(call.sid)] if call.sid in order else 0),
            "AvgQueueTime": str(sum(waits) // max(1, len(waits))),
            "CurrentQueueSize": str(len(order)),
            "MaxQueueSize": str(LARGEST),
        }


def _seconds(carrier: "Carrier", entered: datetime) -> int:
    return int((carrier.clock.now() - entered).total_seconds())
