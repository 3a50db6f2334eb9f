"""Twilio's side in tests: signed posts, and a minimal REST API that can refuse."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from callcenter.messaging import channels
from callcenter.telephony.client import twilio_client
from callcenter.telephony.phone import TwilioPhone
from callcenter.wiring import Wiring
from tests.factories import ACCOUNT, CARLA, OURS, TOKEN, new_sid
from tests.waiting import PATIENCE


@dataclass
class Carrier:
    """Twilio's webhooks: every post is signed by default."""

    client: FlaskClient
    base: str = "http://127.0.0.1:8000"
    token: str = TOKEN

    def post(
        self, path: str, params: Any = None, *, headers: dict[str, str] | None = None, **fields: str
    ) -> TestResponse:
        form = MultiDict(params or {})
        form.setdefault("AccountSid", ACCOUNT)
        for name, value in fields.items():
            form[name] = value
        url = self.base + path
        signature = RequestValidator(self.token).compute_signature(url, form)
        return self.client.post(path, data=form, headers={"X-Twilio-Signature": signature} | (headers or {}))

    def incoming(self, sid: str, caller: str = CARLA, *, called: str = OURS, **more: Any) -> TestResponse:
        return self.post("/webhooks/voice/incoming", CallSid=sid, From=caller, To=called, CallStatus="ringing", **more)

    def press(self, interaction_id: int, digits: str, sid: str = "", **more: Any) -> TestResponse:
        return self.post(f"/webhooks/voice/menu/{interaction_id}", CallSid=sid, Digits=digits, **more)

    def status(self, sid: str, status: str = "completed", *, of: str = "", **more: Any) -> TestResponse:
        """`of`: the query of the address that we ordered the leg with."""
        return self.post("/webhooks/voice/status" + of, CallSid=sid, CallStatus=status, **more)

    def conference(self, interaction_id: int, event: str, sequence: int, sid: str = "", **more: Any) -> TestResponse:
        return self.post(
            "/webhooks/voice/conference",
            ConferenceSid=f"CF{interaction_id:032d}",
            FriendlyName=f"interaction-{interaction_id}",
            StatusCallbackEvent=event,
            SequenceNumber=str(sequence),
            CallSid=sid,
            **more,
        )

    def sms(
        self, body: str, sender: str = CARLA, *, sid: str | None = None, to: str = OURS, **more: Any
    ) -> TestResponse:
        return self.post(
            "/webhooks/messages/sms", MessageSid=sid or new_sid("SM"), From=sender, To=to, Body=body, **more
        )


@pytest.fixture
def carrier(app: Flask) -> Carrier:
    return Carrier(app.test_client())


@dataclass
class Rest:
    """Twilio's REST API in small: answers by the last part of the path and records requests. Statuses may be queued."""

    url: str = ""
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    refuse: list[int] = field(default_factory=list)
    code: int = 20500
    silent_seconds: float = 0
    calls: dict[str, str] = field(default_factory=dict)
    sent: list[dict[str, str]] = field(default_factory=list)
    after_send: Callable[[], None] | None = None
    files: dict[str, bytes] = field(default_factory=dict)  # by path
    credentials: list[str | None] = field(default_factory=list)  # that came with each file asked for

    def answer(self, method: str, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append((method, path, form))
        if self.silent_seconds:
            time.sleep(self.silent_seconds)
        if self.refuse:
            status = self.refuse.pop(0)
            return status, {"status": status, "code": 20429 if status == 429 else self.code, "message": "refused"}
        return self._answer(method, path.split("?")[0].removesuffix(".json").split("/")[4:], form)

    def json(self, method: str, path: str, form: dict[str, str]) -> tuple[int, bytes]:
        status, body = self.answer(method, path, form)
        return status, json.dumps(body).encode()

    def file(self, method: str, path: str) -> tuple[int, bytes]:
        """The file, or a refusal that was ordered; deleted it is gone."""
        self.asked.append((method, path, {}))
        if path not in self.files:
            return 404, b""
        if self.refuse:
            return self.refuse.pop(0), b""
        return (204, self.files.pop(path)[:0]) if method == "DELETE" else (200, self.files[path])

    def _answer(self, method: str, parts: list[str], form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if parts[0] == "Messages":
            return self._messages(method, form)
        if parts[0] == "Conferences":
            found = {"sid": "CF" + "1" * 32, "friendly_name": "", "status": "in-progress"}
            return 200, {"conferences": [found], "next_page_uri": None} if len(parts) == 1 else {"call_sid": "CA1"}
        if parts == ["Calls"]:
            sid = new_sid()
            self.calls[sid] = "queued"
            return 201, {"sid": sid, "status": "queued"}
        if parts[1] not in self.calls:
            return 404, {"status": 404, "code": 20404, "message": "not found"}
        self.calls[parts[1]] = form.get("Status", self.calls[parts[1]])
        return 200, {"sid": parts[1], "status": self.calls[parts[1]]}

    def _messages(self, method: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if method == "GET":
            return 200, {"messages": self.sent, "next_page_uri": None}
        self.sent.append({"sid": new_sid("SM"), "body": form.get("Body", ""), "to": form["To"], "from": form["From"]})
        if self.after_send:
            self.after_send()
        return 201, self.sent[-1]

    @contextmanager
    def open(self) -> Iterator["Rest"]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}"
        yield self
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)

    def commands(self) -> list[str]:
        """Last words of what was posted: "Calls", "customer", a sid."""
        return [path.removesuffix(".json").split("/")[-1] for method, path, _ in self.asked if method == "POST"]


def _handler(rest: Rest) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            form = dict(parse_qsl(self.rfile.read(length).decode()))
            path = urlsplit(self.path).path
            if "/Media/" in path:
                rest.credentials.append(self.headers.get("Authorization"))
                status, raw = rest.file(self.command, path)
            else:
                status, raw = rest.json(self.command, path, form)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            with suppress(BrokenPipeError):  # the client did not wait for the answer
                self.end_headers()
                self.wfile.write(raw)

        do_GET = do_POST = do_DELETE = _serve

        def log_message(self, *_: object) -> None:
            return

    return Handler


@pytest.fixture
def rest(wiring: Wiring) -> Iterator[Rest]:
    """The wiring's phone and messages go to this pretended REST."""
    with Rest().open() as opened:
        client = twilio_client(wiring.settings.model_copy(update={"twilio_api_url": opened.url}))
        wiring.phone = TwilioPhone(client, public_url=wiring.settings.public_url)
        wiring.channels = channels(client, public_url=wiring.settings.public_url)
        yield opened
        client.http_client.session.close()
