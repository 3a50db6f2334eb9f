"""The app's telephone numbers and TwiML applications, with their webhook addresses."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import md5
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier

VOICE = ("voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method")
STATUS = ("status_callback", "status_callback_method")
SMS = ("sms_url", "sms_method", "sms_fallback_url", "sms_fallback_method")
NUMBER_SETTINGS = (*VOICE, *STATUS, *SMS, "voice_application_sid", "sms_application_sid", "friendly_name")
APPLICATION_SETTINGS = (*VOICE, *STATUS, *SMS, "sms_status_callback", "message_status_callback", "friendly_name")


@dataclass
class Webhooks:
    """Addresses that numbers and applications share. Blank means not set."""

    sid: str
    friendly_name: str = ""
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class CarrierNumber(Webhooks):
    phone_number: str = ""
    voice_application_sid: str = ""
    sms_application_sid: str = ""


@dataclass
class Application(Webhooks):
    sms_status_callback: str = ""
    message_status_callback: str = ""


def open_books(carrier: "Carrier") -> None:
    for phone_number in carrier.settings.numbers:
        # Derived from the number, so that it is stable across runs.
        sid = "PN" + md5(phone_number.encode(), usedforsecurity=False).hexdigest()
        carrier.books.numbers[sid] = CarrierNumber(sid, friendly_name=phone_number, phone_number=phone_number)
    app_sid = carrier.settings.application_sid
    carrier.books.applications[app_sid] = Application(app_sid, friendly_name="Call centre")


def find(carrier: "Carrier", phone_number: str) -> CarrierNumber | None:
    return next((n for n in carrier.books.numbers.values() if n.phone_number == phone_number), None)


def voice_webhooks(carrier: "Carrier", number: CarrierNumber) -> Webhooks:
    return carrier.books.applications.get(number.voice_application_sid) or number


def sms_webhooks(carrier: "Carrier", number: CarrierNumber) -> Webhooks:
    return carrier.books.applications.get(number.sms_application_sid) or number


def configure(carrier: "Carrier", thing: Webhooks, changes: dict[str, str]) -> None:
    """Set addresses by attribute name. Names are not checked."""
    with carrier.lock:
        for name, value in changes.items():
            setattr(thing, name, value)
        thing.updated = carrier.clock.now()
    carrier.save()
