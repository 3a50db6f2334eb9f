"""python -m callcenter.simulator.traffic --rate N: customers arrive at random, call, text and answer surveys."""

import argparse
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from callcenter.simulator.crowd import caller, sayings
from callcenter.simulator.crowd.caller import CrowdCustomer
from callcenter.simulator.crowd.line import ControlClient, Gone

TEXTING = 0.2
RUDE = 0.04
STRANGERS = 0.1
ANSWERING_SURVEYS = 0.6
LOOK_EVERY = 3.0
SURVEYS_KEPT = 5000


@dataclass
class Crowd:
    """The same seed gives the same people at the same times. `rate` is callers a minute."""

    line: ControlClient
    rate: float
    seed: int = 0
    most: int = 60
    people: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._known: dict[str, CrowdCustomer] = {}
        self._asked: set[str] = set()
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()

    def run(self, minutes: float | None, to: str) -> None:
        self.people = [p for p in self.line.ask("GET", "/control/people") if not p["identity"]]
        end = None if minutes is None else time.monotonic() + minutes * 60 / self.line.pace
        self._start("look after surveys and calls", self._look_after, to)
        try:
            while end is None or time.monotonic() < end:
                self.line.pause(self._random.expovariate(self.rate / 60))
                self._arrive(to)
        except (Gone, KeyboardInterrupt):
            pass
        self.line.stopping.set()
        for thread in list(self._threads):
            thread.join(timeout=5)

    def _arrive(self, to: str) -> None:
        customer = self._somebody()
        with self._lock:
            is_crowded = len(self._threads) > self.most
        if is_crowded:
            self.counts["turned away"] += 1
        elif self._random.random() < TEXTING and customer.number.startswith("+"):
            self._start("texted", caller.text, self.line, customer, to)
        else:
            self._start("called", caller.call, self.line, customer, to)

    def _somebody(self) -> CrowdCustomer:
        if not self.people or self._random.random() < STRANGERS:
            number = f"+1650555{self._random.randrange(200, 9999):04d}"
            return self._customer(number, "", self._random.choice(("en", "en", "zh")))
        person = self._random.choice(self.people)
        return self._customer(person["number"], person["name"], person["language"])

    def _customer(self, number: str, name: str, language: str) -> CrowdCustomer:
        with self._lock:
            if number not in self._known:
                is_rude = self._random.random() < RUDE
                own = Random(self._random.getrandbits(64))
                self._known[number] = CrowdCustomer(name, number, language, is_rude, own)
            return self._known[number]

    def _start(self, deed: str, act: Callable[..., None], *arguments: object) -> None:
        def live() -> None:
            try:
                act(*arguments)
            except Gone:
                self.counts["cut short"] += 1
            finally:
                with self._lock:
                    self._threads.discard(threading.current_thread())

        self.counts[deed] += 1
        thread = threading.Thread(target=live, name=deed, daemon=True)
        with self._lock:
            self._threads.add(thread)
        thread.start()

    def _look_after(self, to: str) -> None:
        """Answer texted surveys and ringing telephones."""
        # Surveys of an earlier run stay unanswered.
        self._asked.update(message["sid"] for message in self._surveys())
        answered: set[str] = set()
        while True:
            self.line.pause(LOOK_EVERY)
            for message in self._surveys():
                if message["sid"] not in self._asked and len(self._asked) < SURVEYS_KEPT:
                    self._asked.add(message["sid"])
                    self._start("was asked", self._answer_survey, message, to)
            for call in self.line.ringing():
                if call["sid"] not in answered and call["to"] in self._known:
                    answered.add(call["sid"])
                    self._start("was called", caller.answer, self.line, self._known[call["to"]], call["sid"])

    def _surveys(self) -> list[dict[str, Any]]:
        found = self.line.ask("GET", "/control/messages?limit=500")
        return [m for m in found if m["direction"] != "inbound" and sayings.is_survey(m["body"])]

    def _answer_survey(self, message: dict[str, Any], to: str) -> None:
        language = sayings.language_of(message["body"])
        customer = self._customer(message["to"], "", language)
        if customer.random.random() > ANSWERING_SURVEYS:
            return
        self.line.pause(customer.random.uniform(5, 60))
        words = sayings.answer_to_survey(customer.random, language, is_rude=customer.is_rude, waited=customer.waited)
        self.line.text(customer.number, message["from"] or to, words)
        self.counts["answered a survey"] += 1


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="demo-traffic", description="Lifelike customers for a running demo.")
    parser.add_argument("--rate", type=float, default=6.0, help="callers a minute (default 6)")
    parser.add_argument("--minutes", type=float, help="stop after so long; else with Ctrl-C")
    parser.add_argument("--simulator", default="http://127.0.0.1:8100", help="where the simulator listens")
    parser.add_argument("--to", default="", help="the number they dial (default: the company's first)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed brings the same people")
    parser.add_argument("--pace", type=float, default=1.0, help="10 lets people live ten times as fast")
    parser.add_argument("--most", type=int, default=60, help="so many of them at once (default 60)")
    asked = parser.parse_args(arguments)
    crowd = Crowd(ControlClient(asked.simulator.rstrip("/"), asked.pace), asked.rate, asked.seed, asked.most)
    try:
        to = asked.to or str(crowd.line.ask("GET", "/healthz")["numbers"][0])
        crowd.run(asked.minutes, to)
    except Gone as gone:
        print(f"The simulator does not answer at {asked.simulator}: {gone}", file=sys.stderr)
        return 1
    print(", ".join(f"{count} {deed}" for deed, count in sorted(crowd.counts.items())))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
