"""Who should take this, what should she take next, and the reason in every case."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain import routing
from callcenter.domain.interactions import Channel
from callcenter.domain.routing import Candidate, Waiting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def agent(id_: int = 1, *, idle: int = 60, **changes: Any) -> Candidate:
    values: dict[str, object] = {
        "id": id_,
        "name": f"agent {id_}",
        "available": True,
        "languages": frozenset({"en", "zh"}),
        "skills": {"delivery": 2},
        "idle_since": NOW - timedelta(seconds=idle),
    }
    return Candidate(**(values | changes))  # type: ignore[arg-type]


def waiting(id_: int = 1, *, since: int = 30, **changes: object) -> Waiting:
    values: dict[str, object] = {
        "id": id_,
        "channel": Channel.VOICE,
        "queue_id": 1,
        "language": "en",
        "since": NOW - timedelta(seconds=since),
        "skill": "delivery",
        "level": 2,
    }
    return Waiting(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"available": False}, "not_available"),
        ({"skills": {}}, "skill"),
        ({"skills": {"delivery": 1}}, "skill"),
        ({"skills": {"billing": 5}}, "skill"),
        ({"languages": frozenset({"zh"})}, "language"),
        ({"is_asked": True}, "asked_something_else"),
        ({"calls": 1}, "on_a_call"),
        ({"conversations": 3}, None),
        ({"conversations": 1}, None),
    ],
)
def test_who_may_take_a_call(changes: dict[str, Any], reason: str | None) -> None:
    assert routing.excluded(agent(**changes), waiting()) == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"conversations": 2}, None),
        ({"conversations": 3}, "conversations_full"),
        ({"conversations": 1, "max_conversations": 1}, "conversations_full"),
        ({"calls": 1}, "on_a_call"),
    ],
)
def test_who_may_take_a_conversation(changes: dict[str, Any], reason: str | None) -> None:
    assert routing.excluded(agent(**changes), waiting(channel=Channel.SMS)) == reason


def test_a_queue_without_a_skill_is_for_everybody() -> None:
    assert routing.excluded(agent(skills={}), waiting(skill=None)) is None


def test_the_longest_idle_takes_it_and_everybody_gets_a_reason() -> None:
    people = [
        agent(1, idle=10),
        agent(2, idle=90),
        agent(3, idle=50),
        agent(4, available=False),
        agent(5, skills={}),
        agent(6, idle=99, conversations=1),
    ]
    choice = routing.who_should_take(waiting(avoid=frozenset({3})), people, NOW)
    assert choice.agent_id == 2
    reasons = {verdict.agent_id: verdict.reason for verdict in choice.verdicts}
    assert reasons == {
        1: "idle_for_less",
        2: "longest_idle",
        3: "asked_lately",
        4: "not_available",
        5: "skill",
        6: "idle_for_less",
    }
    assert [verdict.idle_seconds for verdict in choice.verdicts][:2] == [10, 90]


def test_of_two_idle_since_the_same_moment_the_first_is_chosen_every_time() -> None:
    assert routing.who_should_take(waiting(), [agent(9), agent(4)], NOW).agent_id == 4


def test_nobody_is_chosen_where_nobody_can() -> None:
    assert routing.who_should_take(waiting(), [], NOW).agent_id is None
    assert routing.who_should_take(waiting(avoid=frozenset({1})), [agent(1)], NOW).agent_id is None


def test_calls_come_before_conversations_and_then_the_longest_wait() -> None:
    queue = [
        waiting(1, since=900, channel=Channel.SMS),
        waiting(2, since=20),
        waiting(3, since=40),
        waiting(4, since=500, language="fr"),
        waiting(5, since=600, avoid=frozenset({1})),
    ]
    assert routing.what_next(agent(1), queue) == 3
    assert routing.what_next(agent(1), queue[:1]) == 1
    assert routing.what_next(agent(1, calls=1), queue) is None
    assert routing.what_next(agent(1), []) is None


PEOPLE = st.lists(
    st.builds(
        agent,
        st.integers(1, 50),
        idle=st.integers(0, 600),
        available=st.booleans(),
        is_asked=st.booleans(),
        calls=st.integers(0, 1),
        conversations=st.integers(0, 4),
        languages=st.sets(st.sampled_from(["en", "zh"])).map(frozenset),
        skills=st.dictionaries(st.sampled_from(["delivery", "billing"]), st.integers(1, 3)),
    ),
    unique_by=lambda one: one.id,
    max_size=8,
)
WAITING = st.builds(
    waiting,
    st.integers(1, 50),
    since=st.integers(0, 600),
    channel=st.sampled_from(Channel),
    language=st.sampled_from(["en", "zh"]),
    skill=st.sampled_from(["delivery", "billing", None]),
    level=st.integers(1, 3),
    avoid=st.sets(st.integers(1, 50), max_size=3).map(frozenset),
)


@given(WAITING, PEOPLE)
def test_it_is_never_somebody_excluded_and_always_the_longest_idle_of_the_able(
    one: Waiting, people: list[Candidate]
) -> None:
    choice = routing.who_should_take(one, people, NOW)
    able = [a for a in people if routing.excluded(a, one) is None and a.id not in one.avoid]
    assert (choice.agent_id is None) == (not able)
    assert len(choice.verdicts) == len(people)
    if able:
        chosen = next(a for a in able if a.id == choice.agent_id)
        least = min(a.conversations for a in able)
        assert chosen.conversations == least
        assert chosen.idle_since == min(a.idle_since for a in able if a.conversations == least)


@given(st.lists(WAITING, unique_by=lambda one: one.id, max_size=8), PEOPLE)
def test_both_questions_agree_on_who_may(queue: list[Waiting], people: list[Candidate]) -> None:
    for one in people:
        wanted = routing.what_next(one, queue)
        mine = [w for w in queue if routing.excluded(one, w) is None and one.id not in w.avoid]
        assert (wanted is None) == (not mine)
        assert wanted is None or wanted in {w.id for w in mine}


def test_the_place_and_the_expected_wait() -> None:
    others = [NOW - timedelta(seconds=s) for s in (90, 60, 30)]
    assert routing.place_of(NOW - timedelta(seconds=45), others) == 3
    assert routing.place_of(NOW - timedelta(seconds=99), others) == 1
    assert routing.expected_wait(place=3, agents_serving=2, handling_seconds=240) == timedelta(seconds=360)
    assert routing.expected_wait(place=3, agents_serving=0, handling_seconds=240) is None
