"""Outgoing messages: queued, claimed, accepted by the carrier, delivery reports."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from callcenter.actions.messages import attachments
from callcenter.actions.messages.attachments import File
from callcenter.domain import customers as people
from callcenter.domain.channels import Channel, Thread
from callcenter.domain.errors import OutsideError, WindowClosed
from callcenter.domain.events import MessageQueued, MessageStatusChanged
from callcenter.domain.messages import MessageReport, MessageStatus, may_follow, status_of
from callcenter.domain.states import Way
from callcenter.storage.administration import access
from callcenter.storage.customers import customers
from callcenter.storage.messages import messages
from callcenter.storage.messages.messages import Message
from callcenter.storage.work import Work

LEASE = timedelta(seconds=60)
TRIES = 8
OPTED_OUT = 21610
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def write(
    work: Work,
    thread: Thread,
    *,
    body: str,
    customer_id: int | None,
    interaction_id: int | None,
    agent_id: int | None = None,
    purpose: str = "conversation",
    files: Sequence[tuple[File, str]] = (),
) -> Message:
    message = Message(
        channel=thread.channel,
        direction=Way.OUT,
        purpose=purpose,
        interaction_id=interaction_id,
        customer_id=customer_id,
        agent_id=agent_id,
        our_address=thread.ours,
        their_address=thread.theirs,
        body=body,
        files=len(files),
        status=MessageStatus.DUE,
        next_try_at=work.now,
        created_at=work.now,
    )
    work.session.add(message)
    work.session.flush()
    attachments.attach(work, message, files)
    work.record(MessageQueued(**message.about(), actor=_actor(message), message_id=message.id))
    return message


def closes_at(session: Session, thread: Thread) -> datetime | None:
    """End of the reply window; None for no limit, LONG_AGO where the customer never wrote."""
    window = thread.channel.traits.window
    if window is None:
        return None
    heard = messages.last_heard(session, thread)
    return heard + window if heard else LONG_AGO


def is_open(work: Work, thread: Thread) -> bool:
    until = closes_at(work.session, thread)
    return until is None or work.now < until


def shut(channel: Channel) -> WindowClosed:
    window = channel.traits.window or timedelta(0)
    return WindowClosed(channel=channel.traits.label, hours=window // timedelta(hours=1))


def may_write(work: Work, thread: Thread) -> bool:
    """Reachable, not opted out, and within the channel's window."""
    is_out = customers.has_opted_out(work.session, thread.kind, thread.theirs)
    return people.is_reachable(thread.kind, thread.theirs) and not is_out and is_open(work, thread)


def claim(work: Work, message_id: int) -> tuple[Message, bool] | None:
    """Lease a due message: (message, whether an earlier try may have reached the carrier), or None."""
    message = messages.claim(work.session, message_id, now=work.now)
    if message is None:
        return None
    was_in_hand = message.status == MessageStatus.SENDING
    message.status, message.next_try_at = MessageStatus.SENDING, work.now + LEASE
    message.tries += 1
    return message, was_in_hand


def handed_over(work: Work, message_id: int, *, sid: str) -> None:
    """Record the carrier's sid; applies reports that arrived before it."""
    # Serializes with `report`: no report falls between.
    messages.lock_sid(work.session, sid)
    message = messages.get(work.session, message_id, lock=True)
    if message is None or not messages.is_unsent(message):
        return
    message.sid, message.sent_at, message.next_try_at = sid, work.now, None
    _set_status(work, message, MessageStatus.QUEUED)
    reported = access.claimed_of(work.session, [_receipt(sid, status) for status in MessageStatus])
    for status in MessageStatus:
        if _receipt(sid, status) in reported and may_follow(MessageStatus(message.status), status):
            _set_status(work, message, status)


def refused(work: Work, message_id: int, error: OutsideError) -> None:
    """Retry with growing pauses; failed after a permanent error or 8 tries."""
    message = messages.get(work.session, message_id, lock=True)
    if message is None or not messages.is_unsent(message):
        return
    # Twilio error 21610: the recipient opted out at the carrier.
    if error.code == OPTED_OUT:
        customers.opt_out(work.session, message.thread.kind, message.their_address, at=work.now)
    if error.permanent or message.tries >= TRIES:
        message.next_try_at = None
        _set_status(work, message, MessageStatus.FAILED, error_code=error.code)
    else:
        message.status = MessageStatus.DUE
        message.next_try_at = work.now + timedelta(seconds=min(600, 5 * 2 ** (message.tries - 1)))


def report(work: Work, given: MessageReport) -> None:
    """Idempotent; reports may arrive in any order."""
    status = status_of(given.status)
    messages.lock_sid(work.session, given.sid)
    if status is None or not access.claim_receipt(work.session, _receipt(given.sid, status), now=work.now):
        return
    message = messages.by_sid(work.session, given.sid, lock=True)
    if message and may_follow(MessageStatus(message.status), status):
        _set_status(work, message, status, error_code=given.error_code)
        if given.error_code == OPTED_OUT:
            customers.opt_out(work.session, message.thread.kind, message.their_address, at=work.now)


def _receipt(sid: str, status: MessageStatus) -> str:
    return f"report:{sid}:{status}"


def _set_status(work: Work, message: Message, status: MessageStatus, *, error_code: int | None = None) -> None:
    message.status, message.error_code = status, error_code
    work.record(MessageStatusChanged(**message.about(), message_id=message.id, status=status, error_code=error_code))


def _actor(message: Message) -> str:
    return f"agent:{message.agent_id}" if message.agent_id else "system"
