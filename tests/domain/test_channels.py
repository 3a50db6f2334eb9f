"""Capabilities of channels are defined by the channel."""

import pickle

import pytest

from callcenter.domain.channels import Channel, Medium


def test_a_channel_is_read_by_its_name() -> None:
    assert Channel("sms") is Channel.SMS
    assert pickle.loads(pickle.dumps(Channel.VOICE)) is Channel.VOICE
    with pytest.raises(ValueError, match="pigeon"):
        Channel("pigeon")


@pytest.mark.parametrize("channel", list(Channel))
def test_who_came_by_a_channel_is_written_to_at_the_same_address(channel: Channel) -> None:
    written = channel.to_write()
    assert written.medium == Medium.TEXT
    assert written.address_kind == channel.address_kind
    assert written.traits.longest > 0
