"""Text messages both ways: the checks Twilio makes, delivery, opting out and in, the reply a webhook may give."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from callcenter.simulator import sids
from callcenter.simulator.exchange import fields, numbers
from callcenter.simulator.exchange.webhooks import Request

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier

STOP = frozenset({"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"})
START = frozenset({"start", "unstop", "yes"})
HELP = frozenset({"help", "info"})
REPLIES = {
    "stop": "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe.",
    "start": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe.",
    "help": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}
LONGEST = 1600
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)


class MessageRefused(Exception):
    """Twilio would refuse to take this message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(eq=False)
class Message:
    sid: str
    from_: str
    to: str
    body: str
    direction: str
    status: str
    created: datetime
    updated: datetime
    sent: datetime | None = None
    callback: str = ""
    service_sid: str = ""
    media: list[str] = field(default_factory=list)
    error_code: int | None = None
    handed: str = ""

    @property
    def is_under_way(self) -> bool:
        return self.status in ("accepted", "queued", "sent")

    def as_json(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "from": self.from_,
            "to": self.to,
            "body": self.body,
            "direction": self.direction,
            "status": self.status,
            "error_code": self.error_code,
            "media": self.media,
            "handed": self.handed,
            "at": self.created.isoformat(timespec="milliseconds"),
        }


