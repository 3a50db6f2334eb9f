"""Recordings of calls: start, pause, stop. The audio is silence of the right length."""

import io
import math
import wave
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from callcenter.simulator import sids
from callcenter.simulator.exchange import calls, fields
from callcenter.simulator.exchange.calls import CarrierCall, Watch
from callcenter.simulator.exchange.webhooks import WebhookRequest

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier

RATE = 8000
LONGEST_SOUND = 600


@dataclass(eq=False)
class Recording:
    """`url` has no extension, like Twilio's."""

    call_sid: str
    started: datetime
    url: str
    sid: str
    source: str = "StartCallRecordingAPI"
    channels: int = 1
    track: str = "both"
    status: str = "in-progress"
    ended: datetime | None = None
    updated: datetime | None = None
    watch: Watch = field(default_factory=Watch)

    @property
    def seconds(self) -> int:
        return math.ceil((self.ended - self.started).total_seconds()) if self.ended else 0


def start(carrier: "Carrier", call: CarrierCall, **details: object) -> Recording:
    sid = sids.new("RE")
    base = f"{carrier.base_url}/2010-04-01/Accounts/{carrier.settings.account_sid}"
    recording = Recording(call.sid, carrier.clock.now(), f"{base}/Recordings/{sid}", sid, **details)  # type: ignore[arg-type]
    with carrier.lock:
        carrier.books.recordings[sid] = recording
        call.recording = True
        calls.note(carrier, call, "recording", text="in-progress")
    _report(carrier, recording)
    return recording


def change(carrier: "Carrier", recording: Recording, status: str) -> None:
    """Pause, resume or stop; `stopped` is reported as completed."""
    with carrier.lock:
        recording.updated = carrier.clock.now()
        call = carrier.books.calls[recording.call_sid]
        if status != "stopped":
            recording.status = status
            calls.note(carrier, call, "recording", text=status)
            return
        recording.status, recording.ended = "completed", recording.updated
        call.recording = False
        if not call.is_over:
            calls.note(carrier, call, "recording", text="stopped")
    _report(carrier, recording)


def running(carrier: "Carrier", call_sid: str) -> list[Recording]:
    with carrier.lock:
        mine = [r for r in carrier.books.recordings.values() if r.call_sid == call_sid]
        return [recording for recording in mine if recording.status in ("in-progress", "paused")]


def stop_all(carrier: "Carrier", call: CarrierCall) -> None:
    for recording in running(carrier, call.sid):
        change(carrier, recording, "stopped")


def _report(carrier: "Carrier", recording: Recording) -> None:
    if recording.status in recording.watch.events:
        request = WebhookRequest(
            recording.watch.url,
            fields.of_recording(carrier, recording),
            recording.watch.method,
            event=recording.status,
            call_sid=recording.call_sid,
        )
        carrier.callbacks.send(recording.sid, request)


def sound(recording: Recording) -> bytes:
    """A WAV file of silence, at most ten minutes."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(recording.channels)
        out.setsampwidth(1)
        out.setframerate(RATE)
        out.writeframes(b"\x80" * RATE * recording.channels * min(recording.seconds, LONGEST_SOUND))
    return file.getvalue()
