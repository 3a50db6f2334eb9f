"""Who is served before, and after how long."""

from dataclasses import replace

import pytest

from callcenter.domain import routing
from callcenter.domain.channels import Channel
from callcenter.domain.routing import Candidate, CandidatePool, Flow, Forecast, Lines, Needs, Pace, Ring, Waiting

NOW = 1_796_061_100.0
DELIVERY, BILLING = 1, 2


def asks(
    queue: int = DELIVERY, *, skill: str = "", channel: Channel = Channel.VOICE, rings: tuple[Ring, ...] = ()
) -> Needs:
    first = Ring(skills=((skill, 1),) if skill else ())
    return routing.needs(queue_id=queue, channel=channel, language=None, rings=(first, *rings))


def agent(id: int, *skills: str, calls: int = 1, conversations: int = 0, is_asked: bool = False) -> Candidate:
    able = routing.profile(dict.fromkeys(skills, 1), ())
    return Candidate(id=id, profile=able, calls=calls, conversations=conversations, is_asked=is_asked)


def waits(id: int, needs: Needs, seconds: float = 0.0, *, points: float = 0.0, aging: float = 1.0) -> Waiting:
    return Waiting(id=id, needs=needs, since=NOW - seconds, points=points, aging=aging)


def flow(needs: Needs, handling: float = 240.0, **measured: float) -> Flow:
    return Flow(needs=needs, handling=handling, **measured)


def told(one: Waiting, others: list[Waiting], agents: list[Candidate], *flows: Flow) -> Forecast:
    return routing.forecast(one, Lines([*others, one]), CandidatePool(agents), Pace(flows), NOW)


def test_who_calls_another_queue_of_the_same_agent_stands_behind_all_who_wait_for_that_agent() -> None:
    delivery, billing = asks(DELIVERY), asks(BILLING)
    five = [waits(id, delivery, 60 - id) for id in range(1, 6)]
    found = told(waits(6, billing), five, [agent(1)], flow(delivery, a_second=1), flow(billing, a_second=1))
    assert (found.place, found.ahead) == (6, (1, 2, 3, 4, 5))
    assert found.seconds == pytest.approx(6 * 240)


def test_a_queue_of_other_agents_counts_for_nothing() -> None:
    red, blue = asks(DELIVERY, skill="red"), asks(BILLING, skill="blue")
    others = [waits(id, red, 60) for id in range(1, 6)]
    found = told(waits(6, blue), others, [agent(1, "red"), agent(2, "blue")], flow(red), flow(blue))
    assert found.place == 1
    assert found.seconds == pytest.approx(240)


def test_of_those_who_want_only_one_of_my_two_agents_nobody_is_before_me() -> None:
    """An N: one agent serves both queues, the other only mine."""
    mine, theirs = asks(DELIVERY, skill="a"), asks(BILLING, skill="b")
    others = [waits(id, theirs, 60) for id in range(1, 11)]
    found = told(waits(11, mine), others, [agent(1, "a"), agent(2, "a", "b")], flow(mine), flow(theirs))
    assert found.seconds == pytest.approx(240)
    assert found.place == 2  # one of them may go to the second agent at the same time


def test_a_contact_that_rings_at_one_of_the_agents_is_served_before() -> None:
    delivery = asks()
    found = told(waits(2, delivery), [], [agent(1, is_asked=True)], flow(delivery))
    assert (found.place, found.ringing) == (2, 1)
    assert found.seconds == pytest.approx(240)


def test_patience_shortens_the_wait_of_those_behind() -> None:
    """Sum over those ahead of 1 / (agents / handling + how many may still give up / patience)."""
    delivery = asks()
    ten = [waits(id, delivery, 60 - id) for id in range(1, 11)]
    agents = [agent(1), agent(2)]
    for ahead in (ten, []):
        right = sum(1 / (2 / 240 + left / 300) for left in range(len(ahead) + 1))
        found = told(waits(11, delivery), ahead, agents, flow(delivery, gives_up=1 / 300))
        assert found.seconds == pytest.approx(right)


def test_whoever_scores_more_by_then_goes_before_though_not_yet() -> None:
    """Cost times wait: both came, the one that ages five times as fast overtakes."""
    fast, slow = waits(1, asks(), 10, aging=5), waits(2, asks(), 100)
    agents = [agent(1)]
    assert told(slow, [fast], agents, flow(asks())).place == 2
    assert told(fast, [slow], agents, flow(asks())).place == 1
    assert told(replace(fast, since=NOW), [slow], [agent(id) for id in range(1, 49)], flow(asks())).place == 2


def test_those_who_will_come_and_go_before_are_counted_too() -> None:
    """Strict priority (Cobham): the work ahead / (1 - load of those who go before)."""
    high, low = asks(DELIVERY), asks(BILLING)
    coming = flow(high, a_second=0.5 / 240, points=10_000)
    found = told(waits(1, low), [], [agent(1)], coming, flow(low))
    assert found.seconds == pytest.approx(240 / (1 - 0.5), rel=0.03)
    assert found.place == 1


def test_agents_with_three_conversations_serve_three_at_once() -> None:
    chat = asks(channel=Channel.SMS)
    agents = [agent(id, calls=0, conversations=3) for id in (1, 2)]
    others = [waits(id, chat, 60) for id in range(1, 6)]
    assert told(waits(6, chat), others, agents, flow(chat, 600)).seconds == pytest.approx(6 * 600 / 6)


def test_calls_in_front_keep_agents_from_conversations() -> None:
    call, chat = asks(DELIVERY), asks(BILLING, channel=Channel.SMS)
    flows = flow(call, 240), flow(chat, 600)
    behind = told(waits(9, chat), [waits(id, call, 60) for id in (1, 2)], [agent(1)], *flows)
    alone = told(waits(9, chat), [], [agent(1)], *flows)
    assert behind.seconds == pytest.approx((alone.seconds or 0) + 2 * 240, rel=0.2)


def test_a_ring_that_opens_later_counts_from_then() -> None:
    later = asks(skill="rare", rings=(Ring(after=90),))
    found = told(waits(1, later, 30), [], [agent(1, calls=0)], flow(later))
    assert found.seconds == pytest.approx(60)


def test_nobody_who_serves_it_means_no_forecast_and_a_free_agent_none() -> None:
    rare = asks(skill="rare")
    assert told(waits(2, rare), [waits(1, rare, 5)], [agent(1)], flow(rare)) == Forecast(2, None, (1,))
    assert told(waits(1, asks()), [], [agent(1, calls=0)], flow(asks())).seconds == 0
