"""Past days as scenarios: agents on duty, calls, the effect of a change, and its correctness."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from callcenter.domain.errors import Invalid
from callcenter.domain.queues import NotValid
from callcenter.domain.routing import CompanyPolicy, QueuePolicy
from callcenter.domain.routing.policy import RingRule
from callcenter.domain.what_ifs import (
    PastAgent,
    PastCall,
    PastDay,
    PastDays,
    QueueThen,
    Span,
    TooLittleKnown,
    WhatIfScenario,
    check,
)
from callcenter.simulation import theory, what_if, what_if_figures
from callcenter.simulation.scenario import Group, Scenario

HOUR = 3600.0
DELIVERY, BILLING = 1, 2
CHANGE: dict[str, Any] = {"day": "monday", "queue_id": DELIVERY}


def change(**given: Any) -> WhatIfScenario:
    return WhatIfScenario(**{**CHANGE, **given})


def call(at: float, **more: Any) -> PastCall:
    given: dict[str, Any] = {"queue_id": DELIVERY, "language": "en", "waited": 5.0, "handled": 300.0}
    return PastCall(at=at, **{**given, **more})


ALICE = PastAgent(id=10, skills={"delivery": 2}, languages=("en",))
BO = PastAgent(id=20, skills={"delivery": 2, "billing": 1}, languages=("en", "zh"))
SAM = PastAgent(id=30, skills={}, languages=("en",), role="supervisor")


def past(
    *calls: PastCall, duty: dict[int, tuple[Span, ...]] | None = None, rings: tuple[RingRule, ...] = (), **more: Any
) -> PastDays:
    given = {10: ((8 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR))} if duty is None else duty
    policy = QueuePolicy(skills={"delivery": 1}, rings=rings)
    return PastDays(
        days=(PastDay(date="2026-11-16", calls=calls or (call(9 * HOUR),), duty=given),),
        left_out={},
        queues=(
            QueueThen(id=DELIVERY, policy=policy, priority=0, target_seconds=20),
            QueueThen(id=BILLING, policy=QueuePolicy(skills={"billing": 1}), priority=5, target_seconds=30),
        ),
        servers=(ALICE, BO, SAM),
        numbers=CompanyPolicy(),
        **more,
    )


def made(known: PastDays, what: WhatIfScenario | None = None) -> Scenario:
    return what_if.scenario(known, known.days[0], what)


def away(group: Group) -> list[Span]:
    return [(one.start / HOUR, one.until / HOUR) for one in group.absences]


def test_agents_are_there_when_they_were_and_leaders_never() -> None:
    alice, bo, sam = made(past()).agents
    assert away(alice) == [(0, 8), (12, 13), (17, 120)]
    assert away(bo) == away(sam) == [(0, 120)]
    assert (alice.name, alice.skills, alice.languages, sam.role) == ("10", {"delivery": 2}, ("en",), "supervisor")


@pytest.mark.parametrize(
    ("what", "groups", "alice_away"),
    [
        (
            {"agents": 2, "since": 540, "until": 1020},
            [("added", 2, [(0, 9), (17, 120)])],
            [(0, 8), (12, 13), (17, 120)],
        ),
        ({"agents": -1, "since": 600, "until": 660}, [], [(0, 8), (10, 11), (12, 13), (17, 120)]),
        ({"agents": -5}, [], [(0, 120)]),
        ({"priority": 60}, [], [(0, 8), (12, 13), (17, 120)]),
    ],
)
def test_agents_more_or_fewer(what: dict[str, Any], groups: list[Any], alice_away: list[Span]) -> None:
    found = made(past(), change(**what)).agents
    assert away(found[0]) == alice_away
    assert [(group.name, group.count, away(group)) for group in found[3:]] == groups
    if groups:
        assert (found[3].skills, found[3].languages) == ({"delivery": 1}, ("en",))


def test_whoever_can_do_the_least_else_is_the_first_not_to_be_there() -> None:
    known = past(duty={10: ((0, HOUR),), 20: ((0, HOUR),), 30: ((0, HOUR),)})
    assert what_if.fewer(known, known.days[0], change(agents=-1)) == (10,)
    assert what_if.fewer(known, known.days[0], change(agents=-9)) == (10, 20)
    assert what_if.fewer(known, known.days[0], change(agents=-1, since=120)) == ()


RINGS = (RingRule(after=60, any_language=True), RingRule(after=120, agents=(20, 99)))


@pytest.mark.parametrize(
    ("ring", "after", "opens"),
    [("2", 30, [30, 120]), ("3", 300, [60, 300]), ("language", 200, [60, 120, 200]), ("", None, [60, 120])],
)
def test_a_ring_opens_at_another_time_or_is_new(ring: str, after: int | None, opens: list[float]) -> None:
    queue = made(past(rings=RINGS), change(ring=ring, ring_after=after, priority=7)).queues[0]
    assert [one.after for one in queue.rings] == opens
    assert queue.rings[1].agents == (2, 0)  # by place; an agent who left is 0, which matches no agent
    assert (queue.priority, made(past(rings=RINGS)).queues[0].priority) == (7, 0)
    assert made(past(rings=RINGS), change(priority=7)).queues[1].priority == 5


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "agents"),
        ({"priority": 0}, "agents"),
        ({"agents": 1, "since": 600, "until": 600}, "until"),
        ({"ring": "4", "ring_after": 200}, "ring"),
        ({"ring": "2"}, "ring_after"),
        ({"ring": "2", "ring_after": 120}, "ring_after"),
        ({"ring": "3", "ring_after": 60}, "ring_after"),
        ({"ring": "skills", "ring_after": 90}, "ring_after"),
    ],
)
def test_what_changes_nothing_or_does_not_fit_is_refused_at_its_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(NotValid) as refused:
        check(change(**given), QueuePolicy(rings=RINGS), 0)
    assert list(refused.value.problems) == [field]
    check(change(agents=1), QueuePolicy(), 0)
    with pytest.raises(Invalid):
        check(change(agents=1), None, 0)


def test_calls_come_as_they_came_and_nobody_is_less_patient_than_they_were() -> None:
    known = past(
        call(9 * HOUR, knows=20, affinity="ticket"),
        call(10 * HOUR, handled=None, waited=90.0, gave_up=True, extra=60.0, tier="gold"),
        call(11 * HOUR, handled=None, waited=40.0),
    )
    habits = what_if.habits(known)
    assert habits.patience[DELIVERY] == pytest.approx(135.0)  # all waits / those who gave up
    first, second, third = what_if.trace(known, known.days[0], change(agents=1), habits, 1)
    assert (first["t"], first["handle"], first["preferred_agent"]) == (9 * HOUR, 300.0, 2)
    assert first["patience"] > 5
    assert third["patience"] > 40
    assert second["patience"] == 90.0
    assert second["handle"] == third["handle"] == 300.0  # as others took
    kinds = {kind.name: kind for kind in made(known).classes}
    assert kinds[first["class"]].preferred is not None
    assert kinds[first["class"]].preferred.hold == 15  # type: ignore[union-attr]
    assert (kinds[second["class"]].tier, kinds[second["class"]].value) == ("gold", 60)


def test_more_calls_come_on_average_and_the_same_with_the_same_seed() -> None:
    known = past(*(call(9 * HOUR + n) for n in range(400)))
    habits, much = what_if.habits(known), change(agents=1, percent=250)
    lines = what_if.trace(known, known.days[0], much, habits, 1)
    assert len(lines) == pytest.approx(1000, abs=40)
    assert lines == what_if.trace(known, known.days[0], much, habits, 1)
    assert lines != what_if.trace(known, known.days[0], much, habits, 2)
    assert all(0 <= line["t"] < 24 * HOUR for line in lines)
    assert len(what_if.trace(known, known.days[0], change(agents=1, percent=50), habits, 1)) == pytest.approx(
        200, abs=30
    )


def test_one_agent_alone_and_one_more_is_what_a_pencil_says() -> None:
    """Two calls at once: the second waits for the first, and with one more agent not."""
    known = past(call(9 * HOUR), call(9 * HOUR + 10, handled=100.0))
    told = what_if_figures.play(known, change(agents=1), {})
    wait = next(one for one in told["figures"] if one["name"] == "mean_wait")
    assert wait["before"] == [pytest.approx(145.0), 0.0]
    assert wait["after"] == [0.0, 0.0]
    assert wait["difference"] == [pytest.approx(-145.0), 0.0]
    assert told["hours"][9]["mean_wait"] == [pytest.approx(145.0), 0.0]
    assert told["hours"][9]["calls"] == 2
    assert told["hours"][9]["duty"] == 1.0
    assert told["hours"][12]["duty"] == 0.0
    assert told["hours"][9]["level_of_all"] == [0.5, 1.0]
    assert {code for code, _ in told["notes"]} == {"one_day", "few_calls", "no_patience", "no_delays"}


def test_a_ring_that_opens_earlier_brings_the_supervisor_earlier() -> None:
    known = past(
        call(9 * HOUR),
        call(9 * HOUR + 10),
        duty={10: ((0, 24 * HOUR),), 30: ((0, 24 * HOUR),)},
        rings=(RingRule(after=120, skills={}, roles=("supervisor",)),),
    )
    told = what_if_figures.play(known, change(ring="2", ring_after=30), {})
    wait = next(one for one in told["figures"] if one["name"] == "mean_wait")
    assert (wait["before"][0], wait["after"][0]) == (pytest.approx(60.0), pytest.approx(15.0))


def test_a_steady_day_comes_to_what_erlang_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls at random all day on four agents, whom a fifth would relieve: Erlang C, both times."""
    # Handling times are known and no caller gives up, so a seed draws nothing: all runs are equal.
    monkeypatch.setattr(what_if_figures, "SEEDS", (1, 1))
    chance = Random(7)
    calls, at = [], 0.0
    while (at := at + chance.expovariate(1 / 90.0)) < 24 * HOUR:
        calls.append(call(at, handled=chance.expovariate(1 / 270.0)))
    days = tuple(
        PastDay(
            date=f"2026-11-{n:02}",
            calls=tuple(replace(one, at=(one.at + 7000 * n) % (24 * HOUR)) for one in calls),
            duty={10: ((0.0, 24 * HOUR),)},
        )
        for n in (2, 9, 16)
    )
    known = replace(past(), days=days)
    rate, handling = len(calls) / (24 * HOUR), sum(one.handled or 0 for one in calls) / len(calls)
    many = replace(known, servers=tuple(replace(ALICE, id=n) for n in range(1, 5)))
    many = replace(many, days=tuple(replace(day, duty=dict.fromkeys(range(1, 5), ((0.0, 24 * HOUR),))) for day in days))
    told = what_if_figures.play(many, change(agents=1), {})
    wait = next(one for one in told["figures"] if one["name"] == "mean_wait")
    before, after = (theory.ErlangC(rate, handling, agents).mean_wait for agents in (4, 5))
    assert wait["before"][0] == pytest.approx(before, rel=0.35)
    assert wait["after"][0] == pytest.approx(after, rel=0.35)
    assert wait["difference"][0] < 0


def test_a_queue_that_is_gone_is_told() -> None:
    with pytest.raises(TooLittleKnown, match="no_queue"):
        what_if_figures.play(past(), change(queue_id=77, agents=1), {})


def test_the_interval_is_students() -> None:
    assert what_if_figures.interval([]) is None
    assert what_if_figures.interval([4.0]) == [4.0, 0.0]
    told = what_if_figures.interval([1.0, 2.0, 3.0])
    assert told is not None
    assert told[0] == 2.0
    assert told[1] == pytest.approx(4.3027 * 1.0 / 3**0.5, rel=1e-3)
