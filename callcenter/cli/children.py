"""Child processes: start, watch, restart after a death, stop together."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import click
import psutil

from callcenter.cli.speech import CommandFailed

READY_SECONDS = 120
STOP_SECONDS = 25
MOST_DEATHS = 3  # of one child within DEATHS_WITHIN, before we give up
DEATHS_WITHIN = 60.0
TOLD_OF_LOG = 12

# Our own programs on this machine are never asked through a company's proxy.
direct = build_opener(ProxyHandler({}))


class Program(Protocol):
    """`subprocess.Popen`, or an object with the same methods."""

    pid: int

    def poll(self) -> int | None: ...
    def terminate(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


class Child:
    """A program started by `run`, with its own log and session."""

    # In its own session, Ctrl-C does not reach it: this process stops it.
    def __init__(self, name: str, run: Callable[[Path], Program], *, logs: Path, health: str | None = None) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        self.health = health
        self._run = run
        self._process: Program | None = None
        self._is_asked = False
        self._deaths: list[float] = []

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        self._is_asked = False
        self._process = self._run(self.log)

    def wait_until_ready(self) -> None:
        """CommandFailed, with the end of the log, after READY_SECONDS or a death."""
        deadline = time.monotonic() + READY_SECONDS
        while self.health and not _answers(self.health):
            if not self.is_running or time.monotonic() > deadline:
                raise CommandFailed(f"The {self.name} did not start. {self.last_words()}")
            time.sleep(0.1)

    def may_start_again(self) -> bool:
        """Record a death; False after more than MOST_DEATHS within DEATHS_WITHIN seconds."""
        now = time.monotonic()
        self._deaths = [at for at in self._deaths if now - at < DEATHS_WITHIN] + [now]
        return len(self._deaths) <= MOST_DEATHS

    def ask_to_stop(self) -> None:
        # Once only: a second signal makes a worker drop its job.
        if self._process is not None and not self._is_asked:
            self._is_asked = True
            self._process.terminate()

    def stop(self) -> None:
        """Terminate, then kill after STOP_SECONDS."""
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-TOLD_OF_LOG:]
        return f"The end of {self.log} says:\n  " + "\n  ".join(lines)


def executed(log: Path, *, command: Sequence[str]) -> Program:
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", *command], stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )


class Family:
    """All children, and a file of their pids for the next start."""

    def __init__(self, note: Path) -> None:
        self._note = note
        self._children: list[Child] = []

    def start(self, child: Child, *, ends_last: bool = False) -> None:
        child.log.write_bytes(b"")
        self._children.insert(0 if ends_last else len(self._children), child)
        child.start()
        self._write_down()

    def watch(self, *also: Callable[[], None]) -> None:
        """Restart dead children, call `also` every half second. Raises CommandFailed where a child dies too often."""
        while True:
            for child in self._children:
                if not child.is_running:
                    self._start_again(child)
            for look in also:
                look()
            time.sleep(0.5)

    def _start_again(self, child: Child) -> None:
        if not child.may_start_again():
            raise CommandFailed(f"The {child.name} keeps ending, so everything stops. {child.last_words()}")
        child.start()
        # Said once it is on the note: whoever kills us at this word leaves nobody whom the next start cannot find.
        self._write_down()
        click.echo(f"The {child.name} ended and is started again ({child.log} says why).", err=True)

    def stop(self) -> None:
        # The others may still be talking to the one that ends last.
        for child in self._children[1:]:
            child.ask_to_stop()
        while self._children:
            self._children.pop().stop()
        self._note.unlink(missing_ok=True)

    def _write_down(self) -> None:
        alive = [[child.pid, _born(child.pid)] for child in self._children if child.is_running]
        self._note.write_text(json.dumps(alive))

    def end_predecessors(self) -> None:
        """End the children that an earlier run left behind."""
        with suppress(OSError, ValueError):
            for pid, born in json.loads(self._note.read_text()):
                # A process of another age only reuses the pid.
                if _born(pid) == born:
                    _end(pid)
        self._note.unlink(missing_ok=True)


def _born(pid: int) -> float | None:
    with suppress(psutil.Error):
        return psutil.Process(pid).create_time()
    return None


def _end(pid: int) -> None:
    """Terminate, then kill the group. Returns when its ports are free."""
    with suppress(psutil.Error, ProcessLookupError):
        process = psutil.Process(pid)
        process.terminate()
        with suppress(psutil.TimeoutExpired):
            process.wait(STOP_SECONDS)
        for _ in range(50):
            os.killpg(pid, signal.SIGKILL)
            time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with direct.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@contextmanager
def until_signal() -> Iterator[None]:
    """Run the block until Ctrl-C, a closed terminal or `kill`; further signals are ignored."""
    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(*_: object) -> None:
        for kind in kinds:
            signal.signal(kind, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {kind: signal.signal(kind, interrupt) for kind in kinds}
    try:
        yield
    except KeyboardInterrupt:
        click.echo("")
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
