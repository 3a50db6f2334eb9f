"""The next moment at which something is due: one look at the front of each partial index.

What workers do counts from `now` on only: it has been handed to them once it is due, and looking at it again is no use.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

NEXT = text(
    """
    SELECT least(
        (SELECT min(expires_at) FROM offers WHERE state = 'live'),
        (SELECT min(connect_by) FROM offers WHERE connect_by IS NOT NULL),
        (SELECT min(ring_at) FROM offers WHERE ring_at > :now),
        (SELECT min(wrap_up_until) FROM interactions WHERE state = 'wrap_up'),
        (SELECT min(quiet_check_at) FROM interactions WHERE quiet_check_at IS NOT NULL),
        (SELECT min(bring_back_at) FROM interactions WHERE bring_back_at > :now),
        (SELECT min(next_try_at) FROM messages WHERE next_try_at > :now),
        (SELECT min(next_try_at) FROM callbacks WHERE next_try_at > :now),
        (SELECT min(due_at) FROM surveys WHERE state = 'planned' AND due_at > :now),
        (SELECT min(step_ends_at) FROM approvals WHERE state = 'open'),
        (SELECT min(valid_until) FROM grants WHERE state = 'approved'),
        (SELECT min(next_try_at) FROM grants WHERE next_try_at > :now),
        (SELECT min(due_at) FROM what_ifs WHERE due_at > :now),
        (SELECT min(due_at) FROM replays WHERE due_at > :now)
    )
    """
)


def next_due(session: Session, now: datetime) -> datetime | None:
    moment: datetime | None = session.scalar(NEXT, {"now": now})
    return moment
