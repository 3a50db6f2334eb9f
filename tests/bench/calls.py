"""Twilio's requests, signed and written in advance, and the process that sends them."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from tests.bench.fill import number_of
from tests.bench.ground import ACCOUNT, TOKEN, Web
from tests.bench.sizes import SEED

UNKNOWN = 0.1  # of the callers ring for the first time
PLACE = {
    f"{who}{what}": value
    for who in ("Called", "Caller", "From", "To")
    for what, value in (("City", "CHICAGO"), ("Country", "US"), ("State", "IL"), ("Zip", "60601"))
}
_sids = count(1)
_new_numbers = count(1)


@dataclass(frozen=True)
class Call:
    sid: str
    caller: str
    called: str

    def form(self, **more: str) -> dict[str, str]:
        ids = {"AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "CallSid": self.sid, "Direction": "inbound"}
        ends = {"From": self.caller, "Caller": self.caller, "To": self.called, "Called": self.called}
        return {**ids, **ends, **PLACE, "CallStatus": "ringing", **more}


@dataclass(frozen=True)
class Told:
    """What one order gave: seconds for all; of each, when it began (time.monotonic) and its milliseconds."""

    seconds: float
    began: list[float]
    milliseconds: list[float]
    statuses: dict[str, int]

    @property
    def a_second(self) -> float:
        return len(self.milliseconds) / self.seconds

    def all_well(self) -> "Told":
        refused = {status: n for status, n in self.statuses.items() if not status.startswith("2")}
        if refused:
            raise RuntimeError(f"requests failed: {refused}")
        return self


def some(number: int, *, customers: int, to: str) -> list[Call]:
    """Callers drawn from the known customers, and a few who ring for the first time."""
    draw = random.Random(SEED + next(_sids))
    made = []
    for _ in range(number):
        known = draw.random() >= UNKNOWN
        caller = number_of(draw.randint(1, customers)) if known else f"+1628{2_000_000 + next(_new_numbers):07d}"
        made.append(Call(sid=f"CA{next(_sids):032x}", caller=caller, called=to))
    return made


def incoming(web: Web, calls: Sequence[Call]) -> list[str]:
    return [request(web, "/webhooks/voice/incoming", call.form()) for call in calls]


def hung_up(web: Web, calls: Sequence[Call]) -> list[str]:
    return [request(web, "/webhooks/voice/status", call.form(CallStatus="completed")) for call in calls]


def request(web: Web, path: str, form: dict[str, str]) -> str:
    """A whole HTTP request, signed as Twilio signs."""
    body = urlencode(form)
    signature = RequestValidator(TOKEN).compute_signature(web.url + path, form)
    queue_heads = {
        "Host": f"127.0.0.1:{web.port}",
        "User-Agent": "TwilioProxy/1.1",
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "Content-Length": str(len(body)),
        "X-Twilio-Signature": signature,
        "Accept": "*/*",
    }
    return f"POST {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in queue_heads.items()) + f"\r\n{body}"


def get(web: Web, path: str, *, token: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{web.port}\r\nAuthorization: Bearer {token}\r\n\r\n"


class Company:
    """The process of `caller.py`."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def send(self, web: Web, requests: Sequence[str], *, callers: int) -> Told:
        """All of them, by so many callers at once, as fast as it goes."""
        self.begin(web, requests, callers=callers)
        return self.result()

    def begin(self, web: Web, requests: Sequence[str], *, callers: int, at: Sequence[float] = ()) -> None:
        """Start sending; with `at`, each so many seconds from now (in rising order)."""
        order = {"port": web.port, "callers": callers, "requests": requests, "at": at}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def result(self) -> Told:
        """Of what was begun; RuntimeError where an answer was no 2xx."""
        assert self._process.stdout is not None
        return Told(**json.loads(self._process.stdout.readline())).all_well()


@contextmanager
def company() -> Iterator[Company]:
    command = [sys.executable, "-m", "tests.bench.caller"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Company(process)
        assert process.stdin is not None
        process.stdin.close()
