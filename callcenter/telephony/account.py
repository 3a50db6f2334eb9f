"""The Twilio account: our numbers, the TwiML app, and their webhooks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from twilio.rest import Client

from callcenter.telephony import paths
from callcenter.telephony.client import FAILURES, outside_error

VOICE = {"voice_method": "POST", "voice_fallback_method": "POST", "status_callback_method": "POST"}


@dataclass(frozen=True)
class SettingChange:
    setting: str
    before: str  # empty: nothing is set
    after: str


@dataclass(frozen=True)
class Place:
    """A number or the TwiML app, and its changes."""

    sid: str
    name: str  # E.164 for a number
    changes: tuple[SettingChange, ...]


def of_number(public_url: str) -> dict[str, str]:
    return {
        # A number's own application would override the webhooks.
        "voice_application_sid": "",
        "voice_url": public_url + paths.INCOMING,
        "voice_fallback_url": public_url + paths.FALLBACK,
        "status_callback": public_url + paths.STATUS,
        "sms_application_sid": "",
        "sms_url": public_url + paths.SMS,
        "sms_method": "POST",
        "sms_fallback_url": public_url + paths.SMS_FALLBACK,
        "sms_fallback_method": "POST",
        **VOICE,
    }


def of_application(public_url: str) -> dict[str, str]:
    return {
        # Requested when an agent's browser joins.
        "voice_url": public_url + paths.AGENT,
        "voice_fallback_url": public_url + paths.FALLBACK,
        "status_callback": public_url + paths.STATUS,
        **VOICE,
    }


class TwilioAccount:
    """Every method raises OutsideError."""

    def __init__(self, client: Client, *, public_url: str) -> None:
        self._client = client
        self._public_url = public_url

    def answers(self) -> None:
        with _in_our_words():
            self._client.incoming_phone_numbers.list(limit=1)

    def numbers(self) -> dict[str, Place]:
        """{E.164: number}"""
        wanted = of_number(self._public_url)
        with _in_our_words():
            found = self._client.incoming_phone_numbers.list()
        return {n.phone_number: Place(n.sid, n.phone_number, _changes(n, wanted)) for n in found}

    def application(self, sid: str) -> Place:
        with _in_our_words():
            found = self._client.applications(sid).fetch()
        return Place(found.sid, found.friendly_name or found.sid, _changes(found, of_application(self._public_url)))

    def configure_number(self, place: Place) -> None:
        with _in_our_words():
            self._client.incoming_phone_numbers(place.sid).update(**{c.setting: c.after for c in place.changes})

    def configure_application(self, place: Place) -> None:
        with _in_our_words():
            self._client.applications(place.sid).update(**{c.setting: c.after for c in place.changes})


def split(found: dict[str, Place], ours: Sequence[str]) -> tuple[list[Place], list[str], list[str]]:
    """(ours in the account, ours missing, the account's other numbers)."""
    here = [found[number] for number in ours if number in found]
    return here, [number for number in ours if number not in found], [n for n in found if n not in ours]


def _changes(resource: object, wanted: dict[str, str]) -> tuple[SettingChange, ...]:
    have = {name: str(getattr(resource, name) or "") for name in wanted}
    return tuple(SettingChange(name, have[name], value) for name, value in wanted.items() if have[name] != value)


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except FAILURES as error:
        raise outside_error(error) from error
