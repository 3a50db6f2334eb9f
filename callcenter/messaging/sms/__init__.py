"""SMS and MMS."""

from collections.abc import Mapping

from callcenter.domain.channels import Channel
from callcenter.domain.customers import e164
from callcenter.domain.messages import IncomingMessage
from callcenter.messaging import twilio_messages
from callcenter.messaging.twilio_messages import TwilioMessages


def parse(form: Mapping[str, str]) -> IncomingMessage:
    """Raises KeyError without a sid or sender."""
    return IncomingMessage(
        sid=form["MessageSid"],
        channel=Channel.SMS,
        sender=e164(form["From"]) or form["From"],
        recipient=e164(form["To"]) or form["To"],
        body=twilio_messages.body(form),
        files=twilio_messages.files(form),
        opt_out=form.get("OptOutType") or None,
    )


class Sender(TwilioMessages):
    """Sends SMS and MMS."""
