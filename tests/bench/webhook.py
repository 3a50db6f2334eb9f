"""The incoming-call webhook compared with a bare view: time until the caller hears the first word, and calls a second."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from tests.bench import calls, fill, floor
from tests.bench.calls import Company
from tests.bench.fill import DIRECT, WITH_MENU
from tests.bench.ground import Ground, Web
from tests.bench.sizes import Sizes
from tests.bench.table import Row

MOST_P50, MOST_THROUGHPUT = 4, 4


@dataclass
class Turn:
    """Of one round: p50 in ms with one caller at a time, and requests a second with several."""

    p50: list[float] = field(default_factory=list)
    a_second: list[float] = field(default_factory=list)


def measure(ground: Ground, sizes: Sizes) -> Iterator[Row]:
    url = ground.database("webhooks")
    fill.staff(url, agents=sizes.agents)
    fill.past(url, interactions=sizes.history, agents=sizes.agents, customers=sizes.customers)
    fill.floor_callers(url, floor.TABLES, customers=sizes.customers)
    bare, routed, greeted = Turn(), Turn(), Turn()
    with (
        calls.company() as company,
        ground.web(url) as site,
        ground.web(url, application="tests.bench.floor:application()") as low,
    ):
        for _ in range(sizes.rounds + 1):
            _floor(company, low, sizes, bare)
            _ours(company, site, sizes, routed, to=DIRECT)
            _ours(company, site, sizes, greeted, to=WITH_MENU)
    yield from _rows("straight to an agent", routed, bare)
    yield from _rows("with a menu", greeted, bare)


def _floor(company: Company, low: Web, sizes: Sizes, turn: Turn) -> None:
    for callers, kept in ((1, turn.p50), (sizes.callers, turn.a_second)):
        some = calls.some(sizes.calls_a_round, customers=sizes.customers, to=DIRECT)
        told = company.send(low, [calls.request(low, "/floor", call.form()) for call in some], callers=callers)
        kept.append(median(told.milliseconds) if callers == 1 else told.a_second)


def _ours(company: Company, site: Web, sizes: Sizes, turn: Turn, *, to: str) -> None:
    """After each turn everybody hangs up, unmeasured, so that the next finds free agents."""
    for callers, kept in ((1, turn.p50), (sizes.callers, turn.a_second)):
        some = calls.some(sizes.calls_a_round, customers=sizes.customers, to=to)
        told = company.send(site, calls.incoming(site, some), callers=callers)
        company.send(site, calls.hung_up(site, some), callers=1)
        kept.append(median(told.milliseconds) if callers == 1 else told.a_second)


def _rows(name: str, ours: Turn, bare: Turn) -> Iterator[Row]:
    """The first round warms everything up and does not count."""
    p50, floor_p50 = ours.p50[1:], bare.p50[1:]
    yield Row(
        name=f"incoming call, {name}: p50",
        ours=median(p50),
        floor=median(floor_p50),
        unit="ms",
        most=MOST_P50,
        ratios=tuple(a / b for a, b in zip(p50, floor_p50, strict=True)),
    )
    a_second, floor_a_second = ours.a_second[1:], bare.a_second[1:]
    yield Row(
        name=f"incoming call, {name}: throughput",
        ours=median(a_second),
        floor=median(floor_a_second),
        unit="/s",
        most=MOST_THROUGHPUT,
        more_is_better=True,
        ratios=tuple(b / a for a, b in zip(a_second, floor_a_second, strict=True)),
    )
