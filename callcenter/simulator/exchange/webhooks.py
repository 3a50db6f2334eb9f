"""One signed request to the app and its answer: time limits, retries, redirects, log."""

import base64
import hashlib
import hmac
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit, urlunsplit

import urllib3

from callcenter.simulator.clock import rfc2822

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier

RETRIEVAL_FAILED = 11200
CONNECTION_FAILED = 11205
TOO_MANY_REDIRECTS = 11215
BAD_URL = 11100
CONNECT_SECONDS = 5.0
REDIRECTS = 10

http = urllib3.PoolManager(num_pools=20, maxsize=32, retries=False)


@dataclass(frozen=True)
class WebhookRequest:
    """`event` names the webhook in faults and in the log."""

    url: str
    params: Mapping[str, str]
    method: str = "POST"
    event: str = ""
    call_sid: str = ""


@dataclass(frozen=True)
class WebhookResponse:
    """The response; `error` is Twilio's code, 0 if usable."""

    status: int = 0
    content_type: str = ""
    body: bytes = b""
    error: int = 0
    url: str = ""


@dataclass(frozen=True)
class ConnectionLimits:
    """Connection settings of a URL's fragment: `#rc=2&rp=ct,5xx&rt=5000` (milliseconds). Fields in seconds."""

    connect: float = CONNECT_SECONDS
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    policy: frozenset[str] = field(default=frozenset({"ct"}))


def limits(fragment: str, *, longest: float) -> ConnectionLimits:
    """Parse the fragment; `longest` (seconds) caps every limit."""
    asked = {key: values[0] for key, values in parse_qs(fragment).items()}
    policy = frozenset(asked["rp"].split(",")) if "rp" in asked else frozenset({"ct"})
    return ConnectionLimits(
        connect=min(int(asked.get("ct", 5000)) / 1000, 10.0, longest),
        read=min(int(asked.get("rt", 15000)) / 1000, longest),
        total=min(int(asked.get("tt", 15000)) / 1000, longest),
        retries=min(int(asked.get("rc", 1)), 5),
        policy=frozenset({"4xx", "5xx", "ct", "rt"}) if "all" in policy else policy,
    )


def sign(token: str, url: str, params: Mapping[str, str]) -> str:
    """X-Twilio-Signature: base64(HMAC-SHA1(token, url + sorted names and values))."""
    parts = urlsplit(url)
    # Twilio signs an https URL without its port, an http one with it.
    if parts.scheme == "https" and parts.port:
        url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition(":")[0]))
    signed = url + "".join(name + params[name] for name in sorted(params))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def is_valid_url(url: str) -> bool:
    """http(s) and a host name without underscores, as Twilio requires."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in (parts.hostname or "")


def new_token() -> str:
    """The idempotency token of one request, shared by its attempts."""
    return str(uuid.uuid4())


def send(carrier: "Carrier", request: WebhookRequest, *, token: str, signature: str = "right") -> WebhookResponse:
    if not is_valid_url(request.url):
        carrier.complain(BAD_URL, "Invalid URL format", call_sid=request.call_sid, url=request.url)
        return WebhookResponse(error=BAD_URL, url=request.url)
    bare, _, fragment = request.url.partition("#")
    limit = limits(fragment, longest=carrier.settings.fetch_limit)
    started = time.monotonic()
    for attempt in range(limit.retries + 1):
        left = limit.total - (time.monotonic() - started)
        if left <= 0 and attempt:
            break
        answer = _follow(carrier, replace(request, url=bare), limit, token, signature, attempt)
        if not _is_retried(answer, limit):
            break
    if answer.error:
        message = f"Got HTTP {answer.status or 'no answer'} from {bare}"
        carrier.complain(answer.error, message, call_sid=request.call_sid, url=bare)
    return answer


def _is_retried(answer: WebhookResponse, limit: ConnectionLimits) -> bool:
    if not answer.error:
        return False
    if answer.error == CONNECTION_FAILED:
        return "ct" in limit.policy
    if answer.status:
        return f"{answer.status // 100}xx" in limit.policy
    return "rt" in limit.policy


def _follow(
    carrier: "Carrier", request: WebhookRequest, limit: ConnectionLimits, token: str, signature: str, attempt: int
) -> WebhookResponse:
    for _ in range(REDIRECTS + 1):
        answer, location = _once(carrier, request, limit, token, signature, attempt)
        if not location:
            return answer
        request = replace(request, url=urljoin(request.url, location), method="GET", params={})
    return WebhookResponse(error=TOO_MANY_REDIRECTS, url=request.url)


def _once(
    carrier: "Carrier", request: WebhookRequest, limit: ConnectionLimits, token: str, signature: str, attempt: int
) -> tuple[WebhookResponse, str]:
    url, body = request.url, None
    if request.method == "GET" and request.params:
        url += ("&" if "?" in url else "?") + urlencode(request.params)
    elif request.method == "POST":
        body = urlencode(request.params)
    headers = _headers(carrier, url, request, token, signature)
    began = time.monotonic()
    failure = ""
    try:
        timeout = urllib3.Timeout(connect=limit.connect, read=limit.read)
        reply = http.request(
            request.method, url, body=body, headers=headers, timeout=timeout, redirect=False, retries=False
        )
        answer, location = _read(reply, url)
    except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
        answer, location, failure = WebhookResponse(error=CONNECTION_FAILED, url=url), "", type(error).__name__
    except urllib3.exceptions.HTTPError as error:
        answer, location, failure = WebhookResponse(error=RETRIEVAL_FAILED, url=url), "", type(error).__name__
    _write_log(carrier, request, answer, token=token, attempt=attempt, began=began, failure=failure)
    return answer, location


def _headers(carrier: "Carrier", url: str, request: WebhookRequest, token: str, signature: str) -> dict[str, str]:
    headers = {
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        "Connection": "close",
        "X-Home-Region": "us1",
        "I-Twilio-Idempotency-Token": token,
    }
    if request.method == "POST":
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
    key = carrier.settings.auth_token if signature == "right" else "somebody-else's-token"
    if signature != "none":
        headers["X-Twilio-Signature"] = sign(key, url, request.params if request.method == "POST" else {})
    return headers


def _read(reply: urllib3.BaseHTTPResponse, url: str) -> tuple[WebhookResponse, str]:
    location = reply.headers.get("Location", "") if reply.status in (301, 302, 303, 307, 308) else ""
    answer = WebhookResponse(
        status=reply.status,
        content_type=reply.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
        body=reply.data,
        error=0 if reply.status < 400 else RETRIEVAL_FAILED,
        url=url,
    )
    return answer, location


def _write_log(
    carrier: "Carrier",
    request: WebhookRequest,
    answer: WebhookResponse,
    *,
    token: str,
    attempt: int,
    began: float,
    failure: str,
) -> None:
    with carrier.lock:
        carrier.logged += 1
        carrier.log.append(
            {
                "n": carrier.logged,
                "at": rfc2822(carrier.clock.now()),
                "method": request.method,
                "url": request.url,
                "params": dict(request.params),
                "event": request.event,
                "status": answer.status,
                "error": failure or answer.error or None,
                "seconds": round(time.monotonic() - began, 3),
                "token": token,
                "attempt": attempt,
                "response": answer.body[:4000].decode("utf-8", "replace"),
            }
        )
