"""Our programs for the browser tests: loaded once by a process that forks each of them, so that a start takes no time.

What is imported, the workers and the simulator share with the server that forks them (`multiprocessing`'s own); the web is
gunicorn's, which does the same.
"""

import importlib
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import psutil

from callcenter.cli.processes import WEB

BACKGROUND = ("workers.__main__", "workers.long", "workers.clock")
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
_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload([*BACKGROUND, *JOBS, SIMULATOR, "tests.browser.programs"])
direct = build_opener(ProxyHandler({}))


class Programs:
    """What runs, each with its log in `logs`."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self._environment = dict(environment)
        self._logs = logs
        self._forked: list[BaseProcess] = []
        self._web: subprocess.Popen[bytes] | None = None

    def fork(self, *modules: str) -> None:
        """Each module's `main`, in a process of its own."""
        for module in modules:
            log = str(self._logs / f"{module}.log")
            process = _forking.Process(target=_become, args=(module, self._environment, log), name=module, daemon=True)
            process.start()
            self._forked.append(process)

    def kill(self, *modules: str) -> None:
        """As the machine's end would: what is lost by that is a fault of ours."""
        for process in [each for each in self._forked if each.name in modules]:
            process.kill()
            process.join(ENDS_WITHIN)
            self._forked.remove(process)

    def start_web(self) -> None:
        with (self._logs / "web.log").open("ab") as log:
            self._web = subprocess.Popen(
                [sys.executable, "-m", *WEB], env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def kill_web(self) -> None:
        """The processes that answer, all at once; gunicorn forks new ones."""
        assert self._web is not None
        for process in psutil.Process(self._web.pid).children():
            process.kill()

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


def _become(module: str, environment: dict[str, str], log: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with open(log, "ab") as out:  # noqa: PTH123  its number is what counts
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    importlib.import_module(module).main()
