"""Calls: what Twilio asks and reports, as actions' arguments."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from callcenter import wiring
from callcenter.actions.callbacks import callback_dialing
from callcenter.actions.calls import calls, voicemail
from callcenter.actions.lines import lines
from callcenter.actions.routing import queue_announcements
from callcenter.declared import signed
from callcenter.domain import languages
from callcenter.domain.agents import agent_of_identity
from callcenter.domain.calls import Answer, Apologise, CallStatus, ConferenceReport, HangUp, IncomingCall, LegReport
from callcenter.domain.customers import e164, language_of
from callcenter.storage.work import Work
from callcenter.telephony import twiml
from callcenter.webhooks.guard import answered, taken, xml

door = Blueprint("voice", __name__, url_prefix="/voice")


@door.post("/incoming")
@answered
def incoming() -> Answer:
    form = request.form
    call = IncomingCall(sid=form["CallSid"], caller=e164(form.get("From", "")), called=e164(form.get("To", "")) or "")
    with wiring.current().work() as work:
        return calls.receive(work, call)


@door.post("/menu/<int:interaction_id>")
@answered
def menu(interaction_id: int) -> Answer:
    digit, token = request.form.get("Digits", "")[:1], request.headers.get("I-Twilio-Idempotency-Token")
    with wiring.current().work() as work:
        return calls.choose(work, interaction_id, digit, token=token)


@door.post("/wait/<int:interaction_id>")
@answered
def wait(interaction_id: int) -> Answer:
    house = wiring.current()
    with house.reading() as session:
        return queue_announcements.tell_place(
            Work(session, house.clock()), interaction_id, first="again" not in request.args
        )


@door.post("/left/<int:interaction_id>")
@answered
def left(interaction_id: int) -> Answer:
    """The caller's Dial is over. A call that is still in progress has only lost its conference, or left it by *."""
    form = request.form
    still_there = form.get("CallStatus") == CallStatus.IN_PROGRESS
    by_key = form.get("DialCallStatus") in ("answered", "completed")
    with wiring.current().work() as work:
        return lines.left_conference(work, interaction_id, still_there=still_there, by_key=by_key)


@door.post("/callback/<int:interaction_id>")
@answered
def callback(interaction_id: int) -> Answer:
    """A key pressed where a callback was offered, or none."""
    with wiring.current().work() as work:
        return voicemail.choose(work, interaction_id, request.form.get("Digits", "")[:1])


@door.post("/called/<int:interaction_id>")
@answered
def called(interaction_id: int) -> Answer:
    """A customer whom we call back picks up."""
    with wiring.current().work() as work:
        return callback_dialing.answered(work, interaction_id, call_sid=request.form["CallSid"])


@door.post("/message/<int:interaction_id>")
@answered
def message(interaction_id: int) -> Answer:
    """A caller has left a message, and perhaps hung up with that."""
    form = request.form
    url, seconds = form.get("RecordingUrl", "")[:500], form.get("RecordingDuration", "")
    with wiring.current().work() as work:
        whole = int(seconds) if seconds.isascii() and seconds.isdigit() else 0
        return voicemail.leave_message(work, interaction_id, url=url, seconds=whole)


@door.post("/again/<int:interaction_id>")
@answered
def again(interaction_id: int) -> Answer:
    with wiring.current().work() as work:
        return calls.brought_back(work, interaction_id)


@door.post("/hold/<language>")
@signed
def hold(language: str) -> Response:
    return xml(twiml.hold_music(languages.served(language), base=wiring.current().settings.public_url))


@door.post("/agent")
@answered
def agent() -> Answer:
    """An agent's browser calls by the TwiML app: who it is stands in From, what for in the parameters we gave it."""
    form = request.form
    agent_id = agent_of_identity(form.get("From", "")) if form.get("From", "").startswith("client:") else None
    ids = [form.get(name, "") for name in ("interaction", "offer")]
    if agent_id is None or not all(value.isascii() and value.isdigit() for value in ids):
        return HangUp()
    with wiring.current().work() as work:
        return lines.connect_agent(
            work, call_sid=form["CallSid"], agent_id=agent_id, interaction_id=int(ids[0]), offer_id=int(ids[1])
        )


@door.post("/agent/answered/<int:offer_id>")
@answered
def agent_answered(offer_id: int) -> Answer:
    with wiring.current().work() as work:
        return lines.desk_telephone_answered(work, offer_id, call_sid=request.form["CallSid"])


@door.post("/agent/pressed/<int:offer_id>")
@answered
def agent_pressed(offer_id: int) -> Answer:
    with wiring.current().work() as work:
        digit = request.form.get("Digits", "")
        return lines.desk_telephone_pressed(work, offer_id, call_sid=request.form["CallSid"], digit=digit)


@door.post("/agent/left/<int:interaction_id>")
@answered
def agent_left(interaction_id: int) -> Answer:
    """The agent's Dial is over. With the line still up, the conference has ended round it."""
    form = request.form
    if form.get("CallStatus") != CallStatus.IN_PROGRESS:
        return HangUp()
    with wiring.current().work() as work:
        return lines.left_alone(work, interaction_id, call_sid=form.get("CallSid", ""), again="again" in request.args)


@door.post("/status")
@taken
def status() -> None:
    report = _leg_report(request.form)
    if report:
        _whose(report.sid)
        with wiring.current().work() as work:
            lines.report(work, report)


def _whose(sid: str) -> None:
    """A leg that we ordered: where the answer to the order was lost, its first report tells us that it rings, and for whom."""
    offer_id, interaction_id = (request.args.get(name, type=int) for name in ("offer", "interaction"))
    if offer_id is None and interaction_id is None:
        return
    with wiring.current().work() as work:
        if offer_id is not None:
            lines.rung(work, offer_id, call_sid=sid)
        elif interaction_id is not None:
            callback_dialing.rings(work, interaction_id, call_sid=sid)


def _leg_report(form: Mapping[str, str]) -> LegReport | None:
    word = form.get("CallStatus", "")
    if word not in set(CallStatus) or "CallSid" not in form:
        return None
    return LegReport(sid=form["CallSid"], status=CallStatus(word))


@door.post("/conference")
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
        lines.conference(work, report)


@door.post("/recording")
@taken
def recording() -> None:
    """Nothing is recorded yet; the address is fixed, so that a number configured for it gets no error."""


@door.post("/fallback")
@answered
def fallback() -> Answer:
    """Twilio could not get an answer from us, or not in time: whoever waits comes back to where they were."""
    with wiring.current().work() as work:
        seen = calls.of_sid(work, request.form.get("CallSid", ""))
        if seen is not None:
            return calls.answer_again(work, seen)
    return Apologise(language=language_of(e164(request.form.get("From", ""))) or languages.DEFAULT)
