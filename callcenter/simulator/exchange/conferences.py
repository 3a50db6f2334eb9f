"""Conferences: join, start, hold, mute, leave, end, and the callbacks that report it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from callcenter.simulator import sids
from callcenter.simulator.clock import rfc2822
from callcenter.simulator.exchange import calls
from callcenter.simulator.exchange.calls import CarrierCall
from callcenter.simulator.exchange.webhooks import WebhookRequest

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier

DUPLICATE_LABEL = 16025
COACH_NOT_FOUND = 13240
LARGEST = 250


@dataclass(eq=False)
class Participant:
    """`joined` is False while a leg added by REST still rings."""

    call: CarrierCall
    label: str = ""
    muted: bool = False
    hold: bool = False
    hold_url: str = ""
    hold_method: str = "GET"
    coaching: bool = False
    coached_sid: str = ""
    starts: bool = True
    ends: bool = False
    beep: str = "true"
    wait_url: str | None = None
    wait_method: str = "POST"
    joined: bool = False
    created: datetime | None = None
    updated: datetime | None = None


@dataclass(eq=False)
class Conference:
    """The first participant fixes the callback's address and events; later ones cannot change them."""

    sid: str
    name: str
    created: datetime
    updated: datetime
    status: str = "init"
    callback: str = ""
    callback_method: str = "POST"
    events: frozenset[str] = frozenset()
    is_fixed: bool = False
    sequence: int = 0
    members: dict[str, Participant] = field(default_factory=dict)
    history: list[dict[str, str]] = field(default_factory=list)
    reason_ended: str | None = None
    ended_by: str | None = None

    @property
    def present(self) -> list[Participant]:
        return [member for member in self.members.values() if member.joined]


def find(carrier: "Carrier", name: str) -> Conference | None:
    with carrier.lock:
        return next((c for c in carrier.books.conferences.values() if c.name == name and c.status != "completed"), None)


def find_or_open(carrier: "Carrier", name: str) -> Conference:
    with carrier.lock:
        conference = find(carrier, name)
        if conference is None:
            now = carrier.clock.now()
            conference = Conference(sids.new("CF"), name, created=now, updated=now)
            carrier.books.conferences[conference.sid] = conference
        return conference


def watch(conference: Conference, *, url: str, method: str, events: frozenset[str]) -> None:
    """Set the callback, unless an earlier participant did."""
    if conference.is_fixed:
        return
    conference.is_fixed = True
    conference.callback, conference.callback_method, conference.events = url, method, events


def refusal(carrier: "Carrier", conference: Conference, joining: Participant) -> int:
    """Twilio's error code if this leg may not join, else 0."""
    others = [m for m in conference.members.values() if m.call is not joining.call]
    if joining.label and any(m.label == joining.label for m in others):
        return DUPLICATE_LABEL
    if joining.coached_sid and joining.coached_sid not in {m.call.sid for m in others if m.joined}:
        return COACH_NOT_FOUND
    return 0


def join(carrier: "Carrier", conference: Conference, member: Participant) -> bool:
    """Add a leg. False if it or the conference is over, or if Twilio would refuse it."""
    call = member.call
    with carrier.lock:
        if call.is_over or conference.status == "completed":
            return False
        code = refusal(carrier, conference, member)
        if code:
            text = "Duplicate participant label" if code == DUPLICATE_LABEL else "Coached call is not in the conference"
            carrier.complain(code, text, call_sid=call.sid)
            return False
        member.joined = True
        member.created = member.created or carrier.clock.now()
        conference.members[call.sid] = member
        call.conference, call.label = conference.sid, member.label
        _report(carrier, conference, "participant-join", member)
        is_starting = len(conference.present) > 1 and any(m.starts for m in conference.present)
        if conference.status == "init" and is_starting:
            conference.status = "in-progress"
            _report(carrier, conference, "conference-start")
        _introduce(carrier, conference, member)
        _wake(conference)
    return True


def _introduce(carrier: "Carrier", conference: Conference, member: Participant) -> None:
    _tell_others(carrier, conference, member, "joined")
    if conference.status == "init":
        calls.note(carrier, member.call, "waiting")
    if conference.status == "in-progress":
        for other in conference.present:
            if other is not member:
                calls.note(carrier, member.call, "joined", who=name_of(other))


def name_of(member: Participant) -> str:
    return member.call.name or member.label or member.call.remote


def leave(carrier: "Carrier", call: CarrierCall, reason: str, *, status: str = "") -> None:
    """Remove a leg; the conference may end with it. `reason` is Twilio's ReasonParticipantLeft."""
    with carrier.lock:
        conference = carrier.books.conferences.get(call.conference)
        if conference is None or call.sid not in conference.members:
            return
        if conference.status == "completed":
            conference.members.pop(call.sid)
            return
        member = _take_out(carrier, conference, call, reason, status or _status_left(call))
        kicked = reason == "participant_updated_via_api"
        if member.ends and member.joined and conference.status == "in-progress":
            way = "kicked" if kicked else "left"
            end(carrier, conference, f"participant-with-end-conference-on-exit-{way}", by=member)
        elif not conference.present and (member.joined or not conference.members):
            end(carrier, conference, f"last-participant-{'kicked' if kicked else 'left'}", by=member)


