"""Ways to write to a customer. A channel is a file here and a line in `channels`."""

from twilio.rest import Client

from callcenter.domain.ports import Texting
from callcenter.messaging.sms import Sms


def channels(client: Client, *, public_url: str) -> dict[str, Texting]:
    return {"sms": Sms(client, public_url=public_url)}
