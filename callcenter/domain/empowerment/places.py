"""The {placeholders} in texts of rules and remedies."""

from collections.abc import Mapping
from string import Formatter
from typing import Any

RULE = ("grant", "ticket", "customer", "agent_day", "agent_month", "share_of_value", "share_of_price", "times_ticket", "times_customer")  # fmt: skip
SMS = ("amount", "count", "name", "ticket", "agent", "company")


def places_of(text: str) -> set[str]:
    """Raises ValueError for unbalanced braces, formats or conversions."""
    found = set()
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None:
            if form or conversion:
                raise ValueError(f"{{{name}}} is a plain name in braces")
            found.add(name)
    return found


def check(texts: Mapping[Any, str], known: tuple[str, ...]) -> None:
    """Raises ValueError for an unknown placeholder."""
    for text in texts.values():
        for name in sorted(places_of(text)):
            if name not in known:
                there = " ".join(f"{{{one}}}" for one in known)
                raise ValueError(f"there is no {{{name}}}; there are {there}")
