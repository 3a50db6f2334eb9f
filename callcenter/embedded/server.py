"""A server as a child process: start, stop, kill, and restart after a crash."""

import errno
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, ClassVar

import psutil

from callcenter.embedded import place
from callcenter.embedded.errors import EmbeddedError
from callcenter.embedded.owner import MYSELF, Owner

START_SECONDS = 60
STOP_SECONDS = 30
LEFTOVER_SECONDS = 10  # for a killed server's child processes to end
FREE_BYTES = 200 * 1024 * 1024
LONGEST_SOCKET_PATH = 90  # the operating system allows 103 on macOS, 107 on Linux


class EmbeddedServer:
    """Base of both servers. A subclass defines preparation, command and readiness check."""

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]
    pid_file: ClassVar[str]

    def __init__(self, data: Path, owner: Owner = MYSELF) -> None:
        self.owner = owner
        self.folder = data.absolute() / self.name.lower()
        self.log = data.absolute() / f"{self.name.lower()}.log"
        self.sockets = _sockets_folder(self.folder)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        raise NotImplementedError

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Return once the server answers. Raises EmbeddedError. No-op if it runs."""
        deadline = time.monotonic() + LEFTOVER_SECONDS
        while self.pid is None:
            self._launch()
            if self._comes_up():
                return
            if not self.leftover() or time.monotonic() > deadline:
                raise EmbeddedError(self.explanation())
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop cleanly; kill after STOP_SECONDS."""
        if self._process is None:
            return
        self._signal(self.stop_signal)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        if self._process is not None:
            # Like a crash, for tests.
            self._signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    @contextmanager
    def running(self) -> Iterator["EmbeddedServer"]:
        """Lock the data, stop an orphaned server, start; stop at the end."""
        place.make(self.folder.parent)
        with self._claimed():
            self._end_predecessor()
            self.prepare()
            try:
                self.start()
                yield self
            finally:
                self.stop()
                if self.sockets.parent != self.folder.parent:  # the short path outside the data folder
                    shutil.rmtree(self.sockets, ignore_errors=True)

    def prepare(self) -> None:
        """Make the folders; subclasses add to it. Raises EmbeddedError if the disk is full."""
        if self._free() < FREE_BYTES:
            raise EmbeddedError(self._disk_full())
        for folder in (self.folder, self.sockets):
            place.make_private(folder, self.owner)

    def command(self) -> list[str]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError

    def leftover(self) -> bool:
        """Whether only a killed server's child processes prevented the start."""
        return False

    def explanation(self) -> str:
        log_end = self.log.read_text(errors="replace")[-4000:]
        if os.strerror(errno.ENOSPC) in log_end or self._free() < FREE_BYTES:  # a full disk may cut the log short
            return self._disk_full()
        last = "\n  ".join(log_end.splitlines()[-8:])
        return f"{self.name} did not start. The end of {self.log} says:\n  {last}"

    def _free(self) -> int:
        return shutil.disk_usage(self.folder.parent).free

    def _disk_full(self) -> str:
        return (
            f"The disk is full: {self.name} keeps its data in {self.folder} and needs 200 MB free. "
            "Free some space, or set CALLCENTER_DATA to a folder on another disk."
        )

    def _launch(self) -> None:
        with self.log.open("wb") as log:
            self._process = self.owner.popen(self.command(), cwd=self.folder, log=log)

    def _comes_up(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while self.pid is not None:
            if self.is_ready():
                return True
            if time.monotonic() > deadline:
                self.kill()
            time.sleep(0.02)
        return False

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    @contextmanager
    def _claimed(self) -> Iterator[None]:
        # One process per data folder. The kernel releases the lock when the process ends.
        with (self.folder.parent / f"{self.name.lower()}.lock").open("w") as lock:
            if not _locked(lock):
                raise EmbeddedError(
                    f"Another contact centre is running on {self.folder.parent}. Stop it first, "
                    "or set CALLCENTER_DATA to another folder to run a second one."
                )
            yield

    def _end_predecessor(self) -> None:
        """The lock is held here, so a server that still runs on this data is an orphan."""
        process = _process_of(self.folder / self.pid_file)
        if process is None or not self._is_ours(process):
            return
        with suppress(psutil.NoSuchProcess):
            process.send_signal(self.stop_signal)
        try:
            process.wait(STOP_SECONDS)
        except psutil.TimeoutExpired:
            raise EmbeddedError(
                f"{self.name} of an earlier run (process {process.pid}) does not stop. End it: kill {process.pid}"
            ) from None

    def _is_ours(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            return str(self.folder) in " ".join(process.cmdline()) or process.cwd() == str(self.folder)
        return False


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _process_of(pid_file: Path) -> psutil.Process | None:
    with suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return psutil.Process(int(pid_file.read_text().split()[0]))
    return None


def _sockets_folder(folder: Path) -> Path:
    """Next to the data; if too long for a Unix socket, a short, stable path."""
    beside = folder.with_name(f"{folder.name}-socket")
    if len(str(beside)) <= LONGEST_SOCKET_PATH:
        return beside
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"callcenter-{os.getuid()}-{digest}"
