"""Our programs for tests: preloaded by a process that forks each of them, so that starts are instant.

Imports are shared with the fork server of `multiprocessing`; the web is gunicorn's, which does the same."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import psutil

from callcenter.cli.forked import FORKING, fork
from callcenter.cli.processes import WEB
from callcenter.settings import Settings

WORKER, LONG_WORKER, CLOCK = "workers.__main__", "workers.long", "workers.clock"
BACKGROUND = (WORKER, LONG_WORKER, CLOCK)
SIMULATOR = "callcenter.simulator.__main__"
JOBS = (
    "workers.calls",
    "workers.messages",
    "workers.surveys",
    "workers.empowerment",
    "workers.replays",
    "workers.what_ifs",
)
ENDS_WITHIN, ANSWERS_WITHIN = 10.0, 60.0
direct = build_opener(ProxyHandler({}))
# One server forks for all tests of a process, so one list says what it loads.
FORKING.set_forkserver_preload(
    [*BACKGROUND, *JOBS, SIMULATOR, "tests.journeys.drill_router", "tests.journeys.drill_post"]
)


class Programs:
    """What runs, each with its log in `logs`."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self._environment = dict(environment)
        self._logs = logs
        self._forked: list[ForkServerProcess] = []
        self._web: subprocess.Popen[bytes] | None = None

    def fork(self, *modules: str) -> None:
        """Each module's `main`, in a process of its own."""
        self._forked += [fork(module, self._environment, self._logs / f"{module}.log") for module in modules]

    def kill(self, *modules: str) -> None:
        """As the machine's end would: what is lost by that is a fault of ours."""
        for process in [each for each in self._forked if each.name in modules]:
            kill(process)
            self._forked.remove(process)

    def start_web(self) -> None:
        with (self._logs / "web.log").open("ab") as log:
            self._web = subprocess.Popen(
                [sys.executable, "-m", *WEB], env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def kill_web(self) -> None:
        """The processes that answer, all at once; gunicorn forks new ones."""
        for process in self._master().children():
            process.kill()

    @contextmanager
    def web_away(self) -> Iterator[None]:
        """All processes that answer are killed, and none comes back while the block runs."""
        master = self._master()
        master.suspend()
        self.kill_web()
        try:
            yield
        finally:
            master.resume()

    def _master(self) -> psutil.Process:
        assert self._web is not None
        return psutil.Process(self._web.pid)

    def wait_for(self, url: str) -> None:
        """Until it answers 200; AssertionError with the ends of all logs where it does not."""
        deadline = time.monotonic() + ANSWERS_WITHIN
        while time.monotonic() < deadline:
            try:
                with direct.open(url, timeout=2):
                    return
            except (URLError, OSError):
                time.sleep(0.05)
        raise AssertionError(f"{url} does not answer\n{self.last_words()}")

    def last_words(self) -> str:
        logs = sorted(self._logs.glob("*.log"))
        return "\n".join(f"{log.name}:\n{log.read_text(errors='replace')[-2000:]}" for log in logs)

    def end(self) -> None:
        self.kill(*(process.name for process in list(self._forked)))
        if self._web is not None:
            self._web.kill()
            for process in psutil.process_iter(["ppid"]):
                if process.info["ppid"] == self._web.pid:
                    process.kill()
            self._web.wait(ENDS_WITHIN)


def kill(process: ForkServerProcess) -> None:
    """With what it forked itself: RQ's long worker does so for each job."""
    with suppress(psutil.NoSuchProcess):
        for each in psutil.Process(process.pid).children(recursive=True):
            each.kill()
    process.kill()
    process.join(ENDS_WITHIN)


def environment_of(settings: Settings, **more: str) -> dict[str, str]:
    """The environment by which a program gets these settings."""
    values = settings.model_dump(exclude_none=True)
    return {**os.environ, **{name.upper(): str(value) for name, value in values.items()}, **more}
