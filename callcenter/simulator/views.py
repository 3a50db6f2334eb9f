"""Calls and conferences as JSON for the control API, devices and phone page. Not Twilio's format."""

import json
import queue
from collections.abc import Iterator
from typing import Any

from flask import Response

from callcenter.simulator.carrier import Carrier
from callcenter.simulator.exchange.calls import CarrierCall
from callcenter.simulator.exchange.conferences import Conference
from callcenter.simulator.hub import Event, Subscription

HEARTBEAT_SECONDS = 10.0


def call(carrier: Carrier, call: CarrierCall, *, with_transcript: bool = True) -> dict[str, Any]:
    with carrier.lock:
        conference = carrier.books.conferences.get(call.conference)
        member = conference.members.get(call.sid) if conference else None
        view: dict[str, Any] = {
            "sid": call.sid,
            "from": call.from_,
            "to": call.to,
            "name": call.name,
            "direction": call.direction,
            "status": call.status,
            "parent": call.parent_sid or None,
            "conference": conference.name if conference else None,
            "conference_sid": call.conference or None,
            "label": call.label or None,
            "muted": call.muted or bool(member and member.muted),
            "hold": bool(member and member.hold),
            "coaching": bool(member and member.coaching),
            "listening": call.listening,
            "recording": call.recording,
            "created": call.created.isoformat(),
            "answered": call.answered.isoformat() if call.answered else None,
            "ended": call.ended.isoformat() if call.ended else None,
            "is_over": call.is_over,
        }
        if with_transcript:
            view["transcript"] = list(call.transcript)
        return view


def conference(carrier: Carrier, conference: Conference) -> dict[str, Any]:
    with carrier.lock:
        return {
            "sid": conference.sid,
            "name": conference.name,
            "status": conference.status,
            "reason_ended": conference.reason_ended,
            "members": [call(carrier, m.call, with_transcript=False) for m in conference.members.values()],
            "events": list(conference.history),
        }


def stream(events: Iterator[Event | None]) -> Response:
    """Server-Sent Events; None is sent as a heartbeat."""

    def lines() -> Iterator[str]:
        yield "retry: 1000\n\n"
        for event in events:
            # Writing fails once the browser is gone, which ends the stream.
            yield ": still here\n\n" if event is None else f"data: {json.dumps(event, ensure_ascii=False)}\n\n"

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(lines(), mimetype="text/event-stream", headers=headers)


def listen(carrier: Carrier, line: Subscription) -> Iterator[Event | None]:
    while not carrier.closing.is_set():
        try:
            event = line.get(timeout=HEARTBEAT_SECONDS)
        except queue.Empty:
            yield None
            continue
        if event is None:
            return
        yield event


def call_events(carrier: Carrier, call: CarrierCall, after: int) -> Iterator[Event | None]:
    """A call's transcript after entry `after`, then live until it ends; each entry once."""
    # Listen first, then read the past: no entry falls in between.
    line = carrier.hub.listen(f"call:{call.sid}")
    try:
        with carrier.lock:
            past = [{"call_sid": call.sid, **entry} for entry in call.transcript[after:]]
        seen = after
        for event in past:
            seen = event["n"]
            yield event
        if past and past[-1]["type"] == "ended":
            return
        for fresh in listen(carrier, line):
            if fresh is None:
                yield None
            elif fresh["n"] > seen:
                seen = fresh["n"]
                yield fresh
                if fresh["type"] == "ended":
                    return
    finally:
        carrier.hub.leave(line)
