"""The formulas match published figures and each other."""

from itertools import islice, pairwise

import pytest

from callcenter.simulation.bursty import Bursty
from callcenter.simulation.theory import (
    ErlangA,
    ErlangC,
    cobham,
    erlang_b,
    erlang_c,
    incomplete_beta,
    incomplete_betas,
    preferred_bound,
    priority_over,
    staffing_waits,
    student_quantile,
)

HALF_HOUR = 1800


def test_a_hundred_calls_in_half_an_hour() -> None:
    calls = ErlangC(100 / HALF_HOUR, 180, 14)
    assert calls.waits == pytest.approx(0.1741319336, abs=5e-11)
    assert 1 - calls.over(20) == pytest.approx(0.8883500192, abs=5e-11)
    assert round(calls.mean_wait, 2) == 7.84


def test_ten_erlangs() -> None:
    assert round(erlang_c(10, 12), 6) == 0.449388
    assert round(erlang_b(10, 10), 6) == 0.214582


def test_the_same_load_where_customers_give_up() -> None:
    calls = ErlangA(100 / HALF_HOUR, 180, 13, 300)
    assert round(calls.answered_within(20), 3) == 0.858
    assert round(calls.abandons, 3) == 0.025
    assert round(calls.waits, 3) == 0.226
    assert round(calls.mean_wait / 60, 3) == 0.125
    assert round(calls.use, 3) == 0.750


def test_three_hundred_and_sixty_calls_in_half_an_hour() -> None:
    calls = ErlangC(360 / HALF_HOUR, 240, 55)
    assert round(calls.waits, 4) == 0.2387
    assert round(1 - calls.over(15), 4) == 0.8459
    assert round(calls.mean_wait, 2) == 8.18


def test_forty_eight_calls_a_minute_with_and_without_patience() -> None:
    patient, impatient = ErlangC(0.8, 60, 50), ErlangA(0.8, 60, 50, 120)
    assert round(patient.mean_wait, 2) == 20.83
    assert round(patient.percentile(0.9), 2) == 58.14
    assert round(patient.rate * patient.mean_wait, 1) == 16.7
    assert round(impatient.abandons, 4) == 0.0309
    assert round(impatient.mean_wait, 2) == 3.71
    assert round(impatient.use, 3) == 0.930
    assert impatient.over(12.44) == pytest.approx(0.1, abs=2e-4)


@pytest.mark.parametrize(("a", "x"), [(100.0, 0.85), (2.5, 0.3), (40.0, 1.0), (900.0, 0.4)])
def test_one_after_the_other_the_beta_function_is_as_by_itself(a: float, x: float) -> None:
    alone = [incomplete_beta(a, b, x) for b in range(1, 400)]
    assert list(islice(incomplete_betas(a, x), len(alone))) == pytest.approx(alone, rel=1e-9)


def test_the_exact_ends_of_the_scenarios() -> None:
    one = ErlangC(92 / 180, 180, 100)
    assert [round(x, 4) for x in (one.waits, one.over(20), 1 - one.over(20))] == [0.3116, 0.1281, 0.8719]
    assert round(one.mean_wait, 2) == 7.01
    apart, pooled = ErlangC(14 / 600, 600, 15), ErlangC(84 / 600, 600, 90)
    assert (round(apart.mean_wait, 1), round(apart.over(20), 3)) == (433.4, 0.699)
    assert (round(pooled.mean_wait, 1), round(pooled.over(20), 3)) == (41.2, 0.337)
    assert [round(preferred_bound(0.92, hold, 180, 100), 3) for hold in (0, 15, 60)] == [0.089, 0.162, 0.347]


def test_strict_priority_in_mean_and_tail() -> None:
    rates = [0.3 * 18.4 / 240, 0.7 * 18.4 / 240]
    assert [round(wait, 2) for wait in cobham(rates, 240, 20)] == [10.41, 130.08]
    over = [[round(priority_over(rates, 240, 20, which, t), 4) for t in (20, 120)] for which in (0, 1)]
    assert over == [[0.1879, 0.0005], [0.5595, 0.3457]]


def test_priorities_share_out_one_wait_and_the_tail_sums_to_the_mean() -> None:
    rates, fcfs = [0.02, 0.03, 0.025], ErlangC(0.075, 240, 20).mean_wait
    means = cobham(rates, 240, 20)
    assert sum(rate * wait for rate, wait in zip(rates, means, strict=True)) == pytest.approx(0.075 * fcfs, rel=1e-12)
    assert means == sorted(means)
    times = [0.5 * k for k in range(1, 8_000)]
    tails = [priority_over(rates, 240, 20, 1, t) for t in times]
    area = 0.5 * (erlang_c(18, 20) / 2 + sum(tails))
    assert area == pytest.approx(means[1], rel=1e-3)


def test_one_agent_is_m_m_1_and_endless_patience_is_erlang_c() -> None:
    assert ErlangC(0.5, 1, 1).mean_wait == pytest.approx(1.0)
    assert erlang_c(0.5, 1) == pytest.approx(0.5)
    patient = ErlangA(0.8, 60, 50, 1e7)
    assert patient.mean_wait == pytest.approx(ErlangC(0.8, 60, 50).mean_wait, rel=1e-3)


def test_flow_in_is_flow_out() -> None:
    calls = ErlangA(0.8, 60, 50, 120)
    assert calls.mean_wait * calls.rate == pytest.approx(calls.waiting)
    assert calls.abandons * calls.rate * calls.patience == pytest.approx(calls.waiting)
    overs = [calls.over(t) for t in range(0, 120, 10)]
    assert all(later < sooner for sooner, later in pairwise(overs))
    assert calls.over(0) == pytest.approx(calls.waits)


def test_bursts_that_do_not_differ_are_erlang_a() -> None:
    same, calls = Bursty([(0.8, 100), (0.8, 50)], 60, 50, 120), ErlangA(0.8, 60, 50, 120)
    assert same.mean_wait == pytest.approx(calls.mean_wait, abs=1e-10)
    assert same.over(20) == pytest.approx(calls.over(20), abs=1e-10)
    bursts = Bursty([(0.4, 900), (1.6, 450)], 60, 50, 120)
    assert bursts.rate == pytest.approx(0.8)
    assert bursts.mean_wait > calls.mean_wait


def test_the_square_root_rule_is_the_limit_of_erlang_c() -> None:
    load = 10_000.0
    assert erlang_c(load, int(load + load**0.5)) == pytest.approx(staffing_waits(1), abs=2e-3)


def test_students_quantiles() -> None:
    assert [round(student_quantile(0.975, n), 3) for n in (1, 4, 15)] == [12.706, 2.776, 2.131]
