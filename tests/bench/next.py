"""From an agent becoming free to the next offer in their browser: a thousand callers waiting, compared with a quiet
system."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import count

import psycopg

from tests.bench import calls, fill
from tests.bench.caller import Line
from tests.bench.calls import Call, Company
from tests.bench.fill import DIRECT
from tests.bench.ground import Ground, Web
from tests.bench.offers import PAUSE, Bell, listening
from tests.bench.sizes import Sizes
from tests.bench.table import Row, percentile

MOST = 2.0
SID = (
    "SELECT legs.sid FROM offers JOIN legs USING (interaction_id) WHERE offers.agent_id = %s AND offers.state = 'live'"
    " AND party = 'customer'"
)
_numbers = count(1)


@dataclass
class Site:
    """Everybody is asked already, so many wait; the agent whose caller hangs up is asked for the next."""

    web: Web
    line: Line
    agent_id: int
    offered: Bell
    rows: psycopg.Connection

    def turn(self) -> float:
        """Milliseconds from hang-up to event. First, unmeasured, another caller joins the queue."""
        self.line.ask(calls.incoming(self.web, [_call()])[0].encode())
        [sid] = self.rows.execute(SID, (self.agent_id,)).fetchone() or ("",)
        [gone] = calls.hung_up(self.web, [Call(sid=sid, caller="+16282000000", called=DIRECT)])
        time.sleep(PAUSE)
        began = time.perf_counter()
        self.line.ask(gone.encode())
        return 1000 * (self.offered.wait() - began)


def measure(ground: Ground, sizes: Sizes) -> Iterator[Row]:
    """The two houses in turns, as the machine's speed drifts."""
    with ExitStack() as stack:
        company = stack.enter_context(calls.company())
        quiet = _site(stack, ground, company, sizes, place=0, waiting=0)
        busy = _site(stack, ground, company, sizes, place=1, waiting=sizes.next_waiting - 1)
        for site in (quiet, busy):
            token = fill.token_of(site.agent_id)
            stack.enter_context(listening(site.web, "offer.made", site.offered, token=token))
        turns = [(quiet.turn(), busy.turn()) for _ in range(sizes.next_warm_up + sizes.next_offers)]
    for percent, most in ((50, None), (95, MOST)):
        yield Row(
            name=f"agent free to next offer in the browser, {sizes.next_waiting:,} waiting beside 1: p{percent}",
            ours=percentile([ours for _, ours in turns[sizes.next_warm_up :]], percent),
            floor=percentile([few for few, _ in turns[sizes.next_warm_up :]], percent),
            unit="ms",
            most=most,
        )


def _site(stack: ExitStack, ground: Ground, company: Company, sizes: Sizes, *, place: int, waiting: int) -> Site:
    """Both push through one Redis, so each has an agent of its own who hears."""
    url = ground.database(f"next_{place}")
    agents = fill.staff(url, agents=sizes.agents).agents
    fill.past(url, interactions=sizes.history, agents=len(agents), customers=sizes.customers)
    web = stack.enter_context(ground.web(url))
    some = [_call() for _ in range(len(agents) + waiting)]
    company.send(web, calls.incoming(web, some), callers=1)
    rows = stack.enter_context(psycopg.connect(url.replace("+psycopg", ""), autocommit=True))
    line = stack.enter_context(closing(Line("127.0.0.1", web.port)))
    return Site(web, line, agents[place], Bell(), rows)


def _call() -> Call:
    n = next(_numbers)
    return Call(sid=f"CAnext{n:028d}", caller=f"+1628{3_000_000 + n:07d}", called=DIRECT)
