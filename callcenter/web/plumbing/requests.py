"""Request number, one log line and metrics per request."""

import time

import structlog
from flask import Flask, Response, g, request

from callcenter import observe
from callcenter.domain.attachments import LARGEST

log = structlog.get_logger()
WITH_FILES = ("desk.send", "api.send_message")
LARGEST_WITH_FILES = LARGEST * 3 // 2  # the API sends files as base64
QUIET = ("static", "health.alive", "health.ready", "health.metrics")


def register(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_finish)


def number() -> str:
    """Created on first use, so error pages have one too."""
    if "request_number" not in g:
        g.request_number = observe.request_number()
    return str(g.request_number)


def address() -> str:
    """The client's address; X-Forwarded-For counts only from a proxy on this machine, its last entry."""
    peer = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded if forwarded and is_here(peer) else peer


def is_here(peer: str) -> bool:
    return peer in ("", "::1") or peer.startswith("127.")


def _begin() -> None:
    if request.endpoint in WITH_FILES:
        request.max_content_length = LARGEST_WITH_FILES
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=number())
    for name, value in (request.view_args or {}).items():
        if name.endswith("_id"):
            structlog.contextvars.bind_contextvars(**{name: value})


def _finish(response: Response) -> Response:
    took = time.perf_counter() - g.get("began", time.perf_counter())
    route = request.url_rule.rule if request.url_rule else "none"
    observe.requests.labels(request.method, route, str(response.status_code)).inc()
    observe.seconds.labels(route).observe(took)
    if request.endpoint not in QUIET:
        milliseconds = round(took * 1000, 1)
        log.info("request", method=request.method, route=route, status=response.status_code, ms=milliseconds)
    response.headers["X-Request-Id"] = number()
    return response
