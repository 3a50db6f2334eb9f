"""Which approver may answer, and how an answer by SMS is read."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from callcenter.domain import texts
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


def reaches(steps: Sequence[EscalationStep], step_index: int, worth: int, *, role: str, level: int) -> bool:
    """Whether this person may now say yes to `worth` (minor units)."""
    may, most = most_of(steps, step_index, role=role, level=level)
    return may and (most is None or worth <= most)


WORDS = {
    ApprovalAnswer.YES: ("y", "yes", "ok", "是", "好", "同意", "可以"),
    ApprovalAnswer.LESS: ("l", "less", "少", "减"),
    ApprovalAnswer.NO: ("n", "no", "否", "不", "不同意"),
}
# Anything but letters and digits may stand before the code: "Y: 4711", "(y) #4711". Not before an amount: ".50".
REPLY = re.compile(
    r"[\W_]*(?P<word>[^\W\d_]+)[\W_]*(?P<code>\d{4})(?![\d.,]\d|\d)(?:[\s:;!)\]]|-(?!\s*\d))*(?P<rest>.*)", re.DOTALL
)
# A yes with one of these, or with any number, may mean less than all: it is asked again.
LIMITING = re.compile(
    r"\b(but|only|if|unless|except|half|max|maximum|most|least|less|instead|not?|don'?t|dont|until|till|wait|cannot|cant)\b"
    "|但|只|仅|如果|若|除非|除了|最多|至多|不|别|半|少|减|等|改|换"
)


@dataclass(frozen=True, slots=True)
class Reply:
    answer: ApprovalAnswer
    code: str
    rest: str  # of "L 4711 80 and fitting": amount (for LESS) and reason
    is_clear: bool = True  # False for a yes or an amount with a condition or a second number


def read_reply(body: str) -> Reply | None:
    found = REPLY.fullmatch(texts.plain(body))
    if found is None:
        return None
    answer = next((answer for answer, words in WORDS.items() if found["word"] in words), None)
    if answer is None:
        return None
    # The reason as it was typed.
    typed = unicodedata.normalize("NFKC", texts.one_line(body))
    rest = found["rest"].strip()
    kept = typed[len(typed) - len(rest) :] if rest and typed.casefold().endswith(rest) else rest
    return Reply(answer, found["code"], kept, _is_clear(answer, rest))


def _is_clear(answer: ApprovalAnswer, rest: str) -> bool:
    if answer == ApprovalAnswer.YES:
        return not LIMITING.search(rest) and not any(map(_is_number, rest))
    # "L 4711 1 200" may be 1 or 1,200.
    remark = rest.partition(" ")[2]
    return answer != ApprovalAnswer.LESS or not (remark and _is_number(remark[0]))


def _is_number(letter: str) -> bool:
    return unicodedata.numeric(letter, None) is not None
