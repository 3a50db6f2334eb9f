"""Themes: what customers contact the company about, with the texts of a case."""

from dataclasses import dataclass

Words = dict[str, str]
Notes = dict[str, tuple[str, str, str]]
Lines = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Theme:
    """All texts by language. `notes`: at the first contact, later, when solved. `texts`: a text conversation, the
    customer first, then alternating."""

    queue: str
    type: str
    weight: int
    responsible: tuple[str, ...]
    subject: Words
    cause: Words
    notes: Notes
    texts: Lines
