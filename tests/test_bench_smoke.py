"""The benchmarks run, in small sizes without judging figures; the table renders made-up figures correctly."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from tests.bench import crowd, next, routers, rules
from tests.bench.__main__ import Measure, main
from tests.bench.ground import Ground, ground
from tests.bench.sizes import QUICK
from tests.bench.table import Row, percentile, text


@pytest.fixture(scope="module")
def servers() -> Iterator[Ground]:
    with ground(is_copied=True) as started:
        yield started


@pytest.mark.processes
def test_a_full_system_in_small_is_measured_and_loses_nothing(servers: Ground) -> None:
    """The measure that uses all of it: servers, web processes, clock, callers, listeners."""
    offers, events, *_ = crowd.measure(servers, QUICK)
    assert (offers.ours, offers.is_ok, events.ours, events.is_ok) == (0, True, 0, True)


@pytest.mark.processes
@pytest.mark.parametrize("measure", [routers.measure, next.measure, rules.measure])
def test_routing_and_granting_are_measured_in_small(measure: Measure, servers: Ground) -> None:
    rows = list(measure(servers, QUICK))
    assert rows
    assert all(row.ours > 0 for row in rows)


@pytest.mark.processes
def test_decisions_in_virtual_time_are_measured_in_small_by_the_command() -> None:
    result = CliRunner().invoke(main, ["--quick", "--json", "decisions"])
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["rows"]
    assert [row["unit"] for row in rows] == ["µs", "s"]
    assert all(row["ours"] > 0 for row in rows)


def test_a_ratio_above_what_was_wanted_is_not_ok() -> None:
    slow = Row(name="call", ours=9, floor=2, unit="ms", most=4)
    assert (slow.ratio, slow.verdict) == (4.5, "NOT OK")
    assert "4.50x" in text([slow], "a machine")


def test_where_more_is_better_the_ratio_is_turned_round() -> None:
    assert Row(name="call", ours=50, floor=100, unit="/s", most=4, more_is_better=True).ratio == 2


def test_rounds_are_judged_by_their_median() -> None:
    row = Row(name="call", ours=9, floor=2, unit="ms", most=4, ratios=(3.0, 9.0, 3.5))
    assert (row.ratio, row.is_ok) == (3.5, True)


def test_a_limit_of_our_own_holds_whatever_the_ratio() -> None:
    assert not Row(name="offer", ours=120, floor=60, unit="ms", most=10, limit=100).is_ok


def test_the_95th_percentile_is_the_nearest_rank() -> None:
    assert percentile([float(n) for n in range(1, 101)], 95) == 95
    assert percentile([7.0], 95) == 7
