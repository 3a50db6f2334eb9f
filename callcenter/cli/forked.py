"""Programs forked from one process with preloaded modules: five starts cost one, and share memory."""

import importlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

FORKING = get_context("forkserver")
SHOWN_LETTERS = 15  # of a process's name, in Linux


def load(modules: Sequence[str]) -> None:
    """Starts preloading in the background. Idempotent."""
    FORKING.set_forkserver_preload(list(modules))
    forkserver.ensure_running()


def fork(module: str, environment: Mapping[str, str], log: Path) -> ForkServerProcess:
    """`python -m module` in this environment and its own session, output appended to `log`."""
    process = FORKING.Process(target=_become, args=(module, dict(environment), str(log)), name=module, daemon=True)
    process.start()
    return process


class Forked:
    """The methods of `subprocess.Popen` that `Child` needs."""

    def __init__(self, module: str, log: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._process = fork(module, environment, log)
        self.pid: int = self._process.pid or 0

    def poll(self) -> int | None:
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            # The same error as Popen's.
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self._process.exitcode


def _become(module: str, environment: dict[str, str], log: str) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    with open(log, "ab") as out:  # noqa: PTH123  its number is what counts
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    _show_name(module.removesuffix(".__main__"))
    raise SystemExit(importlib.import_module(module).main())


def _show_name(name: str) -> None:
    # The name in `ps` and `top` (Linux); all forks would have the same one.
    process_name = Path("/proc/self/comm")
    if process_name.exists():
        process_name.write_text(name[-SHOWN_LETTERS:])
