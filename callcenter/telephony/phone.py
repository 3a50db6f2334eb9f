"""Commands on live calls, by Twilio's REST API."""

from collections.abc import Iterator
from contextlib import contextmanager

from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callcenter.domain.calls import CallStatus
from callcenter.domain.errors import OutsideError
from callcenter.domain.interactions import conference_name
from callcenter.telephony import paths
from callcenter.telephony.client import ALREADY_OVER, FAILURES, outside_error

CALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
RING_SECONDS = 15  # Twilio adds about 5: the offer's own timer must be the longer one
CUSTOMER_RING_SECONDS = 30


class TwilioPhone:
    """Implements `domain.ports.Phone`."""

    def __init__(self, client: Client, *, public_url: str) -> None:
        self._client = client
        self._base = public_url

    def hold(self, *, interaction_id: int, language: str) -> None:
        with _in_our_words():
            self._customer(interaction_id).update(
                hold=True, hold_url=self._base + paths.HOLD % language, hold_method="POST"
            )

    def resume(self, *, interaction_id: int) -> None:
        with _in_our_words():
            self._customer(interaction_id).update(hold=False)

    def hang_up(self, call_sid: str) -> None:
        """Idempotent: a call that is over counts as done."""
        try:
            with _in_our_words():
                self._client.calls(call_sid).update(status="completed")
        except OutsideError as error:
            if error.code not in ALREADY_OVER:
                raise

    def bring_back(self, *, call_sid: str, interaction_id: int) -> None:
        """Returns a caller from a conference without other participants to waiting."""
        with _in_our_words():
            self._client.calls(call_sid).update(url=self._base + paths.AGAIN % interaction_id, method="POST")

    def ring_agent(self, *, to: str, caller_id: str, offer_id: int) -> str:
        """Returns the sid of the new leg."""
        with _in_our_words():
            call = self._client.calls.create(
                to=to,
                from_=caller_id,
                url=self._base + paths.AGENT_ANSWERED % offer_id,
                method="POST",
                timeout=RING_SECONDS,
                status_callback=self._base + paths.STATUS_OF_RING % offer_id,
                status_callback_method="POST",
                status_callback_event=CALL_EVENTS,
            )
        return str(call.sid)

    def call_customer(self, *, to: str, caller_id: str, interaction_id: int) -> str:
        """Returns the sid of the new leg, which joins the interaction's conference on answer."""
        with _in_our_words():
            call = self._client.calls.create(
                to=to,
                from_=caller_id,
                url=self._base + paths.CALLED % interaction_id,
                method="POST",
                timeout=CUSTOMER_RING_SECONDS,
                status_callback=self._base + paths.STATUS_OF_CALL % interaction_id,
                status_callback_method="POST",
                status_callback_event=CALL_EVENTS,
            )
        return str(call.sid)

    def status(self, call_sid: str) -> CallStatus | None:
        """None if the provider knows no such call."""
        try:
            with _in_our_words():
                return CallStatus(str(self._client.calls(call_sid).fetch().status))
        except OutsideError as error:
            if error.code == ALREADY_OVER[0]:
                return None
            raise

    def _customer(self, interaction_id: int):  # type: ignore[no-untyped-def]
        # Participants are addressed by the conference's sid; we know its name.
        found = self._client.conferences.list(
            friendly_name=conference_name(interaction_id), status="in-progress", limit=1
        )
        if not found:
            raise TwilioRestException(404, "/Conferences", msg="no conference", code=20404)
        return self._client.conferences(found[0].sid).participants("customer")


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except FAILURES as error:
        raise outside_error(error) from error
