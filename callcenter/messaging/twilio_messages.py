"""Shared by all Twilio channels."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import requests
from twilio.rest import Client

from callcenter.domain import texts
from callcenter.domain.attachments import LARGEST
from callcenter.domain.errors import OutsideError
from callcenter.domain.messages import KEPT_LIMIT, IncomingFile, MessageReport
from callcenter.telephony import paths
from callcenter.telephony.client import FAILURES, outside_error

TIMEOUT_SECONDS = (5.0, 20.0)
PIECE = 64 * 1024


def files(form: Mapping[str, str]) -> tuple[IncomingFile, ...]:
    count = form.get("NumMedia") or "0"
    return tuple(
        IncomingFile(source=form[f"MediaUrl{n}"], stated_type=form.get(f"MediaContentType{n}", ""))
        for n in range(int(count) if count.isdecimal() else 0)
        if f"MediaUrl{n}" in form
    )


def body(form: Mapping[str, str]) -> str:
    return texts.normal(form.get("Body", ""))[:KEPT_LIMIT]


def parse_report(form: Mapping[str, str]) -> MessageReport:
    code = form.get("ErrorCode") or ""
    return MessageReport(
        sid=form["MessageSid"], status=form["MessageStatus"], error_code=int(code) if code.isdigit() else None
    )


class TwilioMessages:
    """Implements `domain.ports.Texting`."""

    prefix = ""  # before the channel's addresses at Twilio

    def __init__(self, client: Client, *, public_url: str) -> None:
        self._client = client
        self._callback = public_url + paths.SMS_STATUS

    def send(self, *, sender: str, recipient: str, body: str, media: Sequence[str] = ()) -> str:
        """Returns the sid. Raises OutsideError."""
        there = {"to": self.prefix + recipient, "from_": self.prefix + sender, "status_callback": self._callback}
        given = {name: value for name, value in (("body", body), ("media_url", list(media))) if value}
        try:
            sent = self._client.messages.create(**there, **given)
        except FAILURES as error:
            raise outside_error(error) from error
        return str(sent.sid)

    def find(self, *, sender: str, recipient: str, body: str, since: timedelta) -> list[str]:
        """Sids of equal messages, newest first: shows after a crash whether ours was sent."""
        there = {"to": self.prefix + recipient, "from_": self.prefix + sender}
        try:
            listed = self._client.messages.list(**there, date_sent_after=datetime.now(UTC) - since, limit=50)
        except FAILURES as error:
            raise outside_error(error) from error
        return [str(message.sid) for message in listed if (message.body or "") == body]

    def fetch(self, url: str) -> bytes:
        """Raises OutsideError."""
        base = str(self._client.api.base_url)
        # The account's credentials go to Twilio's host only.
        if urlsplit(url)[:2] != urlsplit(base)[:2]:
            raise OutsideError("This file does not lie with the telephone company", permanent=True)
        try:
            with requests.get(url, auth=self._auth(), timeout=TIMEOUT_SECONDS, stream=True) as answer:
                if answer.status_code >= 400:
                    permanent = answer.status_code in (404, 410)
                    raise OutsideError(f"Twilio answered {answer.status_code}", permanent=permanent)
                return _read(answer)
        except requests.RequestException as error:
            raise outside_error(error) from error

    def forget(self, url: str) -> None:
        """Deletes Twilio's copy of a stored file. Raises OutsideError."""
        try:
            requests.delete(url, auth=self._auth(), timeout=TIMEOUT_SECONDS)
        except requests.RequestException as error:
            raise outside_error(error) from error

    def _auth(self) -> tuple[str, str]:
        return str(self._client.username), str(self._client.password)


def _read(answer: requests.Response) -> bytes:
    content = bytearray()
    for piece in answer.iter_content(PIECE):
        content += piece
        # The stated length is not trusted.
        if len(content) > LARGEST:
            raise OutsideError("This file is too large", permanent=True)
    return bytes(content)