def _status_left(call: CarrierCall) -> str:
    return call.status if call.is_over else "completed"


def _take_out(carrier: "Carrier", conference: Conference, call: CarrierCall, reason: str, status: str) -> Participant:
    member = conference.members.pop(call.sid)
    call.conference = ""
    _report(
        carrier,
        conference,
        "participant-leave",
        member,
        {"ParticipantCallStatus": status, "ReasonParticipantLeft": reason},
    )
    if member.joined:
        _tell_others(carrier, conference, member, "left")
    call.wake.notify_all()
    return member


def end(carrier: "Carrier", conference: Conference, reason: str, *, by: Participant | None = None) -> None:
    """Remove all participants, then report the end. Legs continue with their next verb."""
    with carrier.lock:
        if conference.status == "completed":
            return
        why = "conference_ended_via_api" if reason == "conference-ended-via-api" else "moderator_ended_conference"
        was_used = any(event["StatusCallbackEvent"] == "participant-join" for event in conference.history)
        for member in conference.present:
            _take_out(carrier, conference, member.call, why, _status_left(member.call))
        conference.status = "completed"
        conference.reason_ended = reason
        conference.ended_by = by.call.sid if by else None
        # A conference that no leg ever joined sends no conference-end.
        if was_used:
            _report(carrier, conference, "conference-end", None, _ending(reason, by))
        _wake(conference)


def _ending(reason: str, by: Participant | None) -> dict[str, str]:
    fields = {"ReasonConferenceEnded": reason, "Reason": "Conference ended via API"}
    if by:
        fields["CallSidEndingConference"] = by.call.sid
        fields["Reason"] = f"Participant with label {by.label} left the conference"
        if by.label:
            fields["ParticipantLabelEndingConference"] = by.label
    return fields


def change(carrier: "Carrier", conference: Conference, member: Participant, changes: dict[str, Any]) -> None:
    """Apply a REST update; each change sends its own event."""
    with carrier.lock:
        before = (member.hold, member.muted, member.coaching, member.coached_sid, member.ends)
        for name, value in changes.items():
            setattr(member, name, value)
        member.updated = carrier.clock.now()
        if member.hold != before[0]:
            calls.note(carrier, member.call, "hold" if member.hold else "resumed")
            _report(carrier, conference, "participant-hold" if member.hold else "participant-unhold", member)
        if member.muted != before[1]:
            calls.note(carrier, member.call, "muted" if member.muted else "unmuted", who="company")
            _report(carrier, conference, "participant-mute" if member.muted else "participant-unmute", member)
        if (member.coaching, member.coached_sid, member.ends) != before[2:]:
            _report(carrier, conference, "participant-modify", member)
        _wake(conference)


def hearers(carrier: "Carrier", conference: Conference, speaker: CarrierCall) -> list[CarrierCall]:
    """Legs that hear this one: none if muted or on hold; from a coach only the coached leg."""
    own = conference.members.get(speaker.sid)
    if own is None or own.hold or own.muted or speaker.muted or conference.status != "in-progress":
        return []
    others = [m for m in conference.present if m.call is not speaker and not m.hold]
    if own.coaching:
        others = [m for m in others if m.call.sid == own.coached_sid]
    return [member.call for member in others]


def _tell_others(carrier: "Carrier", conference: Conference, member: Participant, kind: str) -> None:
    if conference.status != "in-progress" or member.coaching:
        return
    for other in conference.present:
        if other is not member:
            calls.note(carrier, other.call, kind, who=name_of(member))
            if member.beep in ("true", "onEnter" if kind == "joined" else "onExit"):
                calls.note(carrier, other.call, "beep")


def _wake(conference: Conference) -> None:
    for member in conference.members.values():
        member.call.wake.notify_all()


def _report(
    carrier: "Carrier",
    conference: Conference,
    event: str,
    member: Participant | None = None,
    added: dict[str, str] | None = None,
) -> None:
    conference.sequence += 1
    conference.updated = carrier.clock.now()
    params = {
        "AccountSid": carrier.settings.account_sid,
        "ConferenceSid": conference.sid,
        "FriendlyName": conference.name,
        "SequenceNumber": str(conference.sequence),
        "StatusCallbackEvent": event,
        "Timestamp": rfc2822(conference.updated),
        **(_member_fields(member) if member else {}),
        **(added or {}),
    }
    conference.history.append(params)
    if kind_of(event) in conference.events:
        carrier.callbacks.send(
            conference.sid, WebhookRequest(conference.callback, params, conference.callback_method, event=event)
        )


def kind_of(event: str) -> str:
    """The statusCallbackEvent value that subscribes to this event: `participant-unhold` -> `hold`."""
    word = event.rpartition("-")[2]
    return {"unhold": "hold", "unmute": "mute"}.get(word, word)


def _member_fields(member: Participant) -> dict[str, str]:
    fields = {
        "CallSid": member.call.sid,
        "Muted": _yes_no(member.muted),
        "Hold": _yes_no(member.hold),
        "Coaching": _yes_no(member.coaching),
        "EndConferenceOnExit": _yes_no(member.ends),
        "StartConferenceOnEnter": _yes_no(member.starts),
    }
    return fields | ({"ParticipantLabel": member.label} if member.label else {})


def _yes_no(value: bool) -> str:
    return "true" if value else "false"
