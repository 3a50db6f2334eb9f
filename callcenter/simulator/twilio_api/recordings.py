"""REST: recordings by their own sid, and their audio."""

from flask import Response, jsonify, request

from callcenter.simulator.exchange import recordings
from callcenter.simulator.exchange.recordings import Recording
from callcenter.simulator.twilio_api import api, carrier, not_found, page, shapes


def _find(sid: str) -> Recording:
    found = carrier().books.recordings.get(sid)
    if found is None:
        raise not_found()
    return found


@api.get("/Recordings.json")
def list_recordings() -> Response:
    call_sid = request.args.get("CallSid")
    found = [r for r in reversed(carrier().books.recordings.values()) if call_sid in (None, r.call_sid)]
    return page("recordings", found, lambda recording: shapes.stored_recording(carrier(), recording))


@api.get("/Recordings/<sid>.json")
def fetch_recording(sid: str) -> Response:
    return jsonify(shapes.stored_recording(carrier(), _find(sid)))


@api.delete("/Recordings/<sid>.json")
def delete_recording(sid: str) -> tuple[str, int]:
    _find(sid)
    del carrier().books.recordings[sid]
    return "", 204


@api.get("/Recordings/<sid>")
@api.get("/Recordings/<sid>.wav")
@api.get("/Recordings/<sid>.mp3")
def fetch_sound(sid: str) -> Response:
    # Always WAV: the simulator does not encode MP3.
    return Response(recordings.sound(_find(sid)), mimetype="audio/x-wav")
