"""What customers come to us with: a theme is one kind of matter, with the words that people use about it."""

from dataclasses import dataclass

Words = dict[str, str]
Notes = dict[str, tuple[str, str, str]]
Lines = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Theme:
    """All texts by language. `notes`: at the first contact, at a later one, when solved. `texts`: an SMS conversation,
    customer first, then in turns."""

    queue: str
    type: str
    weight: int
    faults: tuple[str, ...]
    subject: Words
    cause: Words
    notes: Notes
    texts: Lines
