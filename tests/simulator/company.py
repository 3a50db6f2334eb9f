"""The running simulator as its users see it; starts it and points it at an app."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant
from twilio.rest import Client

from callcenter.simulator.carrier import Carrier
from callcenter.simulator.server import serve
from callcenter.simulator.settings import DEMO_NUMBER, SimulatorSettings
from tests.waiting import PATIENCE, until

from .site import Site

CARLA = "+14155550142"
LI_LEI = "+8613855500163"
OURS = DEMO_NUMBER
QUICK = SimulatorSettings(port=0, speed=20)
BY_HAND = SimulatorSettings(port=0, speed=20, patience=4)  # where a test presses or answers in time
TERMINAL = ("completed", "busy", "failed", "no-answer", "canceled")


@dataclass
class Company:
    """The running simulator, as its users see it: over HTTP."""

    carrier: Carrier
    url: str
    http: requests.Session = field(default_factory=requests.Session)

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.http.post(self.url + path, json={} if body is None else body, timeout=PATIENCE)
        assert answer.ok, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self.http.get(self.url + path, timeout=PATIENCE)
        assert answer.ok, answer.text
        return answer.json()

    def dial(self, from_: str = CARLA, **more: str) -> str:
        """A person dials; the call's sid."""
        return str(self.post("/control/calls", {"from": from_, "to": OURS, **more})["sid"])

    def call(self, sid: str) -> dict[str, Any]:
        return dict(self.get(f"/control/calls/{sid}"))

    def heard(self, sid: str, *kinds: str) -> list[str]:
        """Texts in a call's transcript, of these types or all."""
        return [line["text"] for line in self.call(sid)["transcript"] if not kinds or line["type"] in kinds]

    def types(self, sid: str) -> list[str]:
        return [line["type"] for line in self.call(sid)["transcript"]]

    def wait_for(self, sid: str, *types: str) -> None:
        until(lambda: set(types) <= set(self.types(sid)))

    def wait_over(self, sid: str) -> str:
        return str(until(lambda: self.call(sid)["is_over"] and self.call(sid)["status"]))

    def connect(self, identity: str = "agent-1", **params: str) -> str:
        body = {"token": self.token(identity), "params": params, "name": "Alice"}
        return str(self.post("/device/connect", body)["call_sid"])

    def token(self, identity: str = "agent-1", **changes: Any) -> str:
        settings = self.carrier.settings
        secret = changes.pop("secret", settings.api_secret)
        token = AccessToken(
            changes.pop("account", settings.account_sid), settings.api_key, secret, identity=identity, **changes
        )
        token.add_grant(VoiceGrant(outgoing_application_sid=settings.application_sid))
        return str(token.to_jwt())

    def settle(self) -> None:
        self.get(f"/control/settled?timeout={PATIENCE}")

    def codes(self) -> list[int]:
        """Codes in Twilio's debugger."""
        return [entry["code"] for entry in self.get("/control/debugger")]


def start(settings: SimulatorSettings) -> Iterator[Company]:
    carrier = Carrier(settings)
    server = serve(carrier)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    company = Company(carrier, carrier.base_url)
    yield company
    carrier.close()
    company.http.close()
    server.shutdown()
    thread.join(PATIENCE)
    server.server_close()


def client_of(company: Company) -> Client:
    client = Client(company.carrier.settings.account_sid, company.carrier.settings.auth_token)
    client.api.base_url = company.url
    return client


def configure(company: Company, site: Site) -> None:
    number = next(iter(company.carrier.books.numbers.values()))
    application = next(iter(company.carrier.books.applications.values()))
    number.voice_url, number.sms_url = f"{site.url}/voice", f"{site.url}/sms"
    number.status_callback = f"{site.url}/status"
    number.voice_fallback_url = number.sms_fallback_url = ""
    application.voice_url = f"{site.url}/agent"


def open_site() -> Iterator[Site]:
    built = Site()
    close = built.open()
    yield built
    close()


def fresh(running: Company, site: Site) -> Iterator[Company]:
    """The simulator with empty records and default people, its webhooks pointing at the app."""
    configure(running, site)
    yield running
    running.post("/control/reset")
    running.http.delete(running.url + "/control/people", timeout=PATIENCE)
