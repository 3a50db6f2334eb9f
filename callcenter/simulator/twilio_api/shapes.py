"""Twilio's JSON resources. Tests check them against Twilio's OpenAPI document."""

from datetime import datetime
from typing import Any

from callcenter.simulator.carrier import Carrier
from callcenter.simulator.clock import rfc2822
from callcenter.simulator.exchange import numbers
from callcenter.simulator.exchange.calls import CarrierCall
from callcenter.simulator.exchange.conferences import Conference, Participant
from callcenter.simulator.exchange.fields import API_VERSION
from callcenter.simulator.exchange.media import Media
from callcenter.simulator.exchange.messages import CarrierMessage
from callcenter.simulator.exchange.numbers import Application, CarrierNumber, Webhooks
from callcenter.simulator.exchange.recordings import Recording

CALL_PARTS = ("notifications", "recordings", "payments", "events", "siprec", "streams", "transcriptions")


def moment(value: datetime | None) -> str | None:
    return rfc2822(value) if value else None


def _base(carrier: Carrier) -> str:
    return f"/{API_VERSION}/Accounts/{carrier.settings.account_sid}"


def call(carrier: Carrier, call: CarrierCall) -> dict[str, Any]:
    path = f"{_base(carrier)}/Calls/{call.sid}"
    ours = numbers.find(carrier, call.to if call.direction == "inbound" else call.from_)
    return {
        "sid": call.sid,
        "account_sid": carrier.settings.account_sid,
        "api_version": API_VERSION,
        "parent_call_sid": call.parent_sid or None,
        "phone_number_sid": ours.sid if ours else None,
        "from": call.from_,
        "from_formatted": call.from_,
        "to": call.to,
        "to_formatted": call.to,
        "status": call.status,
        "direction": call.direction,
        "date_created": moment(call.created),
        "date_updated": moment(call.ended or call.answered or call.created),
        "start_time": moment(call.answered),
        "end_time": moment(call.ended),
        "duration": str(call.seconds) if call.is_over else None,
        "price": None,
        "price_unit": "USD",
        "answered_by": None,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": f"{path}.json",
        "subresource_uris": {part: f"{path}/{part.capitalize()}.json" for part in CALL_PARTS},
    }


def conference(carrier: Carrier, conference: Conference) -> dict[str, Any]:
    path = f"{_base(carrier)}/Conferences/{conference.sid}"
    return {
        "sid": conference.sid,
        "account_sid": carrier.settings.account_sid,
        "api_version": API_VERSION,
        "friendly_name": conference.name,
        "status": conference.status,
        "region": "us1",
        "date_created": moment(conference.created),
        "date_updated": moment(conference.updated),
        "call_sid_ending_conference": conference.ended_by,
        "uri": f"{path}.json",
        "subresource_uris": {
            "participants": f"{path}/Participants.json",
            "recordings": f"{path}/Recordings.json",
        },
        "reason_conference_ended": conference.reason_ended,
    }


def participant(carrier: Carrier, conference: Conference, member: Participant) -> dict[str, Any]:
    path = f"{_base(carrier)}/Conferences/{conference.sid}/Participants/{member.call.sid}"
    return {
        "account_sid": carrier.settings.account_sid,
        "conference_sid": conference.sid,
        "call_sid": member.call.sid,
        "label": member.label or None,
        "muted": member.muted,
        "hold": member.hold,
        "coaching": member.coaching,
        "call_sid_to_coach": member.coached_sid or None,
        "start_conference_on_enter": member.starts,
        "end_conference_on_exit": member.ends,
        "status": _participant_status(member),
        "queue_time": "0",
        "date_created": moment(member.created or member.call.created),
        "date_updated": moment(member.updated or member.created or member.call.created),
        "uri": f"{path}.json",
    }


