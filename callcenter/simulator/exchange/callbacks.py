"""Status callbacks in the background, in order per call, conference or message."""

import queue
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from callcenter.simulator.exchange import webhooks
from callcenter.simulator.exchange.webhooks import WebhookRequest, WebhookResponse

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier
    from callcenter.simulator.faults import Fault

WORKERS = 24
REORDER_PATIENCE = 2.0


class StatusCallbacks:
    """`send` returns at once; `fetch` waits for the answer, for requests that expect TwiML."""

    def __init__(self, carrier: "Carrier") -> None:
        self._carrier = carrier
        self._lock = threading.Condition()
        self._lines: dict[str, deque[WebhookRequest]] = defaultdict(deque)
        self._busy: set[str] = set()
        self._held: dict[str, WebhookRequest] = {}
        self._work: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._under_way = 0
        self._threads: list[threading.Thread] = []

    def send(self, key: str, request: WebhookRequest) -> None:
        """Queue one callback behind earlier ones of the same key."""
        if not request.url:
            return
        with self._lock:
            self._start()
            self._under_way += 1
            self._lines[key].append(request)
            if key not in self._busy:
                self._busy.add(key)
                self._work.put(key)

    def fetch(self, request: WebhookRequest) -> WebhookResponse:
        """Send a request and return its answer, subject to injected faults."""
        with self._counted():
            faults = {fault.kind: fault for fault in self._faults(request)}
            self._pause("delay", faults)
            if "drop" in faults:
                return WebhookResponse(error=webhooks.CONNECTION_FAILED, url=request.url)
            token = webhooks.new_token()
            if "parallel" in faults:
                self.later(lambda: self._send(request, token, faults))
            answer = self._send(request, token, faults)
            if "duplicate" in faults:
                self.later(lambda: self._send(request, token, faults))
            if "lost-answer" in faults:
                return WebhookResponse(error=webhooks.RETRIEVAL_FAILED, url=request.url)
            return answer

    def is_settled(self, seconds: float) -> bool:
        """Wait until nothing is in flight; False after `seconds`."""
        with self._lock:
            return self._lock.wait_for(lambda: self._under_way == 0, timeout=seconds)

    def close(self) -> None:
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join(timeout=2)

    def _start(self) -> None:
        while len(self._threads) < WORKERS:
            thread = threading.Thread(target=self._serve, name="callbacks", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self) -> None:
        while (key := self._work.get()) is not None:
            with self._lock:
                request = self._lines[key].popleft()
            self._handle(key, request)
            with self._lock:
                self._under_way -= 1
                self._lock.notify_all()
                # One worker per key at a time keeps the order.
                if self._lines[key]:
                    self._work.put(key)
                else:
                    del self._lines[key]
                    self._busy.discard(key)

    def _handle(self, key: str, request: WebhookRequest) -> None:
        faults = {fault.kind: fault for fault in self._faults(request)}
        token = webhooks.new_token()
        if "drop" in faults:
            return
        if "reorder" in faults and key not in self._held:
            self._hold(key, request)
            return
        if "delay" in faults:
            self.later(lambda: self._send(request, token, faults), after=faults["delay"].seconds)
            return
        if "parallel" in faults:
            self.later(lambda: self._send(request, token, faults))
        self._send(request, token, faults)
        if "duplicate" in faults:
            self._send(request, token, faults)
        self._release(key)

    def _hold(self, key: str, request: WebhookRequest) -> None:
        """Hold back until the next callback of this key is sent, at most REORDER_PATIENCE seconds."""
        self._held[key] = request

        def give_up() -> None:
            if self._held.get(key) is request:
                self._release(key)

        self.later(give_up, after=REORDER_PATIENCE)

    def _release(self, key: str) -> None:
        held = self._held.pop(key, None)
        if held:
            self._send(held, webhooks.new_token(), {})

    def _faults(self, request: WebhookRequest) -> "list[Fault]":
        path = urlsplit(request.url).path
        return self._carrier.faults.of_webhook(path=path, event=request.event, params=request.params)

    def _send(self, request: WebhookRequest, token: str, faults: "dict[str, Fault]") -> WebhookResponse:
        if self._carrier.faults.slow_network:
            self._carrier.closing.wait(self._carrier.faults.slow_network)
        signature = "none" if "unsigned" in faults else "forged" if "forged" in faults else "right"
        return webhooks.send(self._carrier, request, token=token, signature=signature)

    def _pause(self, kind: str, faults: "dict[str, Fault]") -> None:
        if kind in faults:
            self._carrier.closing.wait(faults[kind].seconds)

    def later(self, act: Callable[[], object], after: float = 0.0) -> None:
        """Run `act` in its own thread after real seconds; counts as in flight."""

        def run() -> None:
            if not (after and self._carrier.closing.wait(after)):
                act()
            self._count(-1)

        self._count(1)
        threading.Thread(target=run, name="callback-later", daemon=True).start()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, step: int) -> None:
        with self._lock:
            self._under_way += step
            self._lock.notify_all()