def segments(body: str) -> int:
    """160 GSM-7 or 70 UCS-2 characters in one message; 153 or 67 in each of several."""
    one, many = (160, 153) if all(letter in GSM for letter in body) else (70, 67)
    return 1 if len(body) <= one else -(-len(body) // many)


def check(carrier: "Carrier", *, from_: str, to: str, body: str, media: list[str]) -> None:
    """Raise MessageRefused for what Twilio answers with 400."""
    if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
        raise MessageRefused(21211, f"The 'To' number {to} is not a valid phone number.")
    if not body and not media:
        raise MessageRefused(21602, "Message body is required.")
    if len(body) > LONGEST:
        raise MessageRefused(21617, "The concatenated message body exceeds the 1600 character limit.")
    if numbers.find(carrier, from_) is None:
        raise MessageRefused(21606, f"The 'From' phone number {from_} is not a valid, SMS-capable number.")
    if (to, from_) in carrier.books.opted_out:
        raise MessageRefused(21610, "Attempt to send to unsubscribed recipient")
    person = carrier.people.at(to)
    if person and person.landline:
        raise MessageRefused(21614, f"'To' number is not a valid mobile number: {to}")


def send(
    carrier: "Carrier",
    *,
    from_: str,
    to: str,
    body: str,
    direction: str = "outbound-api",
    callback: str = "",
    service_sid: str = "",
    media: list[str] | None = None,
) -> Message | None:
    """Take a message and deliver it in the background. From TwiML a refused one is only complained of (None)."""
    try:
        check(carrier, from_=from_, to=to, body=body, media=media or [])
    except MessageRefused as refused:
        if direction == "outbound-api":
            raise
        carrier.complain(refused.code, refused.message)
        return None
    status = "accepted" if service_sid else "queued"
    message = _enter(carrier, from_, to, body, direction, status)
    message.callback, message.service_sid, message.media = callback, service_sid, media or []
    carrier.later(lambda: _deliver(carrier, message))
    return message


def _enter(carrier: "Carrier", from_: str, to: str, body: str, direction: str, status: str) -> Message:
    now = carrier.clock.now()
    message = Message(sids.new("SM"), from_, to, body, direction, status, created=now, updated=now)
    with carrier.lock:
        carrier.books.messages[message.sid] = message
        carrier.forget_old()
    return message


def _deliver(carrier: "Carrier", message: Message) -> None:
    """queued (services only), sent, delivered; a telephone that cannot be reached: undelivered."""
    if message.service_sid:
        _advance(carrier, message, "queued")
    carrier.closing.wait(carrier.clock.real(0.4))
    _advance(carrier, message, "sent")
    carrier.closing.wait(carrier.clock.real(0.8))
    person = carrier.people.at(message.to)
    if person and person.unreachable:
        _advance(carrier, message, "undelivered", error=30003)
        return
    _advance(carrier, message, "delivered")


def _advance(carrier: "Carrier", message: Message, status: str, error: int | None = None) -> None:
    now = carrier.clock.now()
    with carrier.lock:
        message.status, message.updated, message.error_code = status, now, error
        message.sent = message.sent or (now if status == "sent" else None)
        params = _status_fields(carrier, message)
        theirs = message.from_ if message.direction == "inbound" else message.to
        carrier.hub.tell([f"number:{theirs}"], {"type": "message", "message": message.as_json()})
    if message.callback:
        carrier.callbacks.tell(message.sid, Request(message.callback, params, event=status))
    carrier.save()


def _status_fields(carrier: "Carrier", message: Message) -> dict[str, str]:
    params = {
        "AccountSid": carrier.settings.account_sid,
        "ApiVersion": fields.API_VERSION,
        "From": message.from_,
        "To": message.to,
        "MessageSid": message.sid,
        "MessageStatus": message.status,
        "SmsSid": message.sid,
        "SmsStatus": message.status,
    }
    if message.service_sid:
        params["MessagingServiceSid"] = message.service_sid
    if message.error_code:
        params["ErrorCode"] = str(message.error_code)
    if message.status in ("delivered", "undelivered"):
        params["RawDlrDoneDate"] = message.updated.strftime("%y%m%d%H%M")
    return params


def receive(carrier: "Carrier", *, from_: str, to: str, body: str, media: list[str] | None = None) -> Message:
    """A person texts one of our numbers: stop words are minded, then the webhook is asked in the background."""
    message = _enter(carrier, from_, to, body, "inbound", "received")
    message.media = media or []
    carrier.hub.tell([f"number:{from_}"], {"type": "message", "message": message.as_json()})
    carrier.save()
    carrier.later(lambda: _hand_over(carrier, message))
    return message


def _hand_over(carrier: "Carrier", message: Message) -> None:
    word = message.body.strip().lower()
    kind = next((k for k, words in (("stop", STOP), ("start", START), ("help", HELP)) if word in words), "")
    pair = (message.from_, message.to)
    with carrier.lock:
        was_out = pair in carrier.books.opted_out
    if kind == "stop":
        _answer_for_twilio(carrier, message, kind)
        carrier.books.opted_out.add(pair)
    elif kind == "start" and was_out:
        carrier.books.opted_out.discard(pair)
        _answer_for_twilio(carrier, message, kind)
    elif kind == "help":
        _answer_for_twilio(carrier, message, kind)
    message.handed = "delivered" if carrier.answer_message(message) else "failed"
    carrier.hub.tell([f"number:{message.from_}"], {"type": "message", "message": message.as_json()})
    carrier.save()


def _answer_for_twilio(carrier: "Carrier", message: Message, kind: str) -> None:
    reply = _enter(carrier, message.to, message.from_, REPLIES[kind], "outbound-reply", "queued")
    carrier.later(lambda: _deliver(carrier, reply))


def inbound_fields(carrier: "Carrier", message: Message) -> dict[str, str]:
    """The form of an inbound message webhook."""
    here, there = fields.country(message.to), fields.country(message.from_)
    geo = {f"To{part}": here if part == "Country" else "" for part in fields.GEO}
    geo |= {f"From{part}": there if part == "Country" else "" for part in fields.GEO}
    params = {
        "AccountSid": carrier.settings.account_sid,
        "ApiVersion": fields.API_VERSION,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "SmsStatus": "received",
        "From": message.from_,
        "To": message.to,
        "Body": message.body,
        "NumMedia": str(len(message.media)),
        "NumSegments": str(segments(message.body)),
        **geo,
    }
    for at, url in enumerate(message.media):
        params |= {f"MediaUrl{at}": url, f"MediaContentType{at}": "image/jpeg"}
    return params


def text_of(verb: Element) -> str:
    """The text of a Message verb: its own, or its Body's."""
    body = verb.find("Body")
    return ((body.text if body is not None else verb.text) or "").strip()
