"""Which agent takes a contact, which contact an agent takes next, and the reason in each case."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain import routing
from callcenter.domain.channels import Channel
from callcenter.domain.routing import (
    Affinity,
    Asked,
    Candidate,
    CandidatePool,
    CompanyPolicy,
    Limits,
    Lines,
    Needs,
    QueuePolicy,
    RingRule,
    Waiting,
    verdict,
)

NOW = 1_000_000.0
DELIVERY = QueuePolicy(skills={"delivery": 2})


def agent(id_: int = 1, *, idle: float = 60, **changes: Any) -> Candidate:
    skills = changes.pop("skills", {"delivery": 2})
    who = routing.profile(
        skills,
        changes.pop("languages", {"en", "zh"}),
        team=changes.pop("team", None),
        role=changes.pop("role", "agent"),
    )
    return Candidate(id=id_, profile=who, idle_since=NOW - idle, **changes)


def asks(
    policy: QueuePolicy = DELIVERY, *, channel: Channel = Channel.VOICE, language: str = "en", tier: str = ""
) -> Needs:
    return routing.needs(
        queue_id=1,
        channel=channel,
        language=language,
        rings=policy.circles(),
        prefers=tuple(policy.prefers.items()),
        tier=tier,
    )


def waiting(id_: int = 1, *, since: float = 30, policy: QueuePolicy = DELIVERY, **changes: Any) -> Waiting:
    kind = {name: changes.pop(name) for name in ("channel", "language", "tier") if name in changes}
    return Waiting(id=id_, needs=asks(policy, **kind), since=NOW - since, **changes)


def who(one: Waiting, *agents: Candidate) -> int | None:
    return routing.who_should_take(one, CandidatePool(agents), NOW).agent_id


def next_of(one: Candidate, *waiting_ones: Waiting, others: tuple[Candidate, ...] = ()) -> int | None:
    found = routing.what_next(one, Lines(waiting_ones), CandidatePool((one, *others)), NOW)
    return found.id if found else None


def reason(one: Waiting, candidate: Candidate) -> str | None:
    return verdict(one, candidate, routing.openings(one.needs, CandidatePool([candidate])), NOW)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"is_available": False}, "not_available"),
        ({"skills": {}}, "skill"),
        ({"skills": {"delivery": 1}}, "skill"),
        ({"skills": {"billing": 5}}, "skill"),
        ({"languages": {"zh"}}, "language"),
        ({"role": "supervisor"}, "role"),
        ({"is_asked": True}, "asked_something_else"),
        ({"calls": 1}, "on_a_call"),
        ({"conversations": 3}, None),
        ({"conversations": 3, "limits": Limits(calls_over=2)}, "conversing"),
        ({"conversations": 3, "limits": Limits(total=3)}, "full"),
    ],
)
def test_who_may_take_a_call(changes: dict[str, Any], why: str | None) -> None:
    one = agent(**changes)
    assert reason(waiting(), one) == why
    assert (who(waiting(), one) is None) == (why is not None)
    assert (next_of(one, waiting()) is None) == (why is not None)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"conversations": 2}, None),
        ({"conversations": 3}, "conversations_full"),
        ({"conversations": 1, "limits": Limits(conversations=1)}, "conversations_full"),
        ({"calls": 1}, "on_a_call"),
        ({"calls": 1, "limits": Limits(both=True)}, None),
    ],
)
def test_who_may_take_a_conversation(changes: dict[str, Any], why: str | None) -> None:
    assert reason(waiting(channel=Channel.SMS), agent(**changes)) == why


def test_the_longest_idle_takes_it_and_everybody_gets_a_reason() -> None:
    people = [
        agent(1, idle=10),
        agent(2, idle=90),
        agent(3, idle=500),
        agent(4, is_available=False),
        agent(5, skills={}),
        agent(6, idle=99, conversations=1),
    ]
    one = waiting(asked={3: Asked(NOW - 30, NOW + 30)})
    choice = routing.who_should_take(one, CandidatePool(people), NOW)
    assert (choice.agent_id, choice.why) == (2, "longest_idle")
    explained = routing.explain(one, CandidatePool(people), choice, NOW)
    assert [able.agent_id for able in explained.able] == [2, 6, 1]
    assert explained.able[0].idle == 90
    assert explained.out == {"asked_lately": (3,), "not_available": (4,), "skill": (5,)}
    assert routing.explanation(explained.data()) == explained


def test_what_is_nice_to_have_comes_before_being_idle() -> None:
    policy = QueuePolicy(skills={"delivery": 1}, prefers={"french": 3})
    one = waiting(policy=policy)
    people = (
        agent(1, idle=900),
        agent(2, skills={"delivery": 1, "french": 3}),
        agent(3, skills={"delivery": 1, "french": 1}),
    )
    assert routing.who_should_take(one, CandidatePool(people), NOW).why == "better_match"
    assert [who(one, *people), who(one, people[0], people[2]), who(one, people[0])] == [2, 3, 1]


def test_a_wider_ring_opens_with_time_and_the_inner_one_is_asked_first() -> None:
    policy = QueuePolicy(
        skills={"delivery": 3},
        rings=(RingRule(after=30, skills={"delivery": 1}), RingRule(after=90, skills={}, roles=("supervisor",))),
    )
    expert, beginner = agent(1, skills={"delivery": 3}), agent(2, idle=900, skills={"delivery": 1})
    leader = agent(3, idle=900, skills={}, role="supervisor")
    assert [
        who(waiting(policy=policy, since=s), beginner, agent(1, skills={"delivery": 3}, calls=1)) for s in (29, 30)
    ] == [None, 2]
    assert who(waiting(policy=policy, since=100), expert, beginner, leader) == 1
    assert [next_of(leader, waiting(policy=policy, since=s), others=(expert, beginner)) for s in (89, 90)] == [None, 1]
    assert reason(waiting(policy=policy, since=10), beginner) == "ring"


def test_a_ring_with_nobody_signed_in_gives_its_time_to_the_next() -> None:
    policy = QueuePolicy(
        skills={"delivery": 3},
        rings=(RingRule(after=30, teams=(7,)), RingRule(after=90, skills={})),
    )
    beginner, expert = agent(2, skills={}), agent(1, skills={"delivery": 3}, calls=1)
    one = waiting(policy=policy, since=30)
    assert who(one, beginner, expert) == 2  # no agent of team 7 is signed in
    other = agent(3, skills={"delivery": 3}, team=7, is_available=False)
    assert who(one, beginner, expert, other) is None


def test_a_ring_may_name_agents_and_be_for_some_customers_only() -> None:
    policy = QueuePolicy(skills={"delivery": 3}, rings=(RingRule(after=0, skills={}, agents=(9,), tiers=("gold",)),))
    named, other = agent(9, skills={}), agent(8, skills={})
    assert who(waiting(policy=policy, tier="gold"), named, other) == 9
    assert who(waiting(policy=policy, tier="silver"), named, other) is None
    assert next_of(other, waiting(policy=policy, tier="gold"), others=(named,)) is None
    assert next_of(named, waiting(policy=policy, tier="gold"), others=(other,)) == 1


def test_the_agent_who_knows_the_customer_comes_first_and_is_waited_for_a_little() -> None:
    affinities = (Affinity(1, "ticket", NOW + 15), Affinity(2, "account", NOW + 15))
    one = waiting(affinities=affinities)
    free, longer, busy = agent(1, idle=1), agent(3, idle=900), agent(1, calls=1)
    assert who(one, free, longer) == 1
    held = routing.who_should_take(one, CandidatePool([busy, longer]), NOW)
    assert (held.agent_id, held.why, held.affinity) == (None, "held", affinities[0])
    assert routing.explain(one, CandidatePool([busy, longer]), held, NOW).held_seconds == 15
    assert next_of(longer, one, others=(busy,)) is None
    assert next_of(free, waiting(2, since=900), one) == 1
    late = waiting(affinities=(Affinity(1, "ticket", NOW - 1),))
    assert who(late, busy, longer) == 3
    assert who(late, free, longer) == 1  # the known agent is free now, so preferring them costs no wait
    assert who(one, agent(1, is_available=False), longer) == 3  # gone, and not free soon
    assert who(one, agent(1, calls=1, soon=NOW + 60), longer) == 3


def test_whoever_was_asked_is_asked_again_only_after_a_pause_or_where_there_is_nobody_else() -> None:
    just, some = {1: Asked(NOW - 2, NOW + 58)}, {1: Asked(NOW - 6, NOW + 54)}
    assert who(waiting(asked=just), agent(1)) is None
    assert who(waiting(asked=some), agent(1)) == 1  # alone
    assert next_of(agent(1), waiting(asked=some)) == 1
    assert who(waiting(asked=some), agent(1), agent(2, calls=1)) == 1  # who is busy does not help now
    assert next_of(agent(1), waiting(asked=some), others=(agent(2, calls=1),)) == 1
    assert next_of(agent(1), waiting(asked=some), others=(agent(2),)) is None
    assert who(waiting(asked={1: Asked(NOW - 90, NOW - 30)}), agent(1), agent(2, calls=1)) == 1


def test_a_call_goes_to_whoever_has_least_in_hand_and_a_conversation_where_it_takes_nobody_from_the_calls() -> None:
    one_call = Limits(calls_over=0)
    idle, talking, writing = (
        agent(1, idle=10, limits=one_call),
        agent(2, idle=99, conversations=2, limits=one_call),
        agent(3, idle=999, conversations=1, limits=one_call),
    )
    assert who(waiting(), idle, talking, writing) == 1
    assert who(waiting(channel=Channel.SMS), idle, talking, writing) == 2  # cannot be called anyhow
    some = Limits(calls_over=1)
    assert who(waiting(channel=Channel.SMS), agent(1, conversations=1, limits=some), agent(2, limits=some)) == 2
    assert (
        who(
            waiting(channel=Channel.SMS), agent(1, conversations=1, limits=some), agent(2, conversations=2, limits=some)
        )
        == 2
    )
    assert who(waiting(channel=Channel.SMS), agent(1, conversations=1), agent(2, conversations=2), agent(3)) == 3
    spread = Waiting(
        id=1,
        needs=routing.needs(queue_id=1, channel=Channel.SMS, language="en", rings=DELIVERY.circles(), spread=True),
        since=NOW,
    )
    assert who(spread, idle, talking, writing) == 1


def test_the_highest_score_is_next_and_points_are_worth_seconds() -> None:
    queue = (
        waiting(1, since=900, channel=Channel.SMS, aging=0.2),
        waiting(2, since=20, points=200),
        waiting(3, since=40),
        waiting(4, since=500, language="fr"),
        waiting(5, since=600, asked={1: Asked(NOW - 1, NOW + 60)}),
    )
    others = (agent(2, calls=1),)
    assert next_of(agent(1), *queue, others=others) == 2
    assert next_of(agent(1), *queue[:1], *queue[2:], others=others) == 1
    assert next_of(agent(1, calls=1), *queue) is None
    assert next_of(agent(1)) is None


def test_points_are_capped_so_that_nobody_starves() -> None:
    ours = CompanyPolicy(most=100)
    points = ours.points(priority=50, tier="gold", broken_promise=True, repeats=3, channel=Channel.VOICE)
    assert sum(points.values()) == 100
    assert (
        points == {"channel": 30, "priority": 50, "customer_value": 20, "broken_promise": 0}
        or sum(points.values()) == 100
    )
    assert "repeated_contact" not in points or points["repeated_contact"] == 0
    oldest = waiting(1, since=101)
    assert next_of(agent(), oldest, *(waiting(id_, since=0, points=100) for id_ in range(2, 30))) == 1


SKILLS = st.dictionaries(st.sampled_from(["delivery", "billing"]), st.integers(1, 3))
PERSON = st.builds(
    agent,
    st.integers(1, 50),
    idle=st.integers(0, 600),
    is_available=st.booleans(),
    is_asked=st.booleans(),
    calls=st.integers(0, 1),
    conversations=st.integers(0, 4),
    languages=st.sets(st.sampled_from(["en", "zh"])).map(frozenset),
    skills=SKILLS,
)
PEOPLE = st.lists(PERSON, unique_by=lambda one: one.id, max_size=8)
POLICY = st.builds(
    QueuePolicy,
    skills=SKILLS,
    rings=st.lists(
        st.builds(RingRule, after=st.integers(0, 600), skills=SKILLS, skip_if_empty=st.booleans()), max_size=2
    ).map(lambda rules: tuple(sorted(rules, key=lambda rule: rule.after))),
)
WAITING = st.builds(
    waiting,
    st.integers(1, 50),
    since=st.integers(0, 600),
    channel=st.sampled_from([Channel.VOICE, Channel.SMS]),
    language=st.sampled_from(["en", "zh"]),
    policy=POLICY,
    points=st.integers(0, 300),
    affinities=st.lists(
        st.builds(Affinity, st.integers(1, 50), st.just("ticket"), st.integers(-30, 30).map(lambda s: NOW + s)),
        max_size=2,
    ).map(tuple),
    asked=st.dictionaries(
        st.integers(1, 50), st.integers(0, 90).map(lambda ago: Asked(NOW - ago, NOW - ago + 60)), max_size=3
    ),
)


@given(WAITING, PEOPLE)
def test_it_is_never_somebody_excluded_and_everybody_gets_a_verdict(one: Waiting, people: list[Candidate]) -> None:
    candidates = CandidatePool(people)
    choice = routing.who_should_take(one, candidates, NOW)
    opens = routing.openings(one.needs, candidates)
    reasons = {each.id: verdict(one, each, opens, NOW) for each in people}
    able = [each for each in people if reasons[each.id] is None]
    if choice.agent_id is None:
        assert not able or choice.why == "held"
    else:
        outside = {None, "asked_lately"} if choice.why != "relationship" else {None, "ring"}
        assert reasons[choice.agent_id] in outside
    explained = routing.explain(one, candidates, choice, NOW)
    said = [a.agent_id for a in explained.able] + [id_ for ids in explained.out.values() for id_ in ids]
    assert sorted(said) == sorted(each.id for each in people)


@given(st.lists(WAITING, unique_by=lambda one: one.id, max_size=8), PEOPLE)
def test_both_questions_agree(queue: list[Waiting], people: list[Candidate]) -> None:
    """Whatever an agent should take next is hers to take; where she should take nothing, nothing would go to her alone."""
    candidates, lines = CandidatePool(people), Lines(queue)
    for one in people:
        wanted = routing.what_next(one, lines, candidates, NOW)
        if wanted is None:
            assert all(routing.who_should_take(each, candidates, NOW).agent_id != one.id for each in queue)
            continue
        opens = routing.openings(wanted.needs, candidates)
        assert verdict(wanted, one, opens, NOW) in (None, "asked_lately", "ring")
        if not any(affinity.agent_id == one.id for affinity in wanted.affinities):
            able = [w for w in queue if verdict(w, one, opens_of(w, candidates), NOW) is None and not w.affinities]
            assert all(w.score(NOW) <= wanted.score(NOW) for w in able)


def opens_of(one: Waiting, candidates: CandidatePool) -> tuple[float, ...]:
    return routing.openings(one.needs, candidates)


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans(), PERSON), max_size=30))
def test_a_roster_and_lines_kept_up_to_date_are_as_if_made_anew(steps: list[tuple[int, bool, Candidate]]) -> None:
    candidates, expected = CandidatePool(), dict[int, Candidate]()
    for id_, leaves, one in steps:
        if leaves:
            candidates.remove(id_)
            expected.pop(id_, None)
        else:
            candidates.put(one)
            expected[one.id] = one
    fresh = CandidatePool(expected.values())
    assert {key: list(pool) for key, pool in candidates.pools()} == {key: list(pool) for key, pool in fresh.pools()}
    assert who_in(candidates) == who_in(fresh)


def who_in(candidates: CandidatePool) -> int | None:
    return routing.who_should_take(waiting(policy=QueuePolicy()), candidates, NOW).agent_id


@pytest.mark.parametrize("second", range(10))
def test_a_text_that_came_at_this_very_moment_can_be_taken(second: int) -> None:
    now, aging = 1_796_061_100.0 + second, 0.2
    rank = aging * now  # as stored: rounded
    one = Waiting(id=1, needs=asks(channel=Channel.SMS), since=now, aging=aging, points=aging * now - rank)
    taker = Candidate(id=1, profile=agent().profile, idle_since=now)
    assert routing.what_next(taker, Lines([one]), CandidatePool([taker]), now) is one


def test_an_expectation_that_is_far_off_is_not_tolerable() -> None:
    good = routing.error_of([(100.0, 90.0)] * 20)
    bad = routing.error_of([(300.0, 60.0)] * 20)
    assert (good.mean_off, good.mean_wait, good.root_mean_square) == (10, 90, 10)
    assert good.is_tolerable(0.5)
    assert not bad.is_tolerable(0.5)
    assert routing.error_of([(300.0, 60.0)] * 3).is_tolerable(0.5)  # too few to say


def test_nobody_waits_for_two_minutes_beside_the_one_free_agent_because_others_are_busy() -> None:
    """Alice declined; Bo is on a call: after five seconds she is asked again."""
    one = waiting(asked={1: routing.Asked(NOW - 6, NOW + 114)})
    pool = CandidatePool([agent(1), agent(2, calls=1)])
    assert routing.who_should_take(one, pool, NOW).agent_id == 1
    assert routing.what_next(agent(1), Lines([one]), pool, NOW) is one
    free = CandidatePool([agent(1), agent(2)])
    assert routing.who_should_take(one, free, NOW).agent_id == 2


def test_an_explanation_names_the_ring_that_lets_her_in_a_break_asked_for_and_when_somebody_is_asked_again() -> None:
    rings = (
        RingRule(after=44, skills={"delivery": 5}, skip_if_empty=False),
        RingRule(after=90, skills={}, skip_if_empty=False),
    )
    one = waiting(policy=QueuePolicy(skills={"delivery": 4}, rings=rings), since=0, asked={3: Asked(NOW - 2, NOW + 58)})
    pool = CandidatePool(
        [
            agent(1, skills={}),
            agent(2, is_available=False, is_leaving=True),
            agent(3, skills={"delivery": 4}),
            agent(4, skills={}, languages=()),
        ]
    )
    found = routing.explain(one, pool, routing.who_should_take(one, pool, NOW), NOW)
    assert found.next_ring_in == 90
    assert found.again_in == 3
    assert (found.out["leaving"], found.out["language"]) == ((2,), (4,))
