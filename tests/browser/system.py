"""The whole system on this machine for browser tests: started once per process, reset for each module."""

import json
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request

import redis
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from sqlalchemy import create_engine, text

from callcenter import demo, embedded
from callcenter.cli import twilio
from callcenter.demo import personas
from callcenter.settings import load
from callcenter.telephony.account import split
from tests import template
from tests.programs import BACKGROUND, SIMULATOR, Programs, direct
from tests.waiting import PATIENCE

SHOWN = 1000 * PATIENCE  # milliseconds, for what a page should show
DATABASE = "system"


@dataclass
class System:
    """Where it is, and what the consoles of all its pages complained of."""

    web: str
    phone: str
    database_url: str
    programs: Programs
    complaints: list[str] = field(default_factory=list)

    def look(self, browser: Browser, *, locale: str = "en-US", width: int = 1440, height: int = 900) -> Page:
        """A fresh browser context with one page; console errors are recorded."""
        context = browser.new_context(
            locale=locale, viewport={"width": width, "height": height}, timezone_id="America/Los_Angeles"
        )
        context.set_default_timeout(SHOWN)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _expected(message.text):
            self.complaints.append(message.text)

    def sign_in(self, page: Page, name: str, *, path: str = "/") -> None:
        """Until the page behind it is ready: a key pressed sooner would be lost."""
        page.goto(f"{self.web}{path}")
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=password]").fill(demo.PASSWORD)
        page.locator("form button[type=submit]").click()
        expect(page.locator("body[data-ready]:not(:has(input[name=password]))")).to_be_attached()

    def forward(self, seconds: float) -> None:
        """Move the clock of all processes: what is due by then is done within a second."""
        _post(f"{self.web}/control/clock", forward=seconds)

    def write(self, statement: str, **values: object) -> None:
        """Straight into the database: what no page can set up yet."""
        engine = create_engine(self.database_url)
        with engine.begin() as connection:
            connection.execute(text(statement), values)
        engine.dispose()


class Running:
    """The programs and servers behind a `System`: `fresh()` begins a module, `rest()` ends it."""

    def __init__(self, postgres: embedded.EmbeddedServer) -> None:
        self._postgres = postgres
        self._stack = ExitStack()
        self._data = Path(tempfile.mkdtemp(prefix="callcenter-system-"))
        self._data.chmod(0o755)
        self._stack.callback(shutil.rmtree, self._data, ignore_errors=True)
        self._redis_url = self._stack.enter_context(embedded.redis(self._data)).url
        self._web, self._phone = (f"127.0.0.1:{port}" for port in _free_ports(2))
        self._is_started = False
        self._database_url = template.url_of(postgres, DATABASE)
        (self._data / "clock").touch()
        (self._data / "figures").mkdir()
        demo.write_people(self._data / "people.json")
        self._environment = self._environ()
        self._programs = Programs(self._environment, self._data)

    def fresh(self) -> System:
        """The demo company as just seeded: all signed out, no work, the clock at real time."""
        self.rest()
        template.clone(self._postgres, template.SEEDED, DATABASE)
        with redis.Redis.from_url(self._redis_url) as memory:
            memory.flushall()
        (self._data / "clock").write_bytes(bytes(8))
        if not self._is_started:
            self._start()
        else:
            _post(f"http://{self._phone}/control/reset")
        self._programs.fork(*BACKGROUND)
        self._programs.wait_for(f"http://{self._web}/readyz")
        return System(f"http://{self._web}", f"http://{self._phone}", self._database_url, self._programs)

    def _start(self) -> None:
        self._stack.callback(self._programs.end)
        self._programs.fork(SIMULATOR)
        self._programs.start_web()
        self._programs.wait_for(f"http://{self._phone}/healthz")
        settings = load(**{name.lower(): value for name, value in self._environment.items()})
        account = twilio.account_of(settings)
        ours, _, _ = split(account.numbers(), [demo.OUR_NUMBER])
        twilio.apply(account, [*ours, account.application(settings.twilio_twiml_app_sid)])
        self._is_started = True

    def rest(self) -> None:
        """Pause until the next module: background work slows other tests."""
        self._programs.kill(*BACKGROUND)
        if self._is_started:
            self._programs.kill_web()

    def close(self) -> None:
        self._stack.close()

    def _environ(self) -> dict[str, str]:
        foreign = ("DATABASE_URL", "REDIS_URL", "TWILIO_", "SIMULATOR_", "CALLCENTER_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return inherited | {
            "CALLCENTER_ENV": "test",
            "CALLCENTER_DATA": str(self._data),
            "CLOCK_FILE": str(self._data / "clock"),
            "DATABASE_URL": self._database_url,
            "REDIS_URL": self._redis_url,
            "SECRET_KEY": "a key for browser tests alone",
            "BIND": self._web,
            "PUBLIC_URL": f"http://{self._web}",
            "PRESENCE_GRACE_SECONDS": "600",  # the clock is moved by more than the usual
            "PROMETHEUS_MULTIPROC_DIR": str(self._data / "figures"),
            "TWILIO_ACCOUNT_SID": "AC" + "5" * 32,
            "TWILIO_AUTH_TOKEN": "6" * 32,
            "TWILIO_API_KEY": "SK" + "7" * 32,
            "TWILIO_API_SECRET": "8" * 32,
            "TWILIO_TWIML_APP_SID": "AP" + "9" * 32,
            "TWILIO_API_URL": f"http://{self._phone}",
            "SIMULATOR_URL": f"http://{self._phone}",
            "SIMULATOR_BIND": self._phone,
            "SIMULATOR_NUMBERS": demo.OUR_NUMBER,
            "SIMULATOR_COMPANY": personas.COMPANY["en"],
            "SIMULATOR_PEOPLE": str(self._data / "people.json"),
            "SIMULATOR_SPEED": "60",
            "SIMULATOR_PATIENCE": "2",
            "NO_PROXY": "127.0.0.1,localhost,::1",
        }


def run(postgres: embedded.EmbeddedServer) -> Iterator[Running]:
    running = Running(postgres)
    yield running
    running.close()


def _expected(complaint: str) -> bool:
    """A browser reports refusals that a test provokes as failed resources."""
    return bool(re.search(r"status of (401|403|404|409|422)", complaint))


def _post(url: str, **values: object) -> None:
    request = Request(url, json.dumps(values).encode(), {"Content-Type": "application/json"})
    with direct.open(request, timeout=PATIENCE):
        pass


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports
