"""Register of channels and what each can do; nothing else lists them."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from callcenter.domain.errors import N_

MEGABYTE = 1024 * 1024


class Medium(StrEnum):
    VOICE = "voice"  # one at a time
    TEXT = "text"  # several at a time


class AddressKind(StrEnum):
    """An opt-out holds for one kind."""

    label: str
    icon: str

    def __new__(cls, name: str, *words: str) -> "AddressKind":
        kind = str.__new__(cls, name)
        kind._value_ = name
        kind.label, kind.icon = words
        return kind

    PHONE = "phone", N_("Telephone"), "phone"
    WHATSAPP = "whatsapp", N_("WhatsApp"), "whatsapp"  # a number, or a name in its place: "US.1349…"


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What a channel can do."""

    medium: Medium
    address: AddressKind
    label: str  # for gettext
    icon: str
    head_start: float = 0.0  # points at queue entry
    aging: float = 0.2  # points per second waited
    longest: int = 0  # characters per message
    in_parts: bool = False  # billed by parts of 160 or 70 characters
    files: int = 0  # per message
    file_bytes: int = 0  # in total
    window: timedelta | None = None  # how long after the customer's last message we may write; None: always


class Channel(StrEnum):
    """A text channel also has a folder in `messaging`."""

    traits: Traits
    is_voice: bool

    def __new__(cls, name: str, *traits: Traits) -> "Channel":  # looked up by its name alone
        channel = str.__new__(cls, name)
        channel._value_ = name
        (channel.traits,) = traits
        channel.is_voice = channel.traits.medium == Medium.VOICE
        return channel

    VOICE = (
        "voice",
        Traits(
            medium=Medium.VOICE, address=AddressKind.PHONE, label=N_("Call"), icon="phone", head_start=30.0, aging=1.0
        ),
    )
    SMS = (
        "sms",
        Traits(
            medium=Medium.TEXT,
            address=AddressKind.PHONE,
            label=N_("SMS"),
            icon="chat",
            longest=1600,
            in_parts=True,
            files=10,
            file_bytes=5 * MEGABYTE,
        ),
    )
    WHATSAPP = (
        "whatsapp",
        Traits(
            medium=Medium.TEXT,
            address=AddressKind.WHATSAPP,
            label=N_("WhatsApp"),
            icon="whatsapp",
            longest=1600,
            files=1,
            file_bytes=16 * MEGABYTE,
            window=timedelta(hours=24),
        ),
    )

    @property
    def medium(self) -> Medium:
        return self.traits.medium

    @property
    def address_kind(self) -> AddressKind:
        return self.traits.address

    @property
    def icon(self) -> str:
        return self.traits.icon

    def to_write(self) -> "Channel":
        """The channel for a written reply."""
        if not self.is_voice:
            return self
        # For a call: the first text channel of the same address kind.
        return next(
            channel for channel in Channel if not channel.is_voice and channel.address_kind == self.address_kind
        )


@dataclass(frozen=True, slots=True)
class Thread:
    """Our address and the customer's on a channel: at most one open conversation and one open question."""

    channel: Channel
    ours: str
    theirs: str

    @property
    def kind(self) -> AddressKind:
        return self.channel.address_kind
