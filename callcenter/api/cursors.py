"""Keyset cursors: where a page ended, so that rows which come or go in between neither repeat nor hide others."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Protocol, TypeVar

from callcenter.api.shapes import LARGEST_ID, Listing
from callcenter.domain.errors import Invalid


class Numbered(Protocol):
    id: int


Row = TypeVar("Row", bound=Numbered)


def read(query: Listing, noun: str) -> int | None:
    """The id after which this page begins; None for the first page. Invalid for a cursor of another list."""
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
    """Of limit + 1 rows: those of this page, and the cursor of the next."""
    shown = rows[: query.limit]
    if len(rows) <= query.limit:
        return shown, None
    return shown, urlsafe_b64encode(f"{noun}:{shown[-1].id}".encode()).decode().rstrip("=")
