"""Twilio's official client, and its errors as OutsideError."""

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from callcenter.domain.errors import OutsideError
from callcenter.settings import TWILIO_API, Settings

TIMEOUT_SECONDS = 6.0
# 20404: no such call (it has ended); 21220: the call is not in a state for that.
ALREADY_OVER = (20404, 21220)
TEMPORARY = (20429, 20500, 20503)
FAILURES = (TwilioException, requests.RequestException)


def twilio_client(settings: Settings, *, by_token: bool = False) -> Client:
    """`by_token`: with the account's token, even if there is an API key."""
    # The key keeps the account's token out of daily use.
    has_key = settings.twilio_api_key and not by_token
    client = Client(
        (settings.twilio_api_key if has_key else settings.twilio_account_sid) or "none",
        (settings.twilio_api_secret if has_key else settings.twilio_auth_token) or "none",
        settings.twilio_account_sid or "none",
        http_client=TwilioHttpClient(timeout=TIMEOUT_SECONDS),
    )
    if settings.twilio_api_url != TWILIO_API:
        client.api.base_url = settings.twilio_api_url
    return client


def outside_error(error: Exception) -> OutsideError:
    """Permanent, except 429, 5xx and no answer."""
    if isinstance(error, TwilioRestException):
        permanent = error.status < 500 and error.status != 429 and error.code not in TEMPORARY
        return OutsideError(f"Twilio answered {error.status} (code {error.code})", permanent=permanent, code=error.code)
    answer = error.args[1] if isinstance(error, TwilioException) and len(error.args) > 1 else None
    if isinstance(answer, Response):  # raised by lists: the bare answer, without Twilio's code
        permanent = answer.status_code < 500 and answer.status_code != 429
        return OutsideError(f"Twilio answered {answer.status_code}", permanent=permanent)
    return OutsideError(f"Twilio did not answer ({type(error).__name__})", permanent=False)
