"""Messages both ways: Twilio's checks, opt-outs, the inbound webhook. Not the delivery."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from callcenter.simulator import sids
from callcenter.simulator.exchange import delivery, fields, media, numbers, webhooks, whatsapp
from callcenter.simulator.exchange.media import Media

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
    """Carries Twilio's error code for a message it would reject."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(eq=False)
class CarrierMessage:
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
    media: list[Media] = field(default_factory=list)
    error_code: int | None = None
    handed: str = ""

    @property
    def channel(self) -> str:
        return whatsapp.channel(self.to)

    @property
    def segments(self) -> int:
        return 1 if self.channel == "whatsapp" else segments(self.body)

    @property
    def is_under_way(self) -> bool:
        return self.status in ("accepted", "queued", "sent")

    def as_json(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "channel": self.channel,
            "from": self.from_,
            "to": self.to,
            "body": self.body,
            "direction": self.direction,
            "status": self.status,
            "error_code": self.error_code,
            "media": [item.as_json() for item in self.media if item.type],
            "handed": self.handed,
            "at": self.created.isoformat(timespec="milliseconds"),
        }


def segments(body: str) -> int:
    """160 GSM-7 or 70 UCS-2 characters in one segment; 153 or 67 in each of several."""
    one, many = (160, 153) if all(letter in GSM for letter in body) else (70, 67)
    return 1 if len(body) <= one else -(-len(body) // many)


def check(carrier: "Carrier", *, from_: str, to: str, body: str, urls: list[str]) -> None:
    """Raises MessageRefused where Twilio answers 400."""
    _check_addresses(carrier, from_, to)
    if not body and not urls:
        raise MessageRefused(21602, "Message body is required.")
    if len(body) > LONGEST:
        raise MessageRefused(21617, "The concatenated message body exceeds the 1600 character limit.")
    if len(urls) > media.MOST:
        raise MessageRefused(21623, "Number of media files exceeds allowed limit.")
    for url in urls:
        if not webhooks.is_valid_url(url):
            raise MessageRefused(21620, f"Invalid media URL: {url}")


def _check_addresses(carrier: "Carrier", from_: str, to: str) -> None:
    if not whatsapp.is_address(to) and not re.fullmatch(r"\+[1-9]\d{6,14}", to):
        raise MessageRefused(21211, f"The 'To' number {to} is not a valid phone number.")
    if whatsapp.channel(from_) != whatsapp.channel(to):
        raise MessageRefused(21910, "Invalid From and To pair. From and To should be of the same channel")
    if numbers.find(carrier, whatsapp.bare(from_)) is None:
        raise _not_ours(from_)
    if (to, from_) in carrier.books.opted_out:
        raise MessageRefused(21610, "Attempt to send to unsubscribed recipient")
    person = carrier.people.at(to)
    if person and person.landline and whatsapp.channel(to) == "sms":
        raise MessageRefused(21614, f"'To' number is not a valid mobile number: {to}")


def _not_ours(from_: str) -> MessageRefused:
    if whatsapp.channel(from_) == "whatsapp":
        return MessageRefused(63007, "Twilio could not find a Channel with the specified From address")
    return MessageRefused(21606, f"The 'From' phone number {from_} is not a valid, SMS-capable number.")


def send(
    carrier: "Carrier",
    *,
    from_: str,
    to: str,
    body: str,
    direction: str = "outbound-api",
    callback: str = "",
    service_sid: str = "",
    urls: list[str] | None = None,
) -> CarrierMessage | None:
    """Accept a message and deliver it in the background.

    Raises MessageRefused for REST; from TwiML logs it and returns None."""
    try:
        check(carrier, from_=from_, to=to, body=body, urls=urls or [])
    except MessageRefused as refused:
        if direction == "outbound-api":
            raise
        carrier.complain(refused.code, refused.message)
        return None
    status = "accepted" if service_sid else "queued"
    files = [Media(url=url) for url in urls or []]
    message = _enter(carrier, from_, to, body, direction, status, files)
    message.callback, message.service_sid = callback, service_sid
    carrier.later(lambda: delivery.deliver(carrier, message))
    return message


def _enter(
    carrier: "Carrier", from_: str, to: str, body: str, direction: str, status: str, files: list[Media]
) -> CarrierMessage:
    now, sid = carrier.clock.now(), sids.new("MM" if files else "SM")
    message = CarrierMessage(sid, from_, to, body, direction, status, created=now, updated=now, media=files)
    with carrier.lock:
        carrier.books.messages[message.sid] = message
        carrier.forget_old()
    return message


def receive(carrier: "Carrier", *, from_: str, to: str, body: str, files: list[Media] | None = None) -> CarrierMessage:
    """A person writes to the app. Stop words, then the webhook, run in the background."""
    message = _enter(carrier, carrier.people.sender(from_), to, body, "inbound", "received", files or [])
    if message.channel == "whatsapp":
        whatsapp.open_window(carrier, message)
    delivery.show(carrier, message)
    carrier.save()
    carrier.later(lambda: _hand_over(carrier, message))
    return message


def _hand_over(carrier: "Carrier", message: CarrierMessage) -> None:
    if message.channel == "sms":
        _mind_stop_words(carrier, message)
    message.handed = "delivered" if carrier.answer_message(message) else "failed"
    delivery.show(carrier, message)
    carrier.save()


def _mind_stop_words(carrier: "Carrier", message: CarrierMessage) -> None:
    # Twilio keeps an opt-out list per pair of numbers and replies itself.
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


def _answer_for_twilio(carrier: "Carrier", message: CarrierMessage, kind: str) -> None:
    reply = _enter(carrier, message.to, message.from_, REPLIES[kind], "outbound-reply", "queued", [])
    carrier.later(lambda: delivery.deliver(carrier, reply))


def inbound_fields(carrier: "Carrier", message: CarrierMessage) -> dict[str, str]:
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
        "NumSegments": str(message.segments),
    }
    is_sms = message.channel == "sms"
    own = fields.of_places(message.from_, message.to) if is_sms else whatsapp.inbound_fields(carrier, message)
    return params | media.inbound_fields(carrier, message) | own


def text_of(verb: Element) -> str:
    body = verb.find("Body")
    return ((body.text if body is not None else verb.text) or "").strip()
