"""The caller's choice after a callback offer, and voicemail."""

from callcenter.actions.calls import call_lifecycle, calls
from callcenter.actions.calls import callback_offer as callbacks
from callcenter.actions.tickets import tickets
from callcenter.domain.callback_events import VoicemailLeft
from callcenter.domain.calls import Answer, HangUp
from callcenter.domain.interactions import EndedBy, Result, State
from callcenter.storage.calls import interactions
from callcenter.storage.calls.interactions import Interaction
from callcenter.storage.work import Work

VOICEMAIL = "voicemail"


def choose(work: Work, interaction_id: int, digit: str) -> Answer:
    """1: promise a callback. Any other key, or none: the caller keeps waiting. Idempotent."""
    call = interactions.get(work.session, interaction_id, lock=True)
    if call is None:
        return HangUp()
    if digit == "1" and callbacks.is_choosing(call):
        return _callback(work, call)
    callbacks.wait_on(call)
    return calls.answer_again(work, call)


def _callback(work: Work, call: Interaction) -> Answer:
    source = "max_wait" if call.transfer_reason else "key"
    promised = callbacks.promise(work, call, source=source)
    call_lifecycle.finish(work, call, by=EndedBy.CUSTOMER, result=Result.CALLBACK)
    return callbacks.announcement(work, promised, interaction_id=call.id, language=call.language)


def leave_message(work: Work, interaction_id: int, *, url: str, seconds: int) -> Answer:
    """Add a voicemail to the case's ticket. The caller may have hung up before this report."""
    call = interactions.get(work.session, interaction_id, lock=True)
    if call is None or not url or (call.ticket_id and call.result == Result.VOICEMAIL):
        return HangUp()
    is_theirs = call.transfer_reason == VOICEMAIL and call.answered_at is None
    if not is_theirs or (call.state != State.WAITING and call.result != Result.ABANDONED):
        return HangUp()
    ticket = tickets.for_message(work, call, body=f"Voicemail, {seconds} s: {url}")
    call.ticket_id = ticket.id
    if call.state == State.WAITING:
        call_lifecycle.finish(work, call, by=EndedBy.CUSTOMER, result=Result.VOICEMAIL)
    call.result = Result.VOICEMAIL
    work.record(VoicemailLeft(**call.about(), actor="customer", url=url, seconds=seconds))
    return HangUp()
