"""Voice: Twilio's questions and reports as arguments of actions."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Blueprint, Response, request

from callcenter import wiring
from callcenter.actions.callbacks import callback_dialing
from callcenter.actions.calls import calls, voicemail
from callcenter.actions.legs import legs
from callcenter.actions.routing import queue_announcements
from callcenter.declared import signed
from callcenter.domain import languages
from callcenter.domain.agents import agent_of_identity
from callcenter.domain.calls import Answer, Apologise, CallStatus, ConferenceReport, HangUp, IncomingCall, LegReport
from callcenter.domain.customers import e164, language_of
from callcenter.storage.work import Work
from callcenter.telephony import twiml
from callcenter.webhooks.guard import SINCE, answered, taken, xml

routes = Blueprint("voice", __name__, url_prefix="/voice")


@routes.post("/incoming")
@answered
def incoming() -> Answer:
    return _receive()


def _receive() -> Answer:
    form = request.form
    call = IncomingCall(
        sid=form["CallSid"],
        caller=e164(form.get("From", "")),
        called=e164(form.get("To", "")) or "",
        since=_since(),
    )
    with wiring.current().work() as work:
        return calls.receive(work, call)


def _since() -> datetime | None:
    """The first try of a caller who waited for the database. The address is signed."""
    since = request.args.get(SINCE, "")
    return datetime.fromtimestamp(int(since), UTC) if since.isascii() and since.isdigit() and len(since) < 12 else None


@routes.post("/menu/<int:interaction_id>")
@answered
def menu(interaction_id: int) -> Answer:
    digit, token = request.values.get("Digits", "")[:1], request.headers.get("I-Twilio-Idempotency-Token")
    with wiring.current().work() as work:
        return calls.choose(work, interaction_id, digit, token=token, since=_since())


@routes.post("/wait/<int:interaction_id>")
@answered
def wait(interaction_id: int) -> Answer:
    services = wiring.current()
    with services.reading() as session:
        return queue_announcements.tell_place(
            Work(session, services.clock()), interaction_id, first="again" not in request.args
        )


@routes.post("/left/<int:interaction_id>")
@answered
def left(interaction_id: int) -> Answer:
    """The caller's Dial ended: they hung up, pressed *, or the conference failed."""
    form = request.form
    # Still in progress: the caller left by *, or the conference failed.
    still_there = form.get("CallStatus") == CallStatus.IN_PROGRESS
    by_key = request.values.get("DialCallStatus") in ("answered", "completed")
    with wiring.current().work() as work:
        return legs.left_conference(work, interaction_id, still_there=still_there, by_key=by_key)


@routes.post("/callback/<int:interaction_id>")
@answered
def callback(interaction_id: int) -> Answer:
    """The caller's key after a callback offer, or none."""
    with wiring.current().work() as work:
        return voicemail.choose(work, interaction_id, request.values.get("Digits", "")[:1])


@routes.post("/called/<int:interaction_id>")
@answered
def called(interaction_id: int) -> Answer:
    with wiring.current().work() as work:
        return callback_dialing.answered(work, interaction_id, call_sid=request.form["CallSid"])


@routes.post("/message/<int:interaction_id>")
@answered
def message(interaction_id: int) -> Answer:
    form = request.values
    url, seconds = form.get("RecordingUrl", "")[:500], form.get("RecordingDuration", "")
    with wiring.current().work() as work:
        whole = int(seconds) if seconds.isascii() and seconds.isdigit() else 0
        return voicemail.leave_message(work, interaction_id, url=url, seconds=whole)


@routes.post("/again/<int:interaction_id>")
@answered
def again(interaction_id: int) -> Answer:
    with wiring.current().work() as work:
        return calls.brought_back(work, interaction_id)


@routes.post("/hold/<language>")
@signed
def hold(language: str) -> Response:
    return xml(twiml.hold_music(languages.served(language), base=wiring.current().settings.public_url))


