"""Followers run in the event's transaction, in the table's order; a new consequence is one line."""

from typing import Any

import pytest

from callcenter import followers
from callcenter.actions.tickets import tickets
from callcenter.domain import events
from callcenter.storage.tickets.tickets import Comment, Ticket
from callcenter.storage.work import Work
from tests.empowered import Counter
from tests.factories import Centre


def _solve(counter: Counter) -> None:
    with counter.centre.wiring.work() as work:
        actor = counter.centre.actor("alice")
        tickets.change(work, counter.ticket, values={"status": "solved"}, version=None, actor=actor)


def test_a_new_consequence_is_one_line(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    def praise(work: Work, event: events.TicketSolved) -> None:
        tickets.comment(work, event.ticket_id or 0, body="Well done.", actor=counter.centre.actor("sam"))

    before = followers.FOLLOWERS[events.TicketSolved]
    monkeypatch.setitem(followers.FOLLOWERS, events.TicketSolved, (*before, praise))
    _solve(counter)
    assert [row.body for row in counter.centre.rows(Comment)] == ["Well done."]
    assert counter.centre.kinds().index("CommentWritten") > counter.centre.kinds().index("TicketSolved")


def test_a_consequence_that_fails_undoes_the_act(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(followers.FOLLOWERS, events.TicketSolved, (refuse,))
    with pytest.raises(ZeroDivisionError):
        _solve(counter)
    assert counter.centre.row(Ticket, counter.ticket).status == "open"
    assert "TicketSolved" not in counter.centre.kinds()


def test_followers_run_in_their_order_and_what_they_record_has_followers_too(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def follower(name: str, *more: Any) -> followers.Follower:
        def follow(work: Work, _event: object) -> None:
            ran.append(name)
            for event in more:
                work.record(event)

        return follow

    signed_in, signed_out = events.SignedIn(agent_id=1), events.SignedOut(agent_id=1)
    table = {
        events.SignedIn: (follower("first", signed_out), follower("second")),
        events.SignedOut: (follower("third"),),
    }
    monkeypatch.setattr(followers, "FOLLOWERS", table)
    with centre.wiring.work() as work:
        work.record(signed_in)
        assert not ran  # the act itself must be whole
    assert ran == ["first", "second", "third"]
    assert centre.kinds() == ["SignedIn", "SignedOut"]
