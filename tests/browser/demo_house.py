"""The whole house as a newcomer starts it, `callcenter demo`, on free ports and in a folder of its own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from sqlalchemy import create_engine, text

from callcenter.embedded.postgres_server import PostgresServer

READY_WITHIN = 120
PATIENCE = 45_000  # milliseconds, for what a page should show


@dataclass
class House:
    """Where the running house is, and everybody who looks at it."""

    web: str
    phone: str
    process: subprocess.Popen[str]
    log: Path
    data: Path
    complaints: list[str] = field(default_factory=list)

    def look(self, browser: Browser, *, locale: str = "en-US", width: int = 1440, height: int = 900) -> Page:
        """A fresh browser context with one page; what its console complains of is kept."""
        context = browser.new_context(
            locale=locale, viewport={"width": width, "height": height}, timezone_id="America/Los_Angeles"
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _expected(message.text):
            self.complaints.append(message.text)

    def write(self, statement: str, **values: object) -> None:
        """Straight into the house's own database: what no page can set up yet."""
        engine = create_engine(PostgresServer(self.data).url)
        with engine.begin() as connection:
            connection.execute(text(statement), values)
        engine.dispose()

    def sign_in(self, page: Page, name: str, *, path: str = "/") -> None:
        """Until the page behind it is ready: a key pressed sooner would be lost."""
        page.goto(f"{self.web}{path}")
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=password]").fill("harbor-demo")
        page.locator("form button[type=submit]").click()
        expect(page.locator("body[data-ready]:not(:has(input[name=password]))")).to_be_attached(timeout=PATIENCE)


def _expected(complaint: str) -> bool:
    """Refusals that a test provokes are told by the browser as failed resources."""
    return bool(re.search(r"status of (401|403|404|409|422)", complaint))


@contextmanager
def demo(**environment: str) -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="callcenter-demo-"))
    folder.chmod(0o755)
    web, phone = (f"127.0.0.1:{port}" for port in _free_ports(2))
    log = folder / "demo.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("callcenter")), "demo"],
            env=_environment(CALLCENTER_DATA=str(folder / "data"), BIND=web, SIMULATOR_BIND=phone, **environment),
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    house = House(f"http://{web}", f"http://{phone}", process, log, folder / "data")
    try:
        _wait_until_open(house)
        yield house
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        shutil.rmtree(folder)


def _environment(**ours: str) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_URL", "REDIS_URL", "TWILIO_"))}
    return {**inherited, "SIMULATOR_SPEED": "6", "WEB_PROCESSES": "2", **ours}


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _wait_until_open(house: House) -> None:
    until = time.monotonic() + READY_WITHIN
    while "Ctrl-C stops everything" not in house.log.read_text():
        if house.process.poll() is not None or time.monotonic() > until:
            raise AssertionError(f"the demo did not open:\n{house.log.read_text()}")
        time.sleep(0.2)


def contexts(*pages: Page) -> list[BrowserContext]:
    return [page.context for page in pages]
