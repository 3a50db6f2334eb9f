"""Publishes events to listening pages: one queue per listener, fed by topic. Keeps no history."""

import queue
import threading
from collections import defaultdict
from typing import Any

Event = dict[str, Any]
Subscription = queue.SimpleQueue[Event | None]


class Hub:
    """Topics are `call:<sid>`, `number:<E.164>` and `faults`. None on a queue means the simulator is closing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[str, set[Subscription]] = defaultdict(set)

    def listen(self, *topics: str) -> Subscription:
        line: Subscription = queue.SimpleQueue()
        with self._lock:
            for topic in topics:
                self._lines[topic].add(line)
        return line

    def leave(self, line: Subscription) -> None:
        with self._lock:
            for topic in [name for name, lines in self._lines.items() if line in lines]:
                self._lines[topic].discard(line)
                if not self._lines[topic]:
                    del self._lines[topic]

    def publish(self, topics: list[str], event: Event) -> None:
        with self._lock:
            lines = {line for topic in topics for line in self._lines.get(topic, ())}
        for line in lines:
            line.put(event)

    def close(self) -> None:
        with self._lock:
            lines = {line for some in self._lines.values() for line in some}
        for line in lines:
            line.put(None)
