"""WhatsApp by Twilio. A customer with a hidden number has a name in its place: "US.13491208655302741918"."""

from collections.abc import Mapping

from callcenter.domain import texts
from callcenter.domain.channels import Channel
from callcenter.domain.customers import e164
from callcenter.domain.messages import IncomingMessage
from callcenter.messaging import twilio_messages
from callcenter.messaging.twilio_messages import TwilioMessages

PREFIX = "whatsapp:"
# Twilio has announced the field under both names; a form need not have it.
NAMES = ("ExternalUserId", "ExternalUserIdentifier")
LONGEST_NAME = 200


def parse(form: Mapping[str, str]) -> IncomingMessage:
    """Raises KeyError without a sid or sender."""
    sender = _bare(form["From"])
    names = dict.fromkeys(_bare(form[name]) for name in NAMES if form.get(name))
    return IncomingMessage(
        sid=form["MessageSid"],
        channel=Channel.WHATSAPP,
        sender=sender,
        recipient=_bare(form["To"]),
        body=twilio_messages.body(form),
        files=twilio_messages.files(form),
        also=tuple(name for name in names if name != sender),
        name=texts.one_line(form.get("ProfileName", ""), LONGEST_NAME),
    )


def _bare(address: str) -> str:
    bare = texts.clean(address).removeprefix(PREFIX)
    return e164(bare) or bare


class Sender(TwilioMessages):
    prefix = PREFIX
