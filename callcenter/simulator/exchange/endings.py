"""Ends a leg with its conference membership, recordings and dialled children."""

from typing import TYPE_CHECKING

from callcenter.simulator.exchange import calls, conferences, recordings
from callcenter.simulator.exchange.calls import CarrierCall

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier


def hang_up(
    carrier: "Carrier",
    call: CarrierCall,
    *,
    by: str,
    status: str = "",
    reason: str = "participant_hung_up",
) -> bool:
    """End a leg once; False if it was over. `by`: `you` (the person on it), `company` or `network`.

    Without `status`: completed if answered or inbound, else canceled, as at Twilio."""
    with carrier.lock:
        if call.is_over:
            return False
        unanswered = "canceled" if call.direction != "inbound" else "completed"
        final = status or ("completed" if call.answered else unanswered)
        conferences.leave(carrier, call, reason, status=final)
        recordings.stop_all(carrier, call)
        calls.end(carrier, call, final, by=by)
        for child in _children(carrier, call):
            if not child.answered:
                hang_up(carrier, child, by="network", status="canceled")
    return True


def _children(carrier: "Carrier", call: CarrierCall) -> list[CarrierCall]:
    return [c for c in carrier.books.calls.values() if c.parent_sid == call.sid and not c.is_over]
