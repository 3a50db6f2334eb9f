"""Twilio's side of the load, in a separate process: sends prepared requests.

Orders come on standard input, one JSON object a line; results go out the same way. It only counts, to stay cheap."""

import json
import socket
import sys
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

TIMEOUT = 30


@dataclass
class Tally:
    """When each request began (on the clock that all processes here share), its milliseconds, and how often which status came."""

    began: list[float]
    milliseconds: list[float]
    statuses: Counter[str] = field(default_factory=Counter)


class Line:
    """One persistent connection, reopened when the server closes it."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection(self._address, timeout=TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> str:
        """The status of the answer, its body read to the end."""
        try:
            self._socket.sendall(request)
            head, body = self._head()
        except ConnectionError:
            self._open()
            self._socket.sendall(request)
            head, body = self._head()
        status, _, headers = head.partition(b"\r\n")
        told = dict(line.lower().split(b":", 1) for line in headers.split(b"\r\n") if b":" in line)
        missing = int(told.get(b"content-length", b"0")) - len(body)
        while missing > 0:
            missing -= len(self._receive())
        if b"close" in told.get(b"connection", b""):
            self._socket.close()
            self._open()
        return status.split()[1].decode()

    def _head(self) -> tuple[bytes, bytes]:
        got = self._receive()
        while b"\r\n\r\n" not in got:
            got += self._receive()
        head, _, body = got.partition(b"\r\n\r\n")
        return head, body

    def _receive(self) -> bytes:
        got = self._socket.recv(65536)
        if not got:
            raise ConnectionResetError
        return got

    def close(self) -> None:
        self._socket.close()


def carry_out(order: dict[str, Any]) -> dict[str, object]:
    """{"port", "callers", "requests": [text], "at": [seconds from now] or []} -> {"seconds", "began", "milliseconds", "statuses"}."""
    requests = [text.encode("latin-1") for text in order["requests"]]
    tally = Tally([0.0] * len(requests), [0.0] * len(requests))
    lines = [Line("127.0.0.1", order["port"]) for _ in range(order["callers"])]
    began = time.monotonic()
    due = [began + seconds for seconds in order["at"]] or [began] * len(requests)
    waiting = deque(enumerate(zip(due, requests, strict=True)))
    threads = [threading.Thread(target=_call, args=(line, waiting, tally)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    took = time.monotonic() - began
    for line in lines:
        line.close()
    return {"seconds": took, "began": tally.began, "milliseconds": tally.milliseconds, "statuses": dict(tally.statuses)}


def _call(line: Line, waiting: deque[tuple[int, tuple[float, bytes]]], tally: Tally) -> None:
    while waiting:
        try:
            number, (at, request) = waiting.popleft()
        except IndexError:
            return
        if (early := at - time.monotonic()) > 0:
            time.sleep(early)
        tally.began[number] = time.monotonic()
        status = line.ask(request)
        tally.milliseconds[number] = 1000 * (time.monotonic() - tally.began[number])
        tally.statuses[status] += 1


def main() -> None:
    for order in sys.stdin:
        print(json.dumps(carry_out(json.loads(order))), flush=True)


if __name__ == "__main__":
    main()
