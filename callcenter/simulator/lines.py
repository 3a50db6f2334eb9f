"""Legs in and out; starts each leg's thread."""

import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from callcenter.simulator import twiml_player
from callcenter.simulator.exchange import calls, conferences, endings, fields, numbers, ringing
from callcenter.simulator.exchange.calls import CarrierCall, Watch
from callcenter.simulator.exchange.conferences import Participant
from callcenter.simulator.exchange.numbers import Webhooks
from callcenter.simulator.exchange.sources import Source

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier


class NoSuchNumber(Exception):
    """The simulator owns no such number or application."""


def dial(carrier: "Carrier", *, from_: str, to: str, name: str = "", keys: str = "") -> CarrierCall:
    """A person dials the app. `keys` are pressed automatically, one group per Gather: `1,2`."""
    number = numbers.find(carrier, to)
    if number is None:
        raise NoSuchNumber(to)
    hooks = numbers.voice_webhooks(carrier, number)
    call = _inbound(carrier, hooks, number, from_=from_, to=to, name=name)
    call.keys.extend(key for key in keys.split(",") if key)
    return _start(carrier, call, hooks, {})


def connect(
    carrier: "Carrier", *, identity: str, application_sid: str, params: dict[str, str], name: str = ""
) -> CarrierCall:
    """A browser calls in through a TwiML application, with its own parameters."""
    application = carrier.books.applications.get(application_sid)
    if application is None:
        raise NoSuchNumber(application_sid)
    call = _inbound(
        carrier,
        application,
        application,
        from_=f"client:{identity}",
        to=params.get("To", ""),
        name=name,
        application_sid=application_sid,
    )
    return _start(carrier, call, application, params)


def _inbound(carrier: "Carrier", hooks: Webhooks, reporting: Webhooks, **who: str) -> CarrierCall:
    return calls.create(
        carrier,
        direction="inbound",
        status="ringing",
        fallback=(hooks.voice_fallback_url, hooks.voice_fallback_method),
        watch=Watch(reporting.status_callback, reporting.status_callback_method),
        **who,
    )


def _start(carrier: "Carrier", call: CarrierCall, hooks: Webhooks, params: dict[str, str]) -> CarrierCall:
    calls.note(carrier, call, "ringing", who=call.to)
    source = Source(hooks.voice_url, hooks.voice_method, params=params | fields.first_inbound(call))
    _in_own_thread(call, lambda: twiml_player.run(carrier, call, source))
    return call


def _in_own_thread(call: CarrierCall, act: Callable[[], None]) -> None:
    threading.Thread(target=act, name=f"leg-{call.sid[-6:]}", daemon=True).start()


def call_out(
    carrier: "Carrier",
    *,
    from_: str,
    to: str,
    source: Source,
    watch: Watch,
    timeout: float,
    fallback: tuple[str, str] = ("", "POST"),
) -> CarrierCall:
    """REST creates a leg that plays TwiML once answered. `timeout` in seconds."""
    call = calls.create(
        carrier, from_=from_, to=to, direction="outbound-api", watch=watch, timeout=timeout, fallback=fallback
    )
    ringing.ring(carrier, call, on_answer=lambda leg: twiml_player.run(carrier, leg, source))
    return call


def add_participant(
    carrier: "Carrier",
    *,
    conference: str,
    from_: str,
    to: str,
    watch: Watch,
    timeout: float,
    member: Callable[[CarrierCall], Participant],
) -> Participant:
    """REST creates a leg that joins a conference once answered. `timeout` in seconds."""
    call = calls.create(carrier, from_=from_, to=to, direction="outbound-api", watch=watch, timeout=timeout)
    participant = member(call)
    with carrier.lock:
        room = conferences.find_or_open(carrier, conference)
        room.members[call.sid] = participant
        call.conference, call.label = room.sid, participant.label
    ringing.ring(
        carrier,
        call,
        on_answer=lambda leg: twiml_player.run_in_conference(carrier, leg, conference, participant),
    )
    return participant


def redirect(carrier: "Carrier", call: CarrierCall, source: Source) -> None:
    with carrier.lock:
        call.jump = source
        call.wake.notify_all()


def hang_up_all(carrier: "Carrier") -> None:
    for call in calls.live(carrier):
        endings.hang_up(carrier, call, by="network")


def is_address(to: str) -> bool:
    """Whether `to` can be dialled: E.164, `client:` or `sip:`."""
    return bool(re.fullmatch(r"\+[1-9]\d{6,14}|client:[\w.@+-]+|sip:\S+@\S+", to))
