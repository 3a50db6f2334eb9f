"""SMS by Twilio: read what comes in, send what goes out, find what was sent when we do not know."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from twilio.rest import Client

from callcenter.domain.channels import Channel
from callcenter.domain.customers import e164
from callcenter.domain.messages import KEPT_LIMIT, IncomingMessage, MessageReport
from callcenter.telephony import paths
from callcenter.telephony.client import FAILURES, outside_error


def parse(form: Mapping[str, str]) -> IncomingMessage:
    """Twilio's form as a message; KeyError where it has no sid or no sender."""
    media = tuple(
        {"url": form[f"MediaUrl{i}"], "type": form.get(f"MediaContentType{i}", "")}
        for i in range(int(form.get("NumMedia") or 0))
        if f"MediaUrl{i}" in form
    )
    return IncomingMessage(
        sid=form["MessageSid"],
        channel=Channel.SMS,
        sender=e164(form["From"]) or form["From"],
        recipient=e164(form["To"]) or form["To"],
        body=form.get("Body", "").replace("\x00", "")[:KEPT_LIMIT],
        media=media,
        opt_out=form.get("OptOutType") or None,
    )


def parse_report(form: Mapping[str, str]) -> MessageReport:
    code = form.get("ErrorCode") or ""
    return MessageReport(
        sid=form["MessageSid"], status=form["MessageStatus"], error_code=int(code) if code.isdigit() else None
    )


class Sms:
    """Fits `domain.ports.Texting`."""

    def __init__(self, client: Client, *, public_url: str) -> None:
        self._client = client
        self._callback = public_url + paths.SMS_STATUS

    def send(self, *, sender: str, recipient: str, body: str) -> str:
        """Hand one message over; its sid. OutsideError where it was refused or nobody answered."""
        try:
            sent = self._client.messages.create(to=recipient, from_=sender, body=body, status_callback=self._callback)
        except FAILURES as error:
            raise outside_error(error) from error
        return str(sent.sid)

    def find(self, *, sender: str, recipient: str, body: str, since: timedelta) -> str | None:
        """The sid of such a message handed over lately: after a crash between sending and writing down, it tells which."""
        try:
            listed = self._client.messages.list(
                to=recipient, from_=sender, date_sent_after=datetime.now(UTC) - since, limit=50
            )
        except FAILURES as error:
            raise outside_error(error) from error
        return next((str(message.sid) for message in listed if message.body == body), None)
