"""WhatsApp's differences from SMS: addresses, the 24-hour window, webhook fields. Not the sending."""

import re
from datetime import timedelta
from hashlib import md5
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier
    from callcenter.simulator.exchange.messages import CarrierMessage

PREFIX = "whatsapp:"
ADDRESS = re.compile(r"whatsapp:(\+[1-9]\d{6,14}|[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128})")
WINDOW = timedelta(hours=24)
OUTSIDE_WINDOW = 63016
MEDIA_FAILED = 63019
SAYINGS = {
    OUTSIDE_WINDOW: "Failed to send freeform message because you are outside the allowed window.",
    MEDIA_FAILED: "Media failed to download.",
}


def channel(address: str) -> str:
    return "whatsapp" if address.startswith(PREFIX) else "sms"


def bare(address: str) -> str:
    return address.removeprefix(PREFIX)


def is_address(address: str) -> bool:
    return bool(ADDRESS.fullmatch(address))


def open_window(carrier: "Carrier", message: "CarrierMessage") -> None:
    """An inbound message lets the app write freely for 24 hours."""
    with carrier.lock:
        carrier.books.windows[_pair(carrier, message.from_, message.to)] = message.created + WINDOW


def is_window_open(carrier: "Carrier", message: "CarrierMessage") -> bool:
    with carrier.lock:
        until = carrier.books.windows.get(_pair(carrier, message.to, message.from_))
    return until is not None and carrier.clock.now() < until


# By number, so that a person's number and id share one window.
def _pair(carrier: "Carrier", theirs: str, ours: str) -> tuple[str, str]:
    return carrier.people.phone_of(theirs), bare(ours)


def inbound_fields(carrier: "Carrier", message: "CarrierMessage") -> dict[str, str]:
    """Fields of only WhatsApp messages: the sender, as far as the sender reveals it."""
    params = {"MessageType": _kind(message), "ReferralNumMedia": "0"}
    person = carrier.people.at(message.from_)
    if person:
        params |= {"ProfileName": person.name, "ExternalUserId": person.whatsapp_id}
    number = bare(message.from_)
    if number.startswith("+"):
        params["WaId"] = number.removeprefix("+")
    return params


def _kind(message: "CarrierMessage") -> str:
    if not message.media:
        return "text"
    kind = message.media[0].type.partition("/")[0]
    return kind if kind in ("image", "audio", "video") else "document"


def status_fields(message: "CarrierMessage") -> dict[str, str]:
    install = md5(message.from_.encode(), usedforsecurity=False).hexdigest()
    params = {
        "ChannelInstallSid": f"XE{install}",
        "ChannelPrefix": "whatsapp",
        "ChannelToAddress": bare(message.to)[:-4] + "XXXX",
    }
    if message.status == "read":
        params["EventType"] = "READ"
    if message.error_code in SAYINGS:
        params["ChannelStatusMessage"] = SAYINGS[message.error_code]
    return params
