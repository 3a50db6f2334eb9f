"""Text messages: statuses that never run backwards, and STOP and START words."""

from dataclasses import dataclass
from enum import StrEnum

from callcenter.domain.channels import Channel

KEPT_LIMIT = 20_000  # characters stored of an incoming message


class MessageStatus(StrEnum):
    # DUE and SENDING are ours, the rest are the carrier's.
    DUE = "due"
    SENDING = "sending"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    RECEIVED = "received"


RANK = {
    MessageStatus.DUE: 0,
    MessageStatus.SENDING: 1,
    MessageStatus.QUEUED: 2,
    MessageStatus.SENT: 3,
    MessageStatus.DELIVERED: 4,
    MessageStatus.READ: 5,
    MessageStatus.UNDELIVERED: 6,
    MessageStatus.FAILED: 6,
    MessageStatus.CANCELED: 6,
    MessageStatus.RECEIVED: 6,
}
# The carrier's status words that map to ours.
SAME_AS = {
    "accepted": "queued",
    "scheduled": "queued",
    "sending": "queued",
    "partially_delivered": "delivered",
}

STOP = frozenset({"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel", "退订", "td", "停止"})
START = frozenset({"start", "unstop", "恢复"})


@dataclass(frozen=True, kw_only=True)
class IncomingFile:
    source: str
    stated_type: str  # the sender's claim


@dataclass(frozen=True, kw_only=True)
class IncomingMessage:
    sid: str
    channel: Channel
    sender: str  # an address, or a short code or name that no reply reaches
    recipient: str
    body: str
    files: tuple[IncomingFile, ...] = ()
    opt_out: str | None = None
    also: tuple[str, ...] = ()  # the sender's other addresses
    name: str = ""  # the sender's, on the channel


@dataclass(frozen=True, kw_only=True)
class MessageReport:
    sid: str
    status: str
    error_code: int | None = None


def status_of(word: str) -> MessageStatus | None:
    """None if the carrier's word is unknown."""
    name = SAME_AS.get(word, word)
    return MessageStatus(name) if name in set(MessageStatus) else None


def may_follow(before: MessageStatus, after: MessageStatus) -> bool:
    return RANK[after] > RANK[before]


def opt_keyword(body: str, opt_out: str | None = None) -> str | None:
    """ "stop" or "start" if the message is only that word or the carrier says so."""
    word = body.strip().strip(".!。！").lower()
    if opt_out == "STOP" or word in STOP:
        return "stop"
    if opt_out == "START" or word in START:
        return "start"
    return None
