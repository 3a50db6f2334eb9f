"""Files of messages: stored when a person attaches them, fetched when the app sends their URL."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import urllib3

from callcenter.simulator import sids
from callcenter.simulator.exchange import fields, webhooks

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier
    from callcenter.simulator.exchange.messages import CarrierMessage

MOST = 10
LARGEST = 16 * 1024 * 1024
NOT_FETCHED = 11200
NO_MEDIA = 12300
TOO_LARGE = 30019
REDIRECTS = 5
TIMEOUT = urllib3.Timeout(connect=5.0, read=15.0)
KINDS = ("image/", "audio/", "video/", "application/vnd.")
TYPES = frozenset(
    {
        "application/msword",
        "application/pdf",
        "application/vcard",
        "text/calendar",
        "text/csv",
        "text/plain",
        "text/rtf",
        "text/vcard",
        "text/x-vcard",
    }
)


@dataclass(eq=False)
class Media:
    """One file of a message; its bytes are in memory only."""

    sid: str = field(default_factory=lambda: sids.new("ME"))
    type: str = ""
    name: str = ""
    url: str = ""
    is_kept: bool = False
    is_deleted: bool = False
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    def as_json(self) -> dict[str, str]:
        return {
            "url": f"/phone/media/{self.sid}" if self.is_kept else self.url,
            "type": self.type,
            "name": self.name,
        }


class CannotTake(Exception):
    """Carries Twilio's code for a file that cannot be sent."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def linked(urls: list[str]) -> list[Media]:
    return [Media(type="image/jpeg", url=url) for url in urls]


def keep(carrier: "Carrier", item: Media, content: bytes, content_type: str) -> Media:
    with carrier.lock:
        carrier.books.files[item.sid] = content
        item.type, item.is_kept = content_type, True
    return item


def address(carrier: "Carrier", message: "CarrierMessage", item: Media) -> str:
    """The REST URL of a stored file, else its own URL."""
    if not item.is_kept:
        return item.url
    base = f"{carrier.base_url}/{fields.API_VERSION}/Accounts/{carrier.settings.account_sid}"
    return f"{base}/Messages/{message.sid}/Media/{item.sid}"


def inbound_fields(carrier: "Carrier", message: "CarrierMessage") -> dict[str, str]:
    params = {"NumMedia": str(len(message.media))}
    for at, item in enumerate(message.media):
        params |= {f"MediaUrl{at}": address(carrier, message, item), f"MediaContentType{at}": item.type}
    return params


def fetch_all(carrier: "Carrier", message: "CarrierMessage") -> int:
    """Fetch an outbound message's files. Twilio's code of the first failure, or 0."""
    for item in message.media:
        try:
            keep(carrier, item, *_fetch(item.url))
        except CannotTake as reason:
            carrier.complain(reason.code, f"The media at {item.url} cannot be sent", url=item.url)
            return reason.code
    return 0


def _fetch(url: str) -> tuple[bytes, str]:
    for _ in range(REDIRECTS + 1):
        # Checked on every redirect: http(s) only.
        if not webhooks.is_valid_url(url):
            break
        try:
            reply = webhooks.http.request("GET", url, preload_content=False, redirect=False, timeout=TIMEOUT)
            location = reply.get_redirect_location()
            if not location:
                return _read(reply)
            reply.close()
        except urllib3.exceptions.HTTPError:
            break
        url = urljoin(url, location)
    raise CannotTake(NOT_FETCHED)


def _read(reply: urllib3.BaseHTTPResponse) -> tuple[bytes, str]:
    content_type = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    try:
        if reply.status != 200:
            raise CannotTake(NOT_FETCHED)
        if not content_type.startswith(KINDS) and content_type not in TYPES:
            raise CannotTake(NO_MEDIA)
        content = reply.read(LARGEST + 1)
    finally:
        reply.close()
    if len(content) > LARGEST:
        raise CannotTake(TOO_LARGE)
    return content, content_type
