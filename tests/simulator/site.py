"""A minimal app for the simulator to call: answers as a test says, and records requests."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.waiting import PATIENCE

TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response>{}</Response>'


class SilentHandler(WSGIRequestHandler):
    def log_request(self, *_: object, **__: object) -> None:
        return


@dataclass
class Asked:
    """One request that came in."""

    path: str
    method: str
    params: dict[str, str]
    headers: dict[str, str]
    url: str


Answer = str | tuple[str, int] | tuple[str, int, dict[str, str]] | Callable[[], str]


@dataclass
class Site:
    """`answers` maps a path to TwiML verbs, to (text, status[, headers]), or to a function that makes them."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def open(self) -> Callable[[], None]:
        app = Flask("site")
        app.add_url_rule("/<path:path>", view_func=self._answer, methods=["GET", "POST"])
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=SilentHandler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}"

        def close() -> None:
            server.shutdown()
            thread.join(PATIENCE)
            server.server_close()

        return close

    def _answer(self, path: str) -> Response:
        params = request.form if request.method == "POST" else request.args
        self.asked.append(Asked(f"/{path}", request.method, params.to_dict(), dict(request.headers), request.url))
        answer = self.answers.get(f"/{path}", "")
        text = answer() if callable(answer) else answer
        if isinstance(text, str):
            return Response(TWIML.format(text), mimetype="text/xml")
        return Response(text[0], status=text[1], headers=text[2] if len(text) == 3 else None)

    def at(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def params(self, path: str, **wanted: str) -> list[dict[str, str]]:
        """Forms that came to a path, with these values."""
        return [a.params for a in self.at(path) if all(a.params.get(k) == v for k, v in wanted.items())]


def until(is_so: Callable[[], Any], seconds: float = 5.0) -> Any:
    """Wait for something to become true, and give it back."""
    end = time.monotonic() + seconds
    while not (found := is_so()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found
