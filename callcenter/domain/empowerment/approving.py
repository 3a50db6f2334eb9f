"""Which approver may answer, and how an answer by SMS is read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from callcenter.domain.agents import Role
from callcenter.domain.empowerment.rule_book import EscalationStep

SCREEN_SEEN = timedelta(seconds=45)  # three heartbeats of a browser
RANKS = {Role.AGENT: 0, Role.SUPERVISOR: 1, Role.ADMINISTRATOR: 2}


class ApprovalAnswer(StrEnum):
    YES = "yes"
    LESS = "less"
    INSTEAD = "instead"
    NO = "no"
    OWN_LIMIT = "own_limit"  # no approver could answer
    NOTHING = "nothing"  # no approver could answer


def fits(step: EscalationStep, *, role: str, level: int) -> bool:
    rank, asked = RANKS[Role(role)], RANKS[Role(step.role)]
    # The step's role and level, or a higher one.
    return rank > asked or (rank == asked and level >= step.level)


def most_of(steps: Sequence[EscalationStep], step_index: int, *, role: str, level: int) -> tuple[bool, int | None]:
    """(may answer now, up to how much). None: up to the rules."""
    # Approvers of later steps may answer early.
    mine = [step for place, step in enumerate(steps) if place >= step_index and fits(step, role=role, level=level)]
    if not mine:
        return False, 0
    if any(step.up_to is None for step in mine):
        return True, None
    return True, max(step.up_to for step in mine if step.up_to is not None)


WORDS = {
    ApprovalAnswer.YES: ("y", "yes", "ok", "是", "好", "同意", "可以"),
    ApprovalAnswer.LESS: ("l", "less", "少", "减"),
    ApprovalAnswer.NO: ("n", "no", "否", "不", "不同意"),
}
REPLY = re.compile(r"\s*(?P<word>[^\W\d_]+)\s*(?P<code>\d{4})(?!\d)\s*(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reply:
    answer: ApprovalAnswer
    code: str
    rest: str  # of "L 4711 80 and fitting": amount (for LESS) and reason


def read_reply(body: str) -> Reply | None:
    found = REPLY.fullmatch(body)
    if found is None:
        return None
    word = found["word"].casefold()
    answer = next((answer for answer, words in WORDS.items() if word in words), None)
    return Reply(answer, found["code"], found["rest"].strip()) if answer else None
