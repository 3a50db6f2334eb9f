"""Which approver may answer, and how an answer by SMS is read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from callcenter.domain.agents import Role
from callcenter.domain.empowerment.rule_book import Step

SCREEN_SEEN = timedelta(seconds=45)  # three heartbeats of a browser
RANKS = {Role.AGENT: 0, Role.SUPERVISOR: 1, Role.ADMINISTRATOR: 2}


class Said(StrEnum):
    """OWN_LIMIT and NOTHING: no approver could answer."""

    YES = "yes"
    LESS = "less"
    INSTEAD = "instead"
    NO = "no"
    OWN_LIMIT = "own_limit"
    NOTHING = "nothing"


def fits(step: Step, *, role: str, level: int) -> bool:
    """Whether the approver has the step's role and level, or a higher one."""
    rank, asked = RANKS[Role(role)], RANKS[Role(step.role)]
    return rank > asked or (rank == asked and level >= step.level)


def most_of(steps: Sequence[Step], turn: int, *, role: str, level: int) -> tuple[bool, int | None]:
    """(may answer now, up to how much). None: up to the rules."""
    # Approvers of later steps may answer early.
    mine = [step for place, step in enumerate(steps) if place >= turn and fits(step, role=role, level=level)]
    if not mine:
        return False, 0
    if any(step.up_to is None for step in mine):
        return True, None
    return True, max(step.up_to for step in mine if step.up_to is not None)


WORDS = {
    Said.YES: ("y", "yes", "ok", "是", "好", "同意", "可以"),
    Said.LESS: ("l", "less", "少", "减"),
    Said.NO: ("n", "no", "否", "不", "不同意"),
}
REPLY = re.compile(r"\s*(?P<word>[^\W\d_]+)\s*(?P<code>\d{4})(?!\d)\s*(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reply:
    """As in "L 4711 80 and fitting". `rest`: for LESS the amount and the reason, else the reason."""

    said: Said
    code: str
    rest: str


def read_reply(body: str) -> Reply | None:
    """None if the SMS is no answer."""
    found = REPLY.fullmatch(body)
    if found is None:
        return None
    word = found["word"].casefold()
    said = next((said for said, words in WORDS.items() if word in words), None)
    return Reply(said, found["code"], found["rest"].strip()) if said else None
