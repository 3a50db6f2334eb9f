"""An outgoing leg until it is answered, or not."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from callcenter.simulator.exchange import calls, endings
from callcenter.simulator.exchange.calls import CarrierCall

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier

SETUP_SECONDS = 0.5
RING_BUFFER = 5.0


def ring(carrier: "Carrier", call: CarrierCall, *, on_answer: Callable[[CarrierCall], None]) -> None:
    """Ring in the background; `on_answer` runs in the leg's own thread."""

    def run() -> None:
        if _is_answered(carrier, call):
            on_answer(call)

    threading.Thread(target=run, name=f"leg-{call.sid[-6:]}", daemon=True).start()


def _is_answered(carrier: "Carrier", call: CarrierCall) -> bool:
    carrier.closing.wait(carrier.clock.real(SETUP_SECONDS / 2))
    with carrier.lock:
        # A leg cancelled while queued sends no callback.
        if call.is_over or carrier.closing.is_set():
            return False
        calls.progress(carrier, call, "initiated", "initiated")
    person = carrier.people.at(call.remote)
    if person and (person.unreachable or person.busy):
        endings.hang_up(carrier, call, by="network", status="busy" if person.busy else "failed")
        return False
    carrier.closing.wait(carrier.clock.real(SETUP_SECONDS / 2))
    with carrier.lock:
        if call.is_over:
            return False
        calls.progress(carrier, call, "ringing", "ringing")
        calls.note(carrier, call, "ringing", who=call.from_)
    after = person.answers_after if person else None
    if person and person.keys and not call.keys:
        call.keys.extend(person.keys.split(","))
    if _is_picked_up(carrier, call, after):
        return calls.answer(carrier, call)
    endings.hang_up(carrier, call, by="network", status=_unanswered(call), reason="participant_add_failed")
    return False


def _is_picked_up(carrier: "Carrier", call: CarrierCall, after: float | None) -> bool:
    """`after`: seconds until the telephone auto-answers; else waits for the ring time-out."""
    longest = call.timeout + RING_BUFFER
    with carrier.lock:
        if after is not None and after < longest:
            call.wake.wait_for(lambda: _is_decided(carrier, call), carrier.clock.real(after))
            call.picked_up = call.picked_up or "answer"
        else:
            call.wake.wait_for(lambda: _is_decided(carrier, call), carrier.clock.for_person(longest))
        return call.picked_up == "answer" and not call.is_over


def _is_decided(carrier: "Carrier", call: CarrierCall) -> bool:
    return bool(call.picked_up) or call.is_over or carrier.closing.is_set()


def _unanswered(call: CarrierCall) -> str:
    return "busy" if call.picked_up == "reject" else "no-answer"


def decide(carrier: "Carrier", call: CarrierCall, decision: str, keys: str = "") -> bool:
    """The person takes the call (`answer`) or refuses it (`reject`); False if it no longer rings."""
    with carrier.lock:
        if call.status not in ("queued", "ringing") or call.picked_up or call.direction == "inbound":
            return False
        call.picked_up = decision
        call.keys.extend(key for key in keys.split(",") if key)
        call.wake.notify_all()
        return True
