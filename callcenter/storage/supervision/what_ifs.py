"""What-if runs: scenario, progress and result."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.states import LongJobState
from callcenter.storage.database import NO_KEY, Row

OPEN = ("queued", "running")


class WhatIf(Row):
    __tablename__ = "what_ifs"

    asked_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    actor: Mapped[str]
    scenario: Mapped[dict[str, Any]]  # `domain.what_ifs.WhatIfScenario` as data
    state: Mapped[LongJobState] = mapped_column(default=LongJobState.QUEUED)
    due_at: Mapped[datetime | None]  # when to start; once started, the lease's end
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)  # starts
    played: Mapped[int] = mapped_column(default=0)  # of `to_play` runs
    to_play: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("(state IN ('queued', 'running')) = (due_at IS NOT NULL)", name="due"),
        CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="result"),
        Index("ix_what_ifs_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def get(session: Session, what_if_id: int, *, lock: bool = False) -> WhatIf | None:
    return session.get(WhatIf, what_if_id, with_for_update=NO_KEY if lock else None, populate_existing=lock)


def claim(session: Session, what_if_id: int, *, now: datetime) -> WhatIf | None:
    """The run, locked, if due and unclaimed."""
    wanted = select(WhatIf).where(WhatIf.id == what_if_id, WhatIf.due_at <= now)
    return session.scalar(
        wanted.with_for_update(key_share=True, skip_locked=True).execution_options(populate_existing=True)
    )


def count_open(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(WhatIf).where(WhatIf.due_at.is_not(None))) or 0


def page(session: Session, *, before: int | None = None, limit: int = 20) -> Sequence[WhatIf]:
    """Newest first."""
    rows = select(WhatIf)
    if before is not None:
        rows = rows.where(WhatIf.id < before)
    return session.scalars(rows.order_by(WhatIf.id.desc()).limit(limit)).all()
