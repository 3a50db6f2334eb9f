"""Many browsers in a separate process: each with a socket, a heartbeat, and a record of what it received.

Orders come on standard input, one JSON object a line; results go out the same way."""

# ruff: noqa: E402
from gevent import monkey

monkey.patch_all()

import json
import sys
import time
from collections import Counter
from typing import Any

import gevent
import socketio
from gevent.pool import Pool

HEARTBEAT = 10.0
AT_ONCE = 20
PATIENCE = 30


class Browser:
    """One agent or wallboard. Pushed and caught-up events are recorded separately and must agree in the end."""

    def __init__(self, *, token: str, agent_id: int, wallboard: bool) -> None:
        self.token, self.agent_id, self.wallboard = token, agent_id, wallboard
        self.line = socketio.Client(reconnection=False)
        self.line.on("*", self.hear)
        self.pushed: list[tuple[int, str]] = []
        self.told: list[tuple[int, str]] = []
        self.offers: list[tuple[int, float]] = []
        self.boards = 0
        self.resets = 0
        self.unanswered = 0
        self.sequence: int | None = None

    def connect(self, url: str) -> None:
        auth = {"token": self.token} if self.token else None
        self.line.connect(url, auth=auth, transports=["websocket"], wait_timeout=PATIENCE)

    def begin(self) -> None:
        if self.wallboard:
            self.line.call("watch_wallboard", timeout=PATIENCE)
        self.catch_up()

    def hear(self, name: str, data: dict[str, Any] | None = None) -> None:
        if name == "wallboard":
            self.boards += 1
        elif data is not None and "sequence" in data:
            self.pushed.append((data["sequence"], name))
            if name == "offer.made":
                self.offers.append((data["offer_id"], time.monotonic()))

    def catch_up(self) -> None:
        answer = self.line.call("catch_up", {"after": self.sequence}, timeout=PATIENCE)
        self.resets += bool(answer["reset"])
        self.told += [(event["sequence"], event["name"]) for event in answer["events"]]
        self.sequence = answer["sequence"]

    def try_to_catch_up(self) -> None:
        """A heartbeat that is not answered in time is counted; the next one asks from the same place."""
        try:
            self.catch_up()
        except socketio.exceptions.TimeoutError:
            self.unanswered += 1

    def live(self, *, first_in: float) -> None:
        gevent.sleep(first_in)
        while True:
            self.try_to_catch_up()
            gevent.sleep(HEARTBEAT)


class Crowd:
    def __init__(self) -> None:
        self.browsers: list[Browser] = []
        self._lives: list[gevent.Greenlet] = []

    def connect(self, order: dict[str, Any]) -> dict[str, Any]:
        """{"url", "browsers": [{"token", "agent_id", "wallboard"}]} -> {"seconds"}: how long until all were connected."""
        self.browsers = [Browser(**one) for one in order["browsers"]]
        began = time.monotonic()
        pool = Pool(AT_ONCE)
        for browser in self.browsers:
            pool.spawn(browser.connect, order["url"])
        pool.join(raise_error=True)
        return {"seconds": time.monotonic() - began}

    def live(self, _order: dict[str, Any]) -> dict[str, Any]:
        """From now on each keeps its heartbeat, the crowd spread over its period."""
        for browser in self.browsers:
            browser.begin()
        share = HEARTBEAT / max(1, len(self.browsers))
        self._lives = [gevent.spawn(one.live, first_in=share * place) for place, one in enumerate(self.browsers)]
        return {}

    def report(self, _order: dict[str, Any]) -> dict[str, Any]:
        """After a final catch-up: events lost, duplicated or never returned, over all; and who received which offer
        when."""
        dead = [str(life.exception) for life in self._lives if life.exception]
        gevent.killall(self._lives)
        for browser in self.browsers:
            browser.try_to_catch_up()
        gevent.sleep(0.5)
        pushed = [Counter(one.pushed) for one in self.browsers]
        told = [Counter(one.told) for one in self.browsers]
        return {
            "pushed": sum(one.total() for one in pushed),
            "lost": sum((b - a).total() for a, b in zip(pushed, told, strict=True)),
            "not_told": sum((a - b).total() for a, b in zip(pushed, told, strict=True)),
            "resets": sum(one.resets for one in self.browsers),
            "cut_off": sum(not one.line.connected for one in self.browsers) + len(dead),
            "unanswered": sum(one.unanswered for one in self.browsers),
            "boards": [one.boards for one in self.browsers if one.wallboard],
            "offers": {one.agent_id: one.offers for one in self.browsers if not one.wallboard},
        }

    def leave(self, _order: dict[str, Any]) -> dict[str, Any]:
        gevent.joinall([gevent.spawn(one.line.disconnect) for one in self.browsers], timeout=PATIENCE)
        self.browsers = []
        return {}


def main() -> None:
    crowd = Crowd()
    while line := gevent.get_hub().threadpool.apply(sys.stdin.readline):
        order = json.loads(line)
        print(json.dumps(getattr(crowd, order["do"])(order)), flush=True)


if __name__ == "__main__":
    main()
