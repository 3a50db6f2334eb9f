"""Time budgets of the suite: prints the twenty slowest tests, and fails above the budget of a tier.

Budgets are seconds on an idle machine of two cores. On a busier one they scale with the duration of a fixed piece of
work, done after every tenth test, relative to its duration when the budgets were set."""

import time
from collections import defaultdict
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from statistics import mean

import pytest

SHOWN = 20
BESIDE = 10  # every so many tests the fixed work is done
QUIET = 0.0021  # seconds for `_fixed_work` while the suite runs on a quiet machine of two cores


class Tier(StrEnum):
    """Each is a marker too: `pytest -m fast`. FAST tests start no program of their own and no browser."""

    FAST = "fast"
    PROCESSES = "processes"
    BROWSER = "browser"


@dataclass(frozen=True)
class Budget:
    """Seconds: all tests of the tier together, summed over test processes; and one of them alone, without its fixtures.

    `together` is two fifths above what was measured. `alone` is only against a test that runs away: one may meet a busy moment.
    """

    together: float
    alone: float


BUDGETS = {
    Tier.FAST: Budget(together=650, alone=60),
    Tier.PROCESSES: Budget(together=560, alone=300),
    Tier.BROWSER: Budget(together=600, alone=240),
}


def tier_of(item: pytest.Item) -> Tier:
    fixtures = getattr(item, "fixturenames", ())
    if "browser" in fixtures:
        return Tier.BROWSER
    starts = item.get_closest_marker(Tier.PROCESSES.value) or "telephone" in fixtures
    return Tier.PROCESSES if starts else Tier.FAST


@dataclass
class Costs:
    """Seconds of each test with set-up and teardown, and of the fixed work in between."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    calls: dict[str, float] = field(default_factory=dict)
    tiers: dict[str, Tier] = field(default_factory=dict)
    works: list[float] = field(default_factory=list)

    def take(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.when == "call":
            self.calls[report.nodeid] = report.duration
        told = dict(report.user_properties)
        if "tier" in told:
            self.tiers[report.nodeid] = Tier(str(told["tier"]))
        if "fixed_work" in told:
            self.works.append(float(str(told["fixed_work"])))

    @property
    def slowness(self) -> float:
        """1 on a quiet machine, 2 where everything takes twice as long."""
        return max(1.0, mean(self.works) / QUIET) if self.works else 1.0

    def slowest(self) -> list[tuple[str, float]]:
        return sorted(self.seconds.items(), key=lambda each: -each[1])[:SHOWN]

    def of(self, tier: Tier) -> dict[str, float]:
        return {nodeid: took for nodeid, took in self.seconds.items() if self.tiers.get(nodeid) == tier}

    def excesses(self) -> Iterator[str]:
        """A sentence for each budget that was overdrawn."""
        for tier, budget in BUDGETS.items():
            tests, room = self.of(tier), self.slowness
            if sum(tests.values()) > budget.together * room:
                yield f"The {tier} tests took {sum(tests.values()):.0f} s; {budget.together * room:.0f} s is their budget."
            for nodeid in tests:
                if self.calls.get(nodeid, 0) > budget.alone * room:
                    yield f"{nodeid} took {self.calls[nodeid]:.1f} s; a {tier} test may take {budget.alone * room:.0f} s."


costs = Costs()
_turns = count()


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(tier_of(item).value)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "setup":
        report.user_properties = [("tier", str(tier_of(item)))]
        if not next(_turns) % BESIDE:
            report.user_properties.append(("fixed_work", _fixed_work()))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    costs.take(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.exitstatus == pytest.ExitCode.OK and any(costs.excesses()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    write = terminalreporter.write_line
    terminalreporter.section(f"slowest {SHOWN} tests")
    for nodeid, took in costs.slowest():
        write(f"{took:7.2f} s  {costs.tiers.get(nodeid, '')!s:9}  {nodeid}")
    terminalreporter.section(f"cost of the tiers, budgets x {costs.slowness:.2f} for this machine")
    for tier, budget in BUDGETS.items():
        tests = costs.of(tier)
        if tests:
            room = f"of {budget.together * costs.slowness:.0f} s; one may take {budget.alone * costs.slowness:.0f} s"
            write(f"{tier:9}  {len(tests):5} tests  {sum(tests.values()):6.0f} s {room}")
    for sentence in costs.excesses():
        write(sentence, red=True)


def _fixed_work() -> float:
    """Seconds that a little arithmetic takes at this moment."""
    began = time.perf_counter()
    sum(number * number for number in range(20_000))
    return time.perf_counter() - began
