"""REST: Conferences and their Participants."""

from typing import Any

from flask import Response, jsonify, request

from callcenter.simulator import lines
from callcenter.simulator.exchange import conferences, endings
from callcenter.simulator.exchange.calls import CarrierCall
from callcenter.simulator.exchange.conferences import Conference, Participant
from callcenter.simulator.twilio_api import RestError, api, carrier, flag, not_found, page, shapes
from callcenter.simulator.twilio_api.calls import checked_url, dialled, is_within, ring_seconds, watch_of


def _find(sid: str) -> Conference:
    found = carrier().books.conferences.get(sid)
    if found is None:
        raise not_found()
    return found


def _member(conference: Conference, sid_or_label: str) -> Participant:
    for member in conference.members.values():
        if sid_or_label in (member.call.sid, member.label):
            return member
    raise not_found()


@api.get("/Conferences.json")
def list_conferences() -> Response:
    name, status = request.args.get("FriendlyName"), request.args.get("Status")
    with carrier().lock:
        found = [
            conference
            for conference in reversed(carrier().books.conferences.values())
            if name in (None, conference.name) and status in (None, conference.status)
        ]
    found = [c for c in found if is_within("DateCreated", c.created) and is_within("DateUpdated", c.updated)]
    return page("conferences", found, lambda conference: shapes.conference(carrier(), conference))


@api.get("/Conferences/<sid>.json")
def fetch_conference(sid: str) -> Response:
    return jsonify(shapes.conference(carrier(), _find(sid)))


@api.post("/Conferences/<sid>.json")
def update_conference(sid: str) -> Response:
    conference = _find(sid)
    if request.form.get("Status") == "completed":
        conferences.end(carrier(), conference, "conference-ended-via-api")
    return jsonify(shapes.conference(carrier(), conference))


@api.get("/Conferences/<sid>/Participants.json")
def list_participants(sid: str) -> Response:
    conference = _find(sid)
    wanted = {
        name.lower(): request.args[name] == "true" for name in ("Muted", "Hold", "Coaching") if name in request.args
    }
    with carrier().lock:
        found = [m for m in conference.present if all(getattr(m, key) == value for key, value in wanted.items())]
    return page("participants", found, lambda member: shapes.participant(carrier(), conference, member))


@api.post("/Conferences/<name>/Participants.json")
def create_participant(name: str) -> tuple[Response, int]:
    """`name` is a friendly name, or the sid of an existing conference."""
    to, from_ = dialled()
    known = carrier().books.conferences.get(name)
    if known is None and name.startswith("CF"):
        raise not_found()
    conference = conferences.find_or_open(carrier(), known.name if known else name)
    label = request.form.get("Label", "")
    if label and any(member.label == label for member in conference.members.values()):
        raise RestError(400, conferences.DUPLICATE_LABEL, "Participant label is already in use in this conference")
    if len(conference.members) >= conferences.LARGEST:
        raise RestError(400, 16020, "Conference is full")
    _watch(conference)
    member = lines.add_participant(
        carrier(),
        conference=conference.name,
        from_=from_,
        to=to,
        watch=watch_of("StatusCallback"),
        timeout=ring_seconds(),
        member=_participant,
    )
    return jsonify(shapes.participant(carrier(), conference, member)), 201


def _watch(conference: Conference) -> None:
    url = checked_url(request.form.get("ConferenceStatusCallback", ""))
    if url:
        asked = " ".join(request.form.getlist("ConferenceStatusCallbackEvent")).split() or ["start", "end"]
        method = request.form.get("ConferenceStatusCallbackMethod", "POST")
        conferences.watch(conference, url=url, method=method, events=frozenset(asked))


def _participant(call: CarrierCall) -> Participant:
    form = request.form
    coached = form.get("CallSidToCoach", "")
    return Participant(
        call,
        label=form.get("Label", ""),
        muted=flag("Muted"),
        coaching=flag("Coaching") or bool(coached),
        coached_sid=coached,
        starts=form.get("StartConferenceOnEnter", "true").lower() == "true",
        ends=flag("EndConferenceOnExit"),
        beep=form.get("Beep", "true"),
        wait_url=checked_url(form["WaitUrl"]) if "WaitUrl" in form else None,
        wait_method=form.get("WaitMethod", "POST"),
    )


@api.get("/Conferences/<sid>/Participants/<call_sid>.json")
def fetch_participant(sid: str, call_sid: str) -> Response:
    conference = _find(sid)
    return jsonify(shapes.participant(carrier(), conference, _member(conference, call_sid)))


@api.post("/Conferences/<sid>/Participants/<call_sid>.json")
def update_participant(sid: str, call_sid: str) -> Response:
    conference = _find(sid)
    member = _member(conference, call_sid)
    if not member.joined:
        raise not_found()
    changes = _changes()
    coached = changes.get("coached_sid")
    if coached and coached not in {other.call.sid for other in conference.present}:
        raise RestError(400, conferences.COACH_NOT_FOUND, "The call to coach is not in the conference")
    conferences.change(carrier(), conference, member, changes)
    return jsonify(shapes.participant(carrier(), conference, member))


def _changes() -> dict[str, Any]:
    names = {"Muted": "muted", "Hold": "hold", "Coaching": "coaching", "EndConferenceOnExit": "ends"}
    changes: dict[str, Any] = {ours: flag(name) for name, ours in names.items() if name in request.form}
    if "CallSidToCoach" in request.form:
        changes["coached_sid"] = request.form["CallSidToCoach"]
        changes.setdefault("coaching", True)
    if "HoldUrl" in request.form:
        changes["hold_url"] = checked_url(request.form["HoldUrl"])
        changes["hold_method"] = request.form.get("HoldMethod", "GET")
    return changes


@api.delete("/Conferences/<sid>/Participants/<call_sid>.json")
def delete_participant(sid: str, call_sid: str) -> tuple[str, int]:
    member = _member(_find(sid), call_sid)
    endings.hang_up(carrier(), member.call, by="company", reason="participant_updated_via_api")
    return "", 204
