"""The one-question survey: when and whom to ask, and how to read a reply."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DECENT_FROM = time(9, 0)
DECENT_UNTIL = time(20, 0)
OPEN_FOR = timedelta(days=3)
COMMENT_WITHIN = timedelta(minutes=30)
COMMENT_LIMIT = 1000
LOW_SCORE = 2

WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5,
}  # fmt: skip
# What follows a number that counts something else: "5 minutes on hold", "4.5", "3 天了".
COUNTING = r"[.,]\d|\s*(?:minutes?|hours?|days?|weeks?|months?|years?|times?|people|calls?|[ap]m)\b|\s*(?:分钟|小时|天|周|年|次|个)"


@dataclass(frozen=True, kw_only=True)
class Answer:
    score: int  # 1 to 5
    comment: str


def read(text: str) -> Answer | None:
    """The score at the start of a reply and the text after it; None if there is no score."""
    plain = unicodedata.normalize("NFKC", text).strip()
    # Answers: "4", "四分，等太久", "5/5 great", "Four."; none: "45", "4pm tomorrow?", "2 weeks late".
    for pattern in (r"([1-5])(?:\s*/\s*5|\s*out of 5)?", "|".join(WORDS)):
        match = re.match(
            rf"(?P<score>{pattern})(?!{COUNTING})(?:分|星|\s*stars?)?(?=$|[\s,.;:!\-—。、…])", plain, re.IGNORECASE
        )
        if match:
            word = match["score"].lower()
            score = WORDS.get(word) or int(word[0])
            rest = plain[match.end() :].lstrip(" \t\n,.;:!-—。、…")
            return Answer(score=score, comment=rest[:COMMENT_LIMIT])
    return None


def decent(moment: datetime, zone: str) -> datetime:
    """This moment, or the next within 09:00 to 20:00 in `zone`."""
    local = moment.astimezone(ZoneInfo(zone))
    if local.time() < DECENT_FROM:
        local = datetime.combine(local.date(), DECENT_FROM, local.tzinfo)
    elif local.time() >= DECENT_UNTIL:
        local = datetime.combine(local.date() + timedelta(days=1), DECENT_FROM, local.tzinfo)
    return local.astimezone(moment.tzinfo)


def why_not(
    *, opted_out: bool, is_open: bool, last_asked: datetime | None, cool_down: timedelta, now: datetime
) -> str | None:
    """Why the customer is not asked now. `is_open`: the channel's window is open."""
    if opted_out:
        return "opted_out"
    if not is_open:
        return "window_closed"
    if last_asked and now - last_asked < cool_down:
        return "asked_lately"
    return None


def is_low(score: int) -> bool:
    return score <= LOW_SCORE
