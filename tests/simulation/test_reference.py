"""The shipped scenarios in small: live decisions match theory and reference figures."""

from functools import cache

import pytest

from callcenter import simulation
from callcenter.simulation import RunResult, Scenario
from callcenter.simulation.arrivals import Rate
from callcenter.simulation.scenario import SHIPPED

NAMES = sorted(file.stem for file in SHIPPED.glob("*.yaml"))


@cache
def played(name: str, contacts: int, *, warm_up: float = 0.1) -> RunResult:
    """One seed's traffic, which is the same for all policies; its batches give the interval. `warm_up`: a share of it."""
    return simulation.run(_short(simulation.load(name), contacts, warm_up), 1)


def _short(whole: Scenario, contacts: int, warm_up: float) -> Scenario:
    rates = [kind.arrivals.a_second(kind.handling.average) for kind in whole.classes if isinstance(kind.arrivals, Rate)]
    a_second = sum(rates)
    return whole.with_(horizon=contacts / a_second, warm_up=warm_up * contacts / a_second)


def test_one_queue_is_erlang_c_and_use_is_even() -> None:
    told = played("s1", 15_000)
    wait, over = told.get("mean_wait"), told.get("wait_over_20")
    assert wait.theory == pytest.approx(7.01, abs=0.01)
    assert over.theory == pytest.approx(0.1281, abs=1e-4)
    assert wait.value == pytest.approx(7.01, abs=wait.half)
    assert over.value == pytest.approx(0.1281, abs=over.half)
    assert told.value("use") == pytest.approx(0.92, abs=0.015)
    assert told.value("use_cv") < 0.012  # 0.002 with 300,000 contacts
    assert told.value("expected_wait_error") == pytest.approx(6.4, abs=1.2)
    assert told.value("offers") == 1


def test_asking_the_agent_one_knows_first_costs_nothing_and_waiting_for_them_does() -> None:
    plain, asked, held = (played(name, 10_000) for name in ("s1", "s1r-0", "s1r-15"))
    assert asked.value("mean_wait") == pytest.approx(plain.value("mean_wait"), rel=1e-6)
    assert asked.value("hit_rate") == pytest.approx(0.083, abs=0.02)
    assert held.value("hit_rate") == pytest.approx(0.153, abs=0.025)
    assert held.value("mean_wait") > 2 * plain.value("mean_wait")
    bound = asked.get("hit_rate")
    assert (bound.sign, round(bound.theory or 0, 4)) == ("≤", 0.0892)


def test_whatever_the_order_of_two_classes_their_common_wait_is_the_same() -> None:
    """All who came are counted, none as warming up: the one thing that may differ is whose work is done when."""
    kinds = ("fcfs", "strict", "headstart-60", "headstart-300", "cxwait")
    # 6,000 contacts: their common waits lie within 0.8 %; newest first would make it 5 %.
    told = {kind: played(f"s2-{kind}", 6_000, warm_up=0) for kind in kinds}
    common = told["fcfs"].value("mean_wait")
    for kind in kinds:
        assert told[kind].value("mean_wait") == pytest.approx(common, rel=0.01)
    high = {kind: told[kind].value("mean_wait", "high") for kind in kinds}
    assert high["fcfs"] > high["headstart-60"] > high["headstart-300"] > high["strict"]
    assert high["strict"] == pytest.approx(10.4, rel=0.2)
    assert told["strict"].get("mean_wait", "high").theory == pytest.approx(10.41, abs=0.01)
    assert told["strict"].get("wait_over_120", "low").theory == pytest.approx(0.3457, abs=1e-4)
    cost = {kind: told[kind].value("cost_quadratic") for kind in kinds}
    assert min(cost, key=lambda kind: cost[kind]) in ("cxwait", "strict")


def test_two_skills_an_agent_come_close_to_all_six() -> None:
    """The wait beyond the pooled one varies less with the traffic than either: at most a fifth, a twentieth of 41.2 s."""
    # 8,000 contacts: 6 s and 2 s beyond it where the bounds are 9 and 3; were the rare ones taken first, 10 s.
    waits = {skills: played(f"s3-{skills}", 8_000).value("mean_wait") for skills in (1, 2, 3, 6)}
    assert waits[2] - waits[6] < 0.20 * 41.2 + 1
    assert waits[3] - waits[6] < 0.05 * 41.2 + 1
    assert waits[1] > 4 * waits[6]


def test_agents_who_never_answer_are_noticed() -> None:
    # 9,000 contacts: offers per contact vary by 0.01, enough to distinguish 1.115 from more than 1.3.
    whole = simulation.load("s5").with_(horizon=45_000, warm_up=4_500)
    told, floor = (
        simulation.run(whole, 1),
        simulation.run(whole.with_(agents=whole.agents[:1]), 1),
    )  # without the silent ones
    assert told.value("offers") == pytest.approx(1.115, abs=0.02)
    assert told.value("use", "silent") == 0
    assert told.value("mean_wait") < 1.12 * floor.value("mean_wait")
    lax = whole.with_(offers=whole.offers.model_copy(update={"misses_allowed": None}))
    assert simulation.run(lax, 1).value("offers") > 1.3


def test_impatience_is_erlang_a_and_bursts_are_worse_than_their_mean() -> None:
    told = played("erlang-a", 10_000)  # from seed to seed the wait varies by 0.4 s, half of what is allowed
    assert told.get("abandoned").theory == pytest.approx(0.0309, abs=1e-4)
    assert told.value("abandoned") == pytest.approx(0.031, abs=0.008)
    assert told.value("mean_wait") == pytest.approx(3.7, abs=0.8)
    bursts = simulation.run(simulation.load("bursts").with_(horizon=100_000), 1)
    for figure in ("mean_wait", "abandoned"):
        assert bursts.value(figure) == pytest.approx(bursts.get(figure).theory or 0, rel=0.35)


def test_under_lasting_overload_the_lowest_class_waits_bounded_and_without_caps_it_does_not() -> None:
    capped = simulation.load("overload")
    told = simulation.run(capped, 1)
    lead = 180 - 30  # points of the favoured over the lowest: seconds
    assert told.value("longest_wait", "lowest") < told.value("longest_wait", "gold") + lead + 120
    longer = simulation.run(capped.with_(horizon=2 * capped.horizon), 1)
    assert longer.value("longest_wait", "lowest") < told.value("longest_wait", "lowest") + 400
    unbounded = capped.with_(
        policy=capped.policy.model_copy(update={"most": None}),
        classes=[
            kind.model_copy(update={"priority": 1e7 if kind.name != "lowest" else 0.0}) for kind in capped.classes
        ],
    )
    assert simulation.run(unbounded, 1).value("longest_wait", "lowest") > 3 * told.value("longest_wait", "lowest")


def test_by_default_neither_calls_nor_conversations_wait_long() -> None:
    told = simulation.run(simulation.load("mixed-default").with_(horizon=60_000, warm_up=6_000), 1)
    assert told.value("mean_wait", "calls") < 5
    assert told.value("mean_wait", "conversations") < 5


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_scenario_is_played(name: str) -> None:
    whole = simulation.load(name)
    short = whole.with_(horizon=min(whole.horizon, 2_000.0), warm_up=100)
    told = simulation.run(short, 1)
    assert told.contacts > 0
    assert told.curves["all"][0][1] <= 1
