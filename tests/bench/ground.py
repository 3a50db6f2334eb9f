"""Test bench: embedded servers as in production, and our programs started as an operator does."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import psutil
import psycopg
from psycopg import sql

from callcenter import embedded
from callcenter.cli.forked import Forked
from callcenter.cli.processes import WEB
from callcenter.settings import Settings, load
from callcenter.storage.database import migrate
from tests import template
from tests.waiting import PATIENCE

PROCESSES = 2
READY_SECONDS = 120
ACCOUNT, TOKEN = "AC" + "0" * 32, "token of the measures"
direct = build_opener(ProxyHandler({}))


class NotReady(Exception):
    """A program did not start: its last words."""


@dataclass
class Web:
    """A web server of ours (or a floor) that answers."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@dataclass
class Ground:
    data: Path
    urls: embedded.Urls
    model: str = ""  # the database at the newest migration that the others copy; made with the first of them

    def database(self, name: str) -> str:
        """The address of a new database at the newest migration."""
        if not self.model:
            self.model = "model"
            migrate(self._copy("template1", self.model))
        return self._copy(self.model, name)

    def _copy(self, model: str, name: str) -> str:
        names = {"name": sql.Identifier(name), "model": sql.Identifier(model)}
        with psycopg.connect(self.urls.database_url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(sql.SQL("create database {name} template {model}").format(**names))
        return self.urls.database_url.replace("/callcenter?", f"/{name}?", 1)

    def settings(self, database_url: str, *, port: int = 8000) -> Settings:
        address = {"bind": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"}
        servers = {"database_url": database_url, "redis_url": self.urls.redis_url}
        keys = {"twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN, "twilio_api_url": "http://127.0.0.1:9"}
        return load(**servers, **address, **keys, secret_key="the key of the measures", web_processes=PROCESSES)

    def environ(self, settings: Settings) -> dict[str, str]:
        told = {name.upper(): str(value) for name, value in settings.model_dump(exclude_none=True).items()}
        figures = Path(tempfile.mkdtemp(dir=self.data, prefix="figures-"))
        return {**os.environ, **told, "PROMETHEUS_MULTIPROC_DIR": str(figures)}

    @contextmanager
    def web(self, database_url: str, *, application: str = "", arguments: tuple[str, ...] = ()) -> Iterator[Web]:
        """As `callcenter serve` starts it; with `application`, a floor's under the very same settings."""
        port = free_port()
        environ = self.environ(self.settings(database_url, port=port))
        command = [*WEB, *arguments, *([application] if application else [])]
        with self.program(*command, environ=environ) as process:
            web = Web(port, process)
            _wait_for(web, "/floor" if application else "/healthz", process, self.data / "programs.log")
            yield web

    @contextmanager
    def clock(self, settings: Settings) -> Iterator[None]:
        process = Forked("workers.clock", self.data / "programs.log", self.environ(settings))
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)

    @contextmanager
    def program(self, *command: str, environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
        """`python -m …`, with captured output; stopped at the end."""
        with (self.data / "programs.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


@contextmanager
def ground(*, is_copied: bool = False) -> Iterator[Ground]:
    """PostgreSQL that writes every commit down, and Redis, in a folder of their own that goes at the end.

    The tests' cluster, copied, saves making one: where nothing is measured in earnest.
    """
    data = Path(tempfile.mkdtemp(prefix="callcenter-bench-"))
    data.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, data, ignore_errors=True)
        if is_copied:
            template.lay(data)
        urls = stack.enter_context(embedded.servers(data))
        yield Ground(data, urls, template.EMPTY if is_copied else "")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(web: Web, path: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with direct.open(web.url + path, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise NotReady("\n".join(log.read_text(errors="replace").splitlines()[-20:]))


def facts(data: Path) -> str:
    """What the figures were taken on, in a line."""
    memory = psutil.virtual_memory().total / 2**30
    parts = sorted(psutil.disk_partitions(all=True), key=lambda part: len(part.mountpoint), reverse=True)
    disk = next((part.fstype for part in parts if data.is_relative_to(part.mountpoint)), "?")
    load = os.getloadavg()[0]
    return (
        f"{psutil.cpu_count()} cores, {memory:.0f} GB, {sys.platform}, Python {sys.version.split()[0]}, "
        f"data on {disk}, a synced write {synced_write(data):.2f} ms, load {load:.1f} at the end; "
        f"{PROCESSES} web processes, fsync on"
    )


def synced_write(data: Path) -> float:
    """Milliseconds of writing a page and waiting until the disk has it, the median."""
    took = []
    with (data / "synced").open("wb") as file:
        for _ in range(50):
            began = time.perf_counter()
            file.write(b"x" * 8192)
            file.flush()
            os.fsync(file.fileno())
            took.append(1000 * (time.perf_counter() - began))
    return sorted(took)[25]
