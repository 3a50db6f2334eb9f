"""The suite's time budgets: summed by tier, scaled to the machine, each excess named."""

from typing import Literal

import pytest

from tests.budgets import BUDGETS, QUIET, Costs, Tier


def report(
    nodeid: str,
    seconds: float,
    *,
    when: Literal["setup", "call"] = "call",
    tier: Tier | None = None,
    work: float = QUIET,
) -> pytest.TestReport:
    told: list[tuple[str, object]] = [("tier", str(tier)), ("fixed_work", work)] if tier else []
    return pytest.TestReport(nodeid, ("", 0, ""), {}, "passed", None, when, duration=seconds, user_properties=told)


def spent(seconds: float, *, tier: Tier = Tier.FAST, tests: int = 1, work: float = QUIET) -> Costs:
    costs = Costs()
    for number in range(tests):
        costs.take(report(f"t{number}", 0.0, when="setup", tier=tier, work=work))
        costs.take(report(f"t{number}", seconds / tests))
    return costs


@pytest.mark.parametrize("tier", list(Tier))
def test_a_tier_above_its_budget_is_told_and_one_below_is_not(tier: Tier) -> None:
    most = BUDGETS[tier].together
    assert not list(spent(most - 1, tier=tier, tests=1000).excesses())
    [said] = spent(most + 1, tier=tier, tests=1000).excesses()
    assert said.startswith(f"The {tier} tests took")


def test_a_test_that_runs_away_is_named() -> None:
    [said] = spent(BUDGETS[Tier.FAST].alone + 1).excesses()
    assert said.startswith("t0 took")


def test_the_fixtures_of_a_module_are_not_held_against_its_first_test() -> None:
    costs = Costs()
    costs.take(report("t", BUDGETS[Tier.FAST].alone + 1, when="setup", tier=Tier.FAST))
    costs.take(report("t", 1))
    assert not list(costs.excesses())
    assert costs.slowest() == [("t", BUDGETS[Tier.FAST].alone + 2)]


def test_on_a_machine_that_is_half_as_fast_everything_may_take_twice_as_long() -> None:
    seconds = BUDGETS[Tier.FAST].together * 1.9
    assert not list(spent(seconds, tests=100, work=2 * QUIET).excesses())
    assert list(spent(seconds, tests=100).excesses())