@routes.post("/agent")
@answered
def agent() -> Answer:
    """An agent's browser joins: its identity is in From, interaction and offer in our parameters."""
    form = request.form
    agent_id = agent_of_identity(form.get("From", "")) if form.get("From", "").startswith("client:") else None
    ids = [form.get(name, "") for name in ("interaction", "offer")]
    if agent_id is None or not all(value.isascii() and value.isdigit() for value in ids):
        return HangUp()
    with wiring.current().work() as work:
        return legs.connect_agent(
            work, call_sid=form["CallSid"], agent_id=agent_id, interaction_id=int(ids[0]), offer_id=int(ids[1])
        )


@routes.post("/agent/answered/<int:offer_id>")
@answered
def agent_answered(offer_id: int) -> Answer:
    with wiring.current().work() as work:
        return legs.desk_telephone_answered(work, offer_id, call_sid=request.form["CallSid"])


@routes.post("/agent/pressed/<int:offer_id>")
@answered
def agent_pressed(offer_id: int) -> Answer:
    with wiring.current().work() as work:
        digit = request.values.get("Digits", "")
        return legs.desk_telephone_pressed(work, offer_id, call_sid=request.form["CallSid"], digit=digit)


@routes.post("/agent/left/<int:interaction_id>")
@answered
def agent_left(interaction_id: int) -> Answer:
    form = request.form
    # With the leg still up, the conference has ended around the agent.
    if form.get("CallStatus") != CallStatus.IN_PROGRESS:
        return HangUp()
    with wiring.current().work() as work:
        return legs.left_alone(work, interaction_id, call_sid=form.get("CallSid", ""), again="again" in request.args)


@routes.post("/status")
@taken
def status() -> None:
    report = _leg_report(request.form)
    if report:
        _whose(report.sid)
        with wiring.current().work() as work:
            legs.report(work, report)


def _whose(sid: str) -> None:
    """Assigns a leg that we ordered to its offer or callback."""
    # The answer to our order may be lost, so the report's address carries the ids.
    offer_id, interaction_id = (request.args.get(name, type=int) for name in ("offer", "interaction"))
    if offer_id is None and interaction_id is None:
        return
    with wiring.current().work() as work:
        if offer_id is not None:
            legs.rung(work, offer_id, call_sid=sid)
        elif interaction_id is not None:
            callback_dialing.rings(work, interaction_id, call_sid=sid)


def _leg_report(form: Mapping[str, str]) -> LegReport | None:
    word = form.get("CallStatus", "")
    if word not in set(CallStatus) or "CallSid" not in form:
        return None
    return LegReport(sid=form["CallSid"], status=CallStatus(word))


@routes.post("/conference")
@taken
def conference() -> None:
    form = request.form
    if not form.get("SequenceNumber", "").isdigit() or "ConferenceSid" not in form:
        return
    report = ConferenceReport(
        conference_sid=form["ConferenceSid"],
        name=form.get("FriendlyName", ""),
        event=form.get("StatusCallbackEvent", ""),
        sequence=int(form["SequenceNumber"]),
        call_sid=form.get("CallSid"),
        label=form.get("ParticipantLabel"),
        reason=form.get("ReasonParticipantLeft"),
        call_status=form.get("ParticipantCallStatus"),
    )
    with wiring.current().work() as work:
        legs.conference(work, report)


@routes.post("/recording")
@taken
def recording() -> None:
    """Accepted and ignored: nothing is recorded. A number configured with this address gets no error."""


@routes.post("/fallback")
@answered
def fallback() -> Answer:
    """Twilio got no answer in time: the caller continues where they were."""
    with wiring.current().work() as work:
        seen = calls.of_sid(work, request.form.get("CallSid", ""))
        if seen is not None:
            return calls.answer_again(work, seen)
    if "CallSid" in request.form:  # never heard of, or waited here for the database
        return _receive()
    return Apologise(language=language_of(e164(request.form.get("From", ""))) or languages.DEFAULT)
