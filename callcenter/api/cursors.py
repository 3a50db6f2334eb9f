"""Keyset cursors: rows added or removed between two pages neither repeat nor hide others."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Protocol, TypeVar

from callcenter.api.shapes import LARGEST_ID, Listing
from callcenter.domain.errors import Invalid


class Numbered(Protocol):
    id: int


Row = TypeVar("Row", bound=Numbered)


def read(query: Listing, noun: str) -> int | None:
    """The id after which this page starts; None for the first page. Invalid for another list's cursor."""
    if query.cursor is None:
        return None
    try:
        name, _, number = urlsafe_b64decode(query.cursor.encode() + b"==").decode("ascii").partition(":")
    except ValueError:
        name, number = "", ""
    if name != noun or not number.isdigit() or int(number) > LARGEST_ID:
        raise Invalid("This is no cursor of this list.", field="cursor")
    return int(number)


def cut(rows: Sequence[Row], query: Listing, noun: str) -> tuple[Sequence[Row], str | None]:
    """From limit + 1 rows: (rows of this page, cursor of the next page or None)."""
    shown = rows[: query.limit]
    if len(rows) <= query.limit:
        return shown, None
    return shown, urlsafe_b64encode(f"{noun}:{shown[-1].id}".encode()).decode().rstrip("=")
