"""Form fields of each webhook, in Twilio's names. Tests compare the key sets with captured examples."""

import math
from typing import TYPE_CHECKING

import phonenumbers

from callcenter.simulator.clock import rfc2822

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier
    from callcenter.simulator.exchange.calls import CarrierCall
    from callcenter.simulator.exchange.recordings import Recording

API_VERSION = "2010-04-01"
GEO = ("City", "State", "Zip", "Country")
CALL_TOKEN = "%7B%22parentCallInfoToken%22%3A%22simulated%22%2C%22identityHeaderTokens%22%3A%5B%5D%7D"


def of_call(carrier: "Carrier", call: "CarrierCall") -> dict[str, str]:
    fields = {
        "AccountSid": carrier.settings.account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": call.sid,
        "CallStatus": call.status,
        "Direction": call.direction,
        "From": call.from_,
        "To": call.to,
        "Caller": call.from_,
        "Called": call.to,
        **_geo(call.from_, call.to),
    }
    if call.parent_sid:
        fields["ParentCallSid"] = call.parent_sid
    if call.application_sid:
        fields["ApplicationSid"] = call.application_sid
    return fields


def _geo(from_: str, to: str) -> dict[str, str]:
    """None for browsers; for a withheld number only the called country; else all keys, blank where unknown."""
    if "client:" in from_ + to:
        return {}
    here = country(to)
    if not from_.startswith("+"):
        return {"CalledCountry": here, "ToCountry": here}
    there = country(from_)
    sides = {"From": there, "Caller": there, "To": here, "Called": here}
    return {f"{side}{part}": land if part == "Country" else "" for side, land in sides.items() for part in GEO}


def of_places(from_: str, to: str) -> dict[str, str]:
    sides = {"From": country(from_), "To": country(to)}
    return {f"{side}{part}": land if part == "Country" else "" for side, land in sides.items() for part in GEO}


def country(number: str) -> str:
    """ISO country of an E.164 number, blank if unknown."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_country_code(parsed.country_code or 0)


def first_inbound(call: "CarrierCall") -> dict[str, str]:
    """Fields of only the first request of an inbound call."""
    if call.from_.startswith("+"):
        return {"CallToken": CALL_TOKEN, "StirVerstat": "TN-Validation-Passed-A"}
    if call.from_.startswith("client:"):
        return {"CallToken": CALL_TOKEN}
    return {}


def of_progress(carrier: "Carrier", call: "CarrierCall", *, status: str, sequence: int) -> dict[str, str]:
    """A call status callback; final ones carry the duration."""
    added = {
        "CallStatus": status,
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(sequence),
        "Timestamp": rfc2822(carrier.clock.now()),
    }
    if call.is_over:
        seconds = call.seconds
        added |= {"CallDuration": str(seconds), "Duration": str(math.ceil(seconds / 60))}
        if call.direction != "inbound":
            added["SipResponseCode"] = call.sip_code
    return of_call(carrier, call) | added


def of_recording(carrier: "Carrier", recording: "Recording") -> dict[str, str]:
    """A recording status callback: no time stamp, no sequence number."""
    fields = {
        "AccountSid": carrier.settings.account_sid,
        "CallSid": recording.call_sid,
        "RecordingSid": recording.sid,
        "RecordingStatus": recording.status,
        "RecordingChannels": str(recording.channels),
        "RecordingSource": recording.source,
        "RecordingStartTime": rfc2822(recording.started),
        "RecordingTrack": recording.track,
    }
    if recording.status != "in-progress":
        fields |= {"RecordingUrl": recording.url, "RecordingDuration": str(recording.seconds)}
    if recording.status == "absent":
        fields["ErrorCode"] = "0"
    return fields
