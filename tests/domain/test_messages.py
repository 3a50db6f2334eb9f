"""Messages: a status never goes back; opt-out and opt-in keywords, and only those, are obeyed."""

from itertools import permutations

import pytest

from callcenter.domain import messages
from callcenter.domain.messages import MessageStatus


@pytest.mark.parametrize(
    ("body", "opt_out", "wish"),
    [
        ("STOP", None, "stop"),
        ("stop", None, "stop"),
        (" Stop. ", None, "stop"),
        ("Stop!", None, "stop"),
        ("UNSUBSCRIBE", None, "stop"),
        ("Quit", None, "stop"),
        ("退订", None, "stop"),
        ("退订。", None, "stop"),
        ("TD", None, "stop"),
        ("START", None, "start"),
        ("unstop", None, "start"),
        ("whatever", "STOP", "stop"),
        ("whatever", "START", "start"),
        ("please stop calling me", None, None),
        ("stop the delivery", None, None),
        ("Don't stop", None, None),
        ("HELP", "HELP", None),
        ("yes", None, None),
        ("", None, None),
    ],
)
def test_a_message_that_is_nothing_but_a_wish(body: str, opt_out: str | None, wish: str | None) -> None:
    assert messages.opt_keyword(body, opt_out) == wish


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("queued", "queued"),
        ("accepted", "queued"),
        ("scheduled", "queued"),
        ("sending", "queued"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("partially_delivered", "delivered"),
        ("read", "read"),
        ("undelivered", "undelivered"),
        ("failed", "failed"),
        ("canceled", "canceled"),
        ("something new", None),
        ("", None),
    ],
)
def test_the_carriers_words(word: str, status: str | None) -> None:
    assert messages.status_of(word) == status


@pytest.mark.parametrize(
    "story",
    [("queued", "sent", "delivered", "read"), ("queued", "sent", "undelivered"), ("queued", "failed")],
)
def test_in_whatever_order_they_are_told_the_last_state_stands(story: tuple[str, ...]) -> None:
    for order in permutations(story):
        status = MessageStatus.SENDING
        for word in order:
            after = messages.status_of(word)
            if after and messages.may_follow(status, after):
                status = after
        assert status == story[-1], order


def test_no_status_follows_itself() -> None:
    assert not any(messages.may_follow(status, status) for status in MessageStatus)
