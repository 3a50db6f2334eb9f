"""From the webhook to the agent's browser: delay of an offer, compared with a bare message through Redis."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import socketio

from tests.bench import calls, fill
from tests.bench.caller import Line
from tests.bench.calls import Call
from tests.bench.fill import DIRECT
from tests.bench.floor import CHANNEL
from tests.bench.ground import Ground, Web
from tests.bench.sizes import Sizes
from tests.bench.table import Row, percentile
from tests.waiting import PATIENCE

AGENTS = 4
MOST, MOST_MS = 10, 100
PAUSE = 0.01


class Bell:
    """Rings when the awaited event arrives, and remembers when that was."""

    def __init__(self) -> None:
        self._rang = threading.Event()
        self.at = 0.0

    def ring(self, *_: object) -> None:
        self.at = time.perf_counter()
        self._rang.set()

    def wait(self) -> float:
        if not self._rang.wait(PATIENCE):
            raise RuntimeError("an event did not arrive")
        self._rang.clear()
        return self.at


def measure(ground: Ground, sizes: Sizes) -> Iterator[Row]:
    url = ground.database("offers")
    staff = fill.staff(url, agents=AGENTS)
    fill.past(url, interactions=sizes.history, agents=AGENTS, customers=sizes.customers)
    ours: list[float] = []
    bare: list[float] = []
    with ExitStack() as stack:
        site = stack.enter_context(ground.web(url))
        low = stack.enter_context(ground.web(url, application="tests.bench.floor:application()"))
        offered, heard = Bell(), Bell()
        for agent_id in staff.agents:
            stack.enter_context(listening(site, "offer.made", offered, token=fill.token_of(agent_id)))
        stack.enter_context(listening(low, "heard", heard))
        queue = socketio.RedisManager(ground.urls.redis_url, channel=CHANNEL, write_only=True)
        line = stack.enter_context(closing(Line("127.0.0.1", site.port)))
        for call in calls.some(sizes.offers + 10, customers=sizes.customers, to=DIRECT):
            bare.append(_emit(queue, heard))
            ours.append(_ring(site, line, call, offered))
    p95, floor_p95 = percentile(ours[10:], 95), percentile(bare[10:], 95)
    yield Row(
        name="webhook to offer in the browser: p95", ours=p95, floor=floor_p95, unit="ms", most=MOST, limit=MOST_MS
    )


@contextmanager
def listening(web: Web, name: str, bell: Bell, *, token: str = "") -> Iterator[socketio.Client]:
    client = socketio.Client(reconnection=False)
    client.on(name, bell.ring)
    client.connect(web.url, auth={"token": token} if token else None, transports=["websocket"])
    yield client
    client.disconnect()


def _emit(queue: socketio.RedisManager, heard: Bell) -> float:
    time.sleep(PAUSE)
    began = time.perf_counter()
    queue.emit("heard", {"n": 1}, namespace="/")
    return 1000 * (heard.wait() - began)


def _ring(web: Web, line: Line, call: Call, offered: Bell) -> float:
    """One call until its agent's browser knows; then the caller hangs up."""
    [incoming], [hung_up] = calls.incoming(web, [call]), calls.hung_up(web, [call])
    time.sleep(PAUSE)
    began = time.perf_counter()
    line.ask(incoming.encode())
    took = 1000 * (offered.wait() - began)
    line.ask(hung_up.encode())
    return took
