"""Provider operations on messages: send, download attachments."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from callcenter.actions.messages import attachments, outgoing
from callcenter.domain.errors import OutsideError
from callcenter.storage.messages import attachments as rows
from callcenter.storage.messages import messages
from callcenter.storage.messages.attachments import Attachment
from callcenter.telephony import paths
from callcenter.wiring import Wiring

log = structlog.get_logger()
CRASH_WINDOW = timedelta(minutes=10)


def send_message(wiring: Wiring, message_id: int) -> None:
    """After a crash, ask the carrier first whether it has the message."""
    with wiring.work() as work:
        claimed = outgoing.claim(work, message_id)
        files = rows.of_messages(work.session, [message_id]) if claimed and claimed[0].files else {}
    if claimed is None:
        return
    message, was_in_hand = claimed
    channel = wiring.channels[message.channel]
    to = {"sender": message.our_address, "recipient": message.their_address, "body": message.body}
    try:
        sid = _handed_over_already(wiring, channel.find(**to, since=CRASH_WINDOW)) if was_in_hand else None
        sid = sid or channel.send(**to, media=[_url(wiring, file) for file in files.get(message_id, ())])
    except OutsideError as error:
        with wiring.work() as work:
            outgoing.refused(work, message_id, error)
        return
    with wiring.work() as work:
        outgoing.handed_over(work, message_id, sid=sid)


def _handed_over_already(wiring: Wiring, sids: Sequence[str]) -> str | None:
    with wiring.reading() as session:
        others = messages.known_sids(session, sids)
    # The same text may have been sent twice: skip sids of our other messages.
    return next((sid for sid in sids if sid not in others), None)


def _url(wiring: Wiring, file: Attachment) -> str:
    return wiring.settings.public_url + paths.FILE % file.token


def fetch_attachment(wiring: Wiring, attachment_id: int) -> None:
    """Download a message's attachment, then delete it at the carrier."""
    with wiring.work() as work:
        claimed = attachments.claim(work, attachment_id)
    if claimed is None:
        return
    source, channel = claimed
    try:
        content = wiring.channels[channel].fetch(source)
    except OutsideError as error:
        with wiring.work() as work:
            attachments.failed(work, attachment_id, error)
        return
    with wiring.work() as work:
        attachments.keep(work, attachment_id, content)
    try:
        # Our copy is stored, so the carrier's can go; a failure is only logged.
        wiring.channels[channel].forget(source)
    except OutsideError as error:
        log.warning("attachment_not_deleted", attachment_id=attachment_id, error=str(error))