def _participant_status(member: Participant) -> str:
    if member.joined:
        return "complete" if member.call.is_over else "connected"
    return {"queued": "queued", "ringing": "ringing", "in-progress": "connecting"}.get(member.call.status, "failed")


def message(carrier: Carrier, message: CarrierMessage) -> dict[str, Any]:
    path = f"{_base(carrier)}/Messages/{message.sid}"
    return {
        "sid": message.sid,
        "account_sid": carrier.settings.account_sid,
        "api_version": API_VERSION,
        "messaging_service_sid": message.service_sid or None,
        "from": message.from_,
        "to": message.to,
        "body": message.body,
        "status": message.status,
        "direction": message.direction,
        "num_segments": str(message.segments),
        "num_media": str(len(message.media)),
        "error_code": message.error_code,
        "error_message": None,
        "price": None,
        "price_unit": "USD",
        "date_created": moment(message.created),
        "date_updated": moment(message.updated),
        "date_sent": moment(message.sent),
        "uri": f"{path}.json",
        "subresource_uris": {"media": f"{path}/Media.json"},
    }


def media(carrier: Carrier, message: CarrierMessage, item: Media) -> dict[str, Any]:
    return {
        "sid": item.sid,
        "account_sid": carrier.settings.account_sid,
        "parent_sid": message.sid,
        "content_type": item.type,
        "date_created": moment(item.created),
        "date_updated": moment(item.created),
        "uri": f"{_base(carrier)}/Messages/{message.sid}/Media/{item.sid}.json",
    }


def recording(carrier: Carrier, recording: Recording) -> dict[str, Any]:
    path = f"{_base(carrier)}/Calls/{recording.call_sid}/Recordings/{recording.sid}"
    return {
        "sid": recording.sid,
        "account_sid": carrier.settings.account_sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid,
        "conference_sid": None,
        "status": recording.status,
        "channels": recording.channels,
        "source": recording.source,
        "track": recording.track,
        "duration": str(recording.seconds) if recording.ended else None,
        "start_time": moment(recording.started),
        "date_created": moment(recording.started),
        "date_updated": moment(recording.updated or recording.started),
        "price": None,
        "price_unit": "USD",
        "encryption_details": None,
        "error_code": None,
        "uri": f"{path}.json",
    }


def stored_recording(carrier: Carrier, stored: Recording) -> dict[str, Any]:
    """A recording under /Recordings: with the URL of its audio, without the track."""
    resource = recording(carrier, stored)
    resource.pop("track")
    path = f"{_base(carrier)}/Recordings/{stored.sid}"
    return resource | {"uri": f"{path}.json", "media_url": stored.url, "subresource_uris": {}}


def _webhooks(carrier: Carrier, thing: Webhooks, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(thing, name) or None for name in names}
    return {
        **values,
        "sid": thing.sid,
        "account_sid": carrier.settings.account_sid,
        "api_version": API_VERSION,
        "voice_caller_id_lookup": False,
        "date_created": moment(thing.created),
        "date_updated": moment(thing.updated),
    }


def number(carrier: Carrier, number: CarrierNumber) -> dict[str, Any]:
    return {
        **_webhooks(carrier, number, numbers.NUMBER_SETTINGS),
        "phone_number": number.phone_number,
        "address_sid": None,
        "address_requirements": "none",
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"mms": True, "sms": True, "voice": True, "fax": False},
        "emergency_status": "Inactive",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "identity_sid": None,
        "origin": "twilio",
        "status": "in-use",
        "trunk_sid": None,
        "type": "local",
        "voice_receive_mode": "voice",
        "uri": f"{_base(carrier)}/IncomingPhoneNumbers/{number.sid}.json",
    }


def application(carrier: Carrier, application: Application) -> dict[str, Any]:
    return {
        **_webhooks(carrier, application, numbers.APPLICATION_SETTINGS),
        "public_application_connect_enabled": False,
        "uri": f"{_base(carrier)}/Applications/{application.sid}.json",
    }
