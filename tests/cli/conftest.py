"""Commands as an operator types them, in a separate environment, with the simulator as a separate program."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner, Result
from twilio.rest import Client

from callcenter.cli import main
from callcenter.storage.administration.company import Number, Queue
from callcenter.wiring import Wiring
from tests.site import People
from tests.waiting import PATIENCE

Run = Callable[..., Result]
OURS = "+14155550100"
ACCOUNT = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "2" * 32,
    "TWILIO_API_KEY": "SK" + "3" * 32,
    "TWILIO_API_SECRET": "4" * 32,
    "TWILIO_TWIML_APP_SID": "AP" + "5" * 32,
}
ADDRESSES = ("voice_url", "voice_fallback_url", "status_callback", "sms_url", "sms_fallback_url")


@pytest.fixture
def environment(database_url: str, redis_url: str) -> dict[str, str | None]:
    """A production environment without the settings of the test run."""
    foreign = {name: None for name in os.environ if name.startswith(("TWILIO", "SIMULATOR", "CALLCENTER"))}
    return {
        **foreign,
        "CALLCENTER_ENV": "test",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": "a key for tests alone",
        "PUBLIC_URL": "https://desk.harbor.example",
    }


@pytest.fixture
def run(environment: dict[str, str | None]) -> Run:
    """`run("user", "list")` as typed after `callcenter`."""

    def typed(*words: str, keys: str | None = None, **more: str | None) -> Result:
        return CliRunner().invoke(main, words, input=keys, env={**environment, **more})

    return typed


@pytest.fixture
def company(wiring: Wiring, people: People) -> People:
    """Harbor Home with its telephone number."""
    with wiring.work() as work:
        queue = work.session.query(Queue).one()
        work.session.add(Number(e164=OURS, language="en", menu={}, queue_id=queue.id, sms_queue_id=queue.id))
    return people


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def _telephone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    bind = f"127.0.0.1:{free_port()}"
    settings = {**ACCOUNT, "SIMULATOR_BIND": bind, "SIMULATOR_NUMBERS": f"{OURS},+14155550199"}
    command = [sys.executable, "-m", "callcenter", "simulate", "phone"]
    with (tmp_path_factory.mktemp("simulator") / "log").open("wb") as log:
        program = subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=log)
    try:
        wait_for(f"http://{bind}/healthz")
        yield f"http://{bind}"
    finally:
        program.terminate()
        program.wait(PATIENCE)


@pytest.fixture
def telephone(environment: dict[str, str | None], _telephone: str) -> str:
    """The address of a telephone company with our number and one that is not ours; the environment points to it."""
    environment.update(ACCOUNT, TWILIO_API_URL=_telephone)
    tell(f"{_telephone}/control/reset")
    client = Client(ACCOUNT["TWILIO_ACCOUNT_SID"], ACCOUNT["TWILIO_AUTH_TOKEN"])
    client.api.base_url = _telephone
    for number in client.incoming_phone_numbers.list():
        number.update(**dict.fromkeys(ADDRESSES, ""))
    client.applications(ACCOUNT["TWILIO_TWIML_APP_SID"]).update(**dict.fromkeys(ADDRESSES[:3], ""))
    return _telephone


def wait_for(url: str, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urlopen(url, timeout=2):
                return
        except OSError:
            assert time.monotonic() < deadline, f"{url} does not answer"
            time.sleep(0.1)


def tell(url: str, **values: object) -> None:
    """POST JSON to the simulator's control."""
    request = Request(url, json.dumps(values).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=PATIENCE):
        pass
