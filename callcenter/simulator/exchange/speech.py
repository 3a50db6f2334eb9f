"""What persons on a leg do: speak, press keys, mute themselves; and who hears it."""

from typing import TYPE_CHECKING

from callcenter.simulator.exchange import calls, conferences
from callcenter.simulator.exchange.calls import CarrierCall

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier


def speak(carrier: "Carrier", call: CarrierCall, text: str) -> int:
    """Say a text on a leg. Returns the number of legs that hear it."""
    with carrier.lock:
        calls.note(carrier, call, "spoke", text=text)
        if call.listening and not call.muted:
            call.speech.append(text)
            call.wake.notify_all()
        listeners = _hearers(carrier, call)
        for other in listeners:
            calls.note(carrier, other, "heard", who=call.name or call.label or call.remote, text=text)
    return len(listeners)


def _hearers(carrier: "Carrier", call: CarrierCall) -> list[CarrierCall]:
    conference = carrier.books.conferences.get(call.conference)
    if conference:
        return conferences.hearers(carrier, conference, call)
    if call.muted:
        return []
    return [carrier.books.calls[sid] for sid in call.peers]


def press(carrier: "Carrier", call: CarrierCall, digits: str) -> None:
    with carrier.lock:
        calls.note(carrier, call, "pressed", text=digits)
        call.digits.extend(digit for digit in digits if digit in "0123456789*#")
        call.wake.notify_all()


def mute(carrier: "Carrier", call: CarrierCall, muted: bool) -> None:
    with carrier.lock:
        # Twilio does not notice a local mute: no callback.
        if call.muted != muted:
            call.muted = muted
            calls.note(carrier, call, "muted" if muted else "unmuted", who="you")
