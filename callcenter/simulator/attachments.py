"""Files attached to an inbound message, as the control API receives them."""

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from callcenter.simulator.exchange import media
from callcenter.simulator.exchange.media import Media

if TYPE_CHECKING:
    from callcenter.simulator.carrier import Carrier

TYPE = re.compile(r"[a-z]+/[\w.+-]+", re.ASCII)


class BadAttachment(ValueError):
    """The message says what is invalid."""


def take(carrier: "Carrier", given: dict[str, Any]) -> list[Media]:
    """Store a message's files: `media` lists URLs, `attachments` holds base64 content. Raises BadAttachment."""
    links, entries = given.get("media") or [], given.get("attachments") or []
    if not isinstance(links, list) or not isinstance(entries, list):
        raise BadAttachment("'media' and 'attachments' must be lists")
    if len(links) + len(entries) > media.MOST:
        raise BadAttachment(f"At most {media.MOST} files go with one message")
    read = [_read(entry) for entry in entries]
    kept = [media.keep(carrier, Media(name=name), content, type_) for name, type_, content in read]
    return media.linked([str(url) for url in links]) + kept


def _read(entry: object) -> tuple[str, str, bytes]:
    if not isinstance(entry, dict):
        raise BadAttachment("An attachment must be an object with name, type and content")
    type_ = str(entry.get("type") or "application/octet-stream").lower()
    if not TYPE.fullmatch(type_):
        raise BadAttachment(f"{type_!r} is no media type")
    content = _decoded(entry.get("content"))
    if len(content) > media.LARGEST:
        raise BadAttachment("An attachment must not be larger than 16 MB")
    return str(entry.get("name", "")), type_, content


def _decoded(content: object) -> bytes:
    if not isinstance(content, str):
        raise BadAttachment("The content of an attachment must be a text in base64")
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error:
        raise BadAttachment("The content of an attachment is not base64") from None
