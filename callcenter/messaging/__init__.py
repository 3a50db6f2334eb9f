"""Text channels: a folder each, named as in `domain.channels`."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Protocol, cast

from twilio.rest import Client

from callcenter.domain.channels import Channel
from callcenter.domain.messages import IncomingMessage
from callcenter.domain.ports import Texting


class Folder(Protocol):
    Sender: Callable[..., Texting]

    def parse(self, form: Mapping[str, str]) -> IncomingMessage: ...


FOLDERS: dict[Channel, Folder] = {
    channel: cast(Folder, import_module(f"{__name__}.{channel}")) for channel in Channel if not channel.is_voice
}


def channels(client: Client, *, public_url: str) -> dict[Channel, Texting]:
    return {channel: folder.Sender(client, public_url=public_url) for channel, folder in FOLDERS.items()}


def parse(form: Mapping[str, str]) -> IncomingMessage:
    """By the prefix of the sender's address; else SMS."""
    name = form["From"].partition(":")[0]
    channel = next((channel for channel in FOLDERS if channel == name), Channel.SMS)
    return FOLDERS[channel].parse(form)
