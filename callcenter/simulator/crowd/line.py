"""A small client of the control API for simulated customers."""

import json
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import urllib3


class Gone(Exception):
    """The simulator does not answer, or the call is over."""


@dataclass
class ControlClient:
    """`pace` divides every pause: 10 makes a minute last six seconds."""

    url: str
    pace: float = 1.0
    stopping: threading.Event = field(default_factory=threading.Event)
    http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=64))

    def pause(self, seconds: float) -> None:
        """Wait simulated seconds. Raises Gone once the run is stopped."""
        if self.stopping.wait(seconds / self.pace):
            raise Gone

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body)
        try:
            answer = self.http.request(method, self.url + path, body=sent, headers=headers, timeout=10.0, retries=False)
        except urllib3.exceptions.HTTPError as error:
            raise Gone(str(error)) from None
        if answer.status >= 400:
            raise Gone(answer.data.decode("utf-8", "replace"))
        return json.loads(answer.data)

    def dial(self, number: str, name: str, to: str) -> str:
        body = {"from": number, "to": to, "name": name}
        return str(self.ask("POST", "/control/calls", body)["sid"])

    def call(self, sid: str) -> dict[str, Any]:
        return dict(self.ask("GET", f"/control/calls/{sid}"))

    def act(self, sid: str, deed: str, **body: Any) -> None:
        self.ask("POST", f"/control/calls/{sid}/{deed}", body)

    def text(self, number: str, to: str, body: str) -> None:
        self.ask("POST", "/control/messages", {"from": number, "to": to, "body": body})

    def messages(self, number: str) -> list[dict[str, Any]]:
        return list(self.ask("GET", f"/control/messages?number={quote(number)}&limit=50"))

    def ringing(self) -> list[dict[str, Any]]:
        found = self.ask("GET", "/control/calls?status=ringing&live=1")
        return [call for call in found if call["direction"] != "inbound" and call["to"].startswith("+")]
