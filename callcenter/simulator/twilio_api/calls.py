"""REST: Calls and their Recordings."""

from datetime import UTC, datetime

from flask import Response, jsonify, request

from callcenter.simulator import lines
from callcenter.simulator.exchange import calls, endings, recordings, ringing, webhooks
from callcenter.simulator.exchange.calls import CarrierCall, Watch
from callcenter.simulator.exchange.recordings import Recording
from callcenter.simulator.exchange.sources import Source
from callcenter.simulator.twilio_api import RestError, api, carrier, not_found, page, required, shapes

NOT_IN_PROGRESS = 21220
INVALID_URL = 21205
INVALID_TO = 21211
INVALID_FROM = 21212


def find(sid: str) -> CarrierCall:
    call = calls.find(carrier(), sid)
    if call is None:
        raise not_found()
    return call


@api.post("/Calls.json")
def create_call() -> tuple[Response, int]:
    to, from_ = dialled()
    source = _source()
    if source is None:
        raise RestError(400, 21205, "Url parameter is required")
    call = lines.call_out(
        carrier(),
        from_=from_,
        to=to,
        source=source,
        watch=watch_of("StatusCallback"),
        timeout=ring_seconds(),
        fallback=(request.form.get("FallbackUrl", ""), request.form.get("FallbackMethod", "POST")),
    )
    return jsonify(shapes.call(carrier(), call)), 201


def dialled() -> tuple[str, str]:
    to, from_ = required("To", 21201), required("From", 21213)
    if not lines.is_address(to):
        raise RestError(400, INVALID_TO, f"The phone number you are attempting to call, {to}, is not valid.")
    is_ours = any(number.phone_number == from_ for number in carrier().books.numbers.values())
    if not is_ours and not from_.startswith("client:"):
        raise RestError(400, INVALID_FROM, f"The source phone number provided, {from_}, is not yet verified.")
    return to, from_


def ring_seconds() -> float:
    """Seconds to ring: 60 by default, at most 600, plus RING_BUFFER."""
    return float(min(request.form.get("Timeout", 60, type=int), 600)) + ringing.RING_BUFFER


def watch_of(name: str) -> Watch:
    """Address, method and events of a callback; events may be repeated fields or one spaced list."""
    url = checked_url(request.form.get(name, ""))
    asked = " ".join(request.form.getlist(f"{name}Event")).split()
    return Watch(url, request.form.get(f"{name}Method", "POST"), frozenset(asked or ["completed"]))


def checked_url(url: str) -> str:
    if url and not webhooks.is_valid_url(url):
        raise RestError(400, INVALID_URL, f"Url is not a valid URL: {url}")
    return url


def _source() -> Source | None:
    form = request.form
    if form.get("Twiml"):
        return Source(twiml=form["Twiml"])
    if form.get("Url"):
        return Source(checked_url(form["Url"]), form.get("Method", "POST"))
    application = carrier().books.applications.get(form.get("ApplicationSid", ""))
    return Source(application.voice_url, application.voice_method) if application else None


@api.get("/Calls.json")
def list_calls() -> Response:
    wanted = {
        "to": request.args.get("To"),
        "from_": request.args.get("From"),
        "status": request.args.get("Status"),
        "parent_sid": request.args.get("ParentCallSid"),
    }
    with carrier().lock:
        found = [c for c in reversed(carrier().books.calls.values()) if _matches(c, wanted)]
    found = [c for c in found if is_within("StartTime", c.created) and is_within("EndTime", c.ended)]
    return page("calls", found, lambda call: shapes.call(carrier(), call))


def _matches(call: CarrierCall, wanted: dict[str, str | None]) -> bool:
    return all(value is None or getattr(call, name) == value for name, value in wanted.items())


def is_within(name: str, moment: datetime | None) -> bool:
    """Twilio's time filters `Name`, `Name<` and `Name>`: a day or a moment, inclusive."""
    for sign in ("", "<", ">"):
        asked = request.args.get(name + sign)
        if asked is None:
            continue
        if moment is None or not _compares(moment, sign, asked):
            return False
    return True


def _compares(moment: datetime, sign: str, asked: str) -> bool:
    border = datetime.fromisoformat(asked.replace("Z", "+00:00"))
    border = border if border.tzinfo else border.replace(tzinfo=UTC)
    if len(asked) == 10:
        day, other = moment.date(), border.date()
        return day == other if sign == "" else day <= other if sign == "<" else day >= other
    moment = moment.replace(microsecond=0)
    return moment == border if sign == "" else moment <= border if sign == "<" else moment >= border


@api.get("/Calls/<sid>.json")
def fetch_call(sid: str) -> Response:
    return jsonify(shapes.call(carrier(), find(sid)))


@api.post("/Calls/<sid>.json")
def update_call(sid: str) -> Response:
    call, status, source = find(sid), request.form.get("Status", ""), _source()
    if call.is_over and (status or source):
        raise RestError(400, NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.")
    if status == "canceled" and call.status not in ("queued", "ringing"):
        raise RestError(400, NOT_IN_PROGRESS, "Call is in-progress. Cannot cancel.")
    if status in ("completed", "canceled"):
        final = "canceled" if not call.answered and call.direction != "inbound" else "completed"
        # A leg cancelled while queued sends no callback.
        if call.status == "queued":
            call.watch = Watch()
        reason = "participant_updated_via_api"
        endings.hang_up(carrier(), call, by="company", status=final, reason=reason)
    elif status:
        raise RestError(400, 21218, "Invalid Status")
    elif source:
        if call.status != "in-progress" and call.direction != "inbound":
            raise RestError(400, NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.")
        lines.redirect(carrier(), call, source)
    return jsonify(shapes.call(carrier(), call))


@api.post("/Calls/<sid>/Recordings.json")
def start_recording(sid: str) -> tuple[Response, int]:
    call = find(sid)
    if call.status != "in-progress":
        raise RestError(400, NOT_IN_PROGRESS, "Requested resource is not eligible for recording")
    recording = recordings.start(
        carrier(),
        call,
        channels=2 if request.form.get("RecordingChannels") in ("dual", "2") else 1,
        track=request.form.get("RecordingTrack", "both"),
        watch=watch_of("RecordingStatusCallback"),
    )
    return jsonify(shapes.recording(carrier(), recording)), 201


@api.get("/Calls/<sid>/Recordings.json")
def list_call_recordings(sid: str) -> Response:
    call = find(sid)
    mine = [r for r in reversed(carrier().books.recordings.values()) if r.call_sid == call.sid]
    return page("recordings", mine, lambda recording: shapes.recording(carrier(), recording))


def _recording_of(call: CarrierCall, sid: str) -> Recording:
    if sid == "Twilio.CURRENT":
        running = recordings.running(carrier(), call.sid)
        found = running[-1] if running else None
    else:
        found = carrier().books.recordings.get(sid)
    if found is None or found.call_sid != call.sid:
        raise not_found()
    return found


@api.get("/Calls/<sid>/Recordings/<recording_sid>.json")
def fetch_call_recording(sid: str, recording_sid: str) -> Response:
    return jsonify(shapes.recording(carrier(), _recording_of(find(sid), recording_sid)))


@api.post("/Calls/<sid>/Recordings/<recording_sid>.json")
def update_recording(sid: str, recording_sid: str) -> Response:
    recording = _recording_of(find(sid), recording_sid)
    status = request.form.get("Status", "")
    if status not in ("paused", "in-progress", "stopped") or recording.ended:
        raise RestError(400, NOT_IN_PROGRESS, "Unable to update recording")
    recordings.change(carrier(), recording, status)
    return jsonify(shapes.recording(carrier(), recording))
