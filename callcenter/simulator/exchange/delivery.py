"""Delivery of outbound messages: successive statuses, each with its callback."""

from typing import TYPE_CHECKING

from callcenter.simulator.exchange import fields, media, whatsapp
from callcenter.simulator.exchange.webhooks import WebhookRequest

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier
    from callcenter.simulator.exchange.messages import CarrierMessage

UNREACHABLE = 30003


def deliver(carrier: "Carrier", message: "CarrierMessage") -> None:
    """queued (services only), sent, delivered, on WhatsApp read; or failed before sending."""
    if message.service_sid:
        _advance(carrier, message, "queued")
    carrier.closing.wait(carrier.clock.real(0.4))
    error = _failure(carrier, message)
    if error:
        _advance(carrier, message, "failed", error=error)
        return
    _advance(carrier, message, "sent")
    carrier.closing.wait(carrier.clock.real(0.8))
    _arrive(carrier, message)


def _failure(carrier: "Carrier", message: "CarrierMessage") -> int:
    if message.channel == "sms":
        return media.fetch_all(carrier, message)
    if not whatsapp.is_window_open(carrier, message):
        return whatsapp.OUTSIDE_WINDOW
    return whatsapp.MEDIA_FAILED if media.fetch_all(carrier, message) else 0


def _arrive(carrier: "Carrier", message: "CarrierMessage") -> None:
    """At an unreachable telephone an SMS becomes undelivered; a WhatsApp message stays sent."""
    person = carrier.people.at(message.to)
    if person and person.unreachable:
        if message.channel == "sms":
            _advance(carrier, message, "undelivered", error=UNREACHABLE)
        return
    _advance(carrier, message, "delivered")
    if message.channel == "whatsapp" and person and person.reads:
        carrier.closing.wait(carrier.clock.real(1.5))
        _advance(carrier, message, "read")


def _advance(carrier: "Carrier", message: "CarrierMessage", status: str, error: int | None = None) -> None:
    now = carrier.clock.now()
    with carrier.lock:
        message.status, message.updated, message.error_code = status, now, error
        message.sent = message.sent or (now if status == "sent" else None)
        params = _status_fields(carrier, message)
        show(carrier, message)
    if message.callback:
        carrier.callbacks.send(message.sid, WebhookRequest(message.callback, params, event=status))
    carrier.save()


def show(carrier: "Carrier", message: "CarrierMessage") -> None:
    theirs = message.from_ if message.direction == "inbound" else message.to
    event = {"type": "message", "message": message.as_json()}
    carrier.hub.publish([f"number:{carrier.people.phone_of(theirs)}"], event)


def _status_fields(carrier: "Carrier", message: "CarrierMessage") -> dict[str, str]:
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
    if message.channel == "whatsapp":
        return params | whatsapp.status_fields(message)
    if message.status in ("delivered", "undelivered"):
        params["RawDlrDoneDate"] = message.updated.strftime("%y%m%d%H%M")
    return params
