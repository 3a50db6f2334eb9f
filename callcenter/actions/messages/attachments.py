"""Attachments: incoming files are downloaded and checked, outgoing files stored for the carrier."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from callcenter.domain import attachments as rules
from callcenter.domain.attachments import AttachmentState
from callcenter.domain.channels import Channel
from callcenter.domain.errors import Invalid, OutsideError
from callcenter.domain.events import AttachmentFetched
from callcenter.domain.messages import IncomingFile
from callcenter.storage.calls import interactions
from callcenter.storage.messages import attachments, messages
from callcenter.storage.messages.attachments import Attachment
from callcenter.storage.messages.messages import Message
from callcenter.storage.work import Work

LEASE = timedelta(seconds=90)
TRIES = 8
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class File:
    name: str
    content: bytes


def expect(work: Work, message: Message, files: Sequence[IncomingFile]) -> None:
    for file in files:
        work.session.add(
            Attachment(
                message_id=message.id,
                source=file.source,
                stated_kind=file.stated_type[:100],
                state=AttachmentState.DUE,
                next_try_at=work.now,
                created_at=work.now,
            )
        )


def claim(work: Work, attachment_id: int) -> tuple[str, Channel] | None:
    """Lease a due download: (source, channel), or None."""
    row = attachments.claim(work.session, attachment_id, now=work.now)
    message = messages.get(work.session, row.message_id) if row else None
    if row is None or message is None:
        return None
    row.next_try_at = work.now + LEASE
    row.tries += 1
    return row.source, message.channel


def keep(work: Work, attachment_id: int, content: bytes) -> None:
    row = attachments.get(work.session, attachment_id, lock=True)
    if row is None or row.state != AttachmentState.DUE:
        return
    row.kind, row.size = rules.kind_of(content), len(content)
    if row.kind:
        row.content, row.name = content, rules.name_of(row.kind, row.id)
    _settle(work, row, AttachmentState.KEPT if row.kind else AttachmentState.REFUSED)


def failed(work: Work, attachment_id: int, error: OutsideError) -> None:
    """Retry with growing pauses; failed after a permanent error or 8 tries."""
    row = attachments.get(work.session, attachment_id, lock=True)
    if row is None or row.state != AttachmentState.DUE:
        return
    if error.permanent or row.tries >= TRIES:
        _settle(work, row, AttachmentState.FAILED)
    else:
        row.next_try_at = work.now + timedelta(seconds=min(600, 5 * 2 ** (row.tries - 1)))


def _settle(work: Work, row: Attachment, state: AttachmentState) -> None:
    row.state, row.next_try_at = state, None
    message = messages.get(work.session, row.message_id)
    if message is None:
        return
    interaction = interactions.get(work.session, message.interaction_id) if message.interaction_id else None
    about = interaction.about() if interaction else message.about()  # for the agent who serves it now
    work.record(AttachmentFetched(**about, message_id=message.id, attachment_id=row.id, state=state.value))


def checked(files: Sequence[File], channel: Channel) -> list[tuple[File, str]]:
    """Files with their detected types; Invalid for what the channel or we do not accept."""
    traits = channel.traits
    if len(files) > traits.files:
        raise Invalid(
            "%(channel)s carries %(limit)d file(s) in a message.",
            field="file",
            limit=traits.files,
            channel=traits.label,
        )
    if sum(len(file.content) for file in files) > traits.file_bytes:
        limit = traits.file_bytes // MEGABYTE
        raise Invalid("%(channel)s carries at most %(limit)d MB.", field="file", limit=limit, channel=traits.label)
    return [(file, _kind(file)) for file in files]


def _kind(file: File) -> str:
    kind = rules.kind_of(file.content)
    if kind is None:
        raise Invalid("“%(name)s” is not of a kind that can be sent.", field="file", name=file.name)
    return kind


def attach(work: Work, message: Message, files: Sequence[tuple[File, str]]) -> None:
    for file, kind in files:
        work.session.add(
            Attachment(
                message_id=message.id,
                state=AttachmentState.KEPT,
                name=_safe(file.name) or rules.name_of(kind, message.id),
                kind=kind,
                size=len(file.content),
                content=file.content,
                # The carrier fetches the file by it.
                token=secrets.token_urlsafe(24),
                created_at=work.now,
            )
        )


def _safe(name: str) -> str:
    # Path and control characters could mislead the receiving program.
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[:120].strip()
