"""Full load: hundreds of connected agents, wallboards, and continuous calls. No event may be lost."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psutil
from sqlalchemy import text

from callcenter.storage.database import Database
from tests.bench import audience, calls, fill
from tests.bench.calls import Call, Told
from tests.bench.fill import DIRECT, Staff
from tests.bench.ground import Ground, Web
from tests.bench.sizes import Sizes
from tests.bench.table import Row, percentile

SETTLE = 3.0
WARM_UP = 20
OFFERS = "SELECT legs.sid, offers.id, offers.agent_id FROM offers JOIN legs USING (interaction_id) ORDER BY offers.id"


def measure(ground: Ground, sizes: Sizes) -> Iterator[Row]:
    url = ground.database("crowd")
    staff = fill.staff(url, agents=sizes.crowd_agents, leaders=sizes.crowd_wallboards)
    fill.past(url, interactions=sizes.history, agents=sizes.crowd_agents, customers=sizes.customers)
    bare = _bare_memory(ground, url, sizes)
    with ExitStack() as stack:
        site = stack.enter_context(ground.web(url))
        stack.enter_context(ground.clock(ground.settings(url)))
        crowd = stack.enter_context(audience.audience())
        before = _settled(site, _browsers(staff))
        seconds = crowd.connect(site, _browsers(staff))
        memory = _memory(site, before, sizes)
        began = time.monotonic()
        crowd.live()
        some, told = _ring(site, sizes)
        time.sleep(SETTLE)
        heard = crowd.report() | {"seconds": time.monotonic() - began}
        lost, late = _compared(url, some, told, heard)
        crowd.leave()
    yield from _rows(sizes, seconds, memory, bare, heard, lost, late)


def _browsers(staff: Staff) -> list[dict[str, object]]:
    return [
        {"token": fill.token_of(id_), "agent_id": id_, "wallboard": id_ in staff.leaders}
        for id_ in (*staff.agents, *staff.leaders)
    ]


def _ring(site: Web, sizes: Sizes) -> tuple[list[Call], Told]:
    """Calls at a steady rate; each caller hangs up after a while, so that the agent is free again."""
    number = round(sizes.crowd_calls_a_second * sizes.crowd_seconds)
    some = calls.some(number, customers=sizes.customers, to=DIRECT)
    rings = [place / sizes.crowd_calls_a_second for place in range(number)]
    planned = list(zip(rings, calls.incoming(site, some), strict=True))
    planned += zip((at + sizes.crowd_patience for at in rings), calls.hung_up(site, some), strict=True)
    order = sorted(range(len(planned)), key=lambda place: planned[place][0])
    with calls.company() as company:
        company.begin(
            site, [planned[place][1] for place in order], callers=sizes.callers, at=[planned[p][0] for p in order]
        )
        told = company.result()
    in_order = sorted(zip(order, told.began, strict=True))
    return some, Told(told.seconds, [began for _, began in in_order][:number], told.milliseconds, told.statuses)


def _compared(url: str, some: list[Call], told: Told, heard: dict[str, Any]) -> tuple[int, list[float]]:
    """(offers not received exactly once by only their agent, the delay of each in milliseconds)."""
    database = Database(url, pool=1)
    with database.reading() as session:
        made = {row.id: (row.sid, row.agent_id) for row in session.execute(text(OFFERS))}
    database.close()
    began = dict(zip((call.sid for call in some), told.began, strict=True))
    arrived = [(int(agent), offer, at) for agent, offers in heard["offers"].items() for offer, at in offers]
    times = Counter((agent, offer) for agent, offer, _ in arrived)
    wanted = {(agent, offer) for offer, (_, agent) in made.items()}
    wrong = sum(times[each] != 1 for each in wanted) + sum(each not in wanted for each in times)
    unmade = len(some) - len({sid for sid, _ in made.values()})
    late = [1000 * (at - began[made[offer][0]]) for _, offer, at in arrived if offer in made]
    return wrong + unmade, late


def _bare_memory(ground: Ground, url: str, sizes: Sizes) -> float:
    with ground.web(url, application="tests.bench.floor:application()") as low, audience.audience() as crowd:
        everybody = audience.nobody(sizes.crowd_agents + sizes.crowd_wallboards)
        before = _settled(low, everybody)
        crowd.connect(low, everybody)
        kilobytes = _memory(low, before, sizes)
        crowd.leave()
    return kilobytes


def _settled(web: Web, browsers: list[dict[str, object]]) -> int:
    """Bytes of all web processes once each of them has served lines and let them go."""
    with audience.audience() as some:
        some.connect(web, browsers[:WARM_UP])
        some.leave()
    time.sleep(1)
    return _bytes(web)


def _memory(web: Web, before: int, sizes: Sizes) -> float:
    """Kilobytes a connection: what the web processes have of their own, now that all are connected."""
    time.sleep(1)
    return (_bytes(web) - before) / (sizes.crowd_agents + sizes.crowd_wallboards) / 1024


def _bytes(web: Web) -> int:
    return sum(worker.memory_full_info().uss for worker in web.workers() if worker.status() != psutil.STATUS_ZOMBIE)


def _rows(
    sizes: Sizes, seconds: float, memory: float, bare: float, heard: dict[str, Any], lost: int, late: list[float]
) -> Iterator[Row]:
    lines = sizes.crowd_agents + sizes.crowd_wallboards
    title = f"{sizes.crowd_agents} agents, {sizes.crowd_wallboards} wallboards, {sizes.crowd_calls_a_second:g} calls/s"
    yield Row(name=f"{title}: offers not heard exactly once by their agent", ours=lost, unit="", limit=0)
    wrong = heard["lost"] + heard["not_told"] + heard["resets"] + heard["cut_off"] + heard["unanswered"]
    yield Row(name=f"… of {heard['pushed']:,} events pushed: lost, twice or unnumbered", ours=wrong, unit="", limit=0)
    fewest = min(heard["boards"], default=0) / heard["seconds"]
    yield Row(name="… figures at the wallboard that got the fewest", ours=fewest, unit="/s")
    yield Row(name="… webhook to offer in the browser: p95", ours=percentile(late, 95), unit="ms")
    yield Row(name="… connecting them all, 20 at once", ours=lines / seconds, unit="/s")
    yield Row(name="… memory of the web processes a connection", ours=memory, floor=bare, unit="kB")
