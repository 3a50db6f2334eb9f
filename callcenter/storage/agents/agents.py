"""Agents, their intervals and browser connections, and teams."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.agents import AgentState, Role, Status
from callcenter.storage.database import NO_KEY, Row


class Team(Row):
    __tablename__ = "teams"

    name: Mapped[str] = mapped_column(unique=True)
    department_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("departments.id"))


class Agent(Row):
    """A person who signs in."""

    __tablename__ = "agents"

    username: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[Role]
    team_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("teams.id"))
    language: Mapped[str]
    zone: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    skills: Mapped[dict[str, int]] = mapped_column(JSONB)  # {skill: level}
    max_conversations: Mapped[int] = mapped_column(SmallInteger, default=3)
    limits: Mapped[dict[str, Any]] = mapped_column(default=dict)  # differences from the company's capacity
    # Rung in place of the browser.
    desk_telephone: Mapped[str | None]
    level: Mapped[int] = mapped_column(SmallInteger, default=1)  # trust for approvals, 1 to 9
    # For approvals by SMS.
    mobile: Mapped[str | None] = mapped_column(unique=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    status: Mapped[Status] = mapped_column(default=Status.SIGNED_OUT)
    status_since: Mapped[datetime]
    status_reason: Mapped[str] = mapped_column(default="")
    # Takes effect when the current work is done.
    next_status: Mapped[Status | None]
    next_reason: Mapped[str] = mapped_column(default="")
    state: Mapped[AgentState] = mapped_column(default=AgentState.IDLE)
    state_since: Mapped[datetime]
    idle_since: Mapped[datetime]
    missed_in_a_row: Mapped[int] = mapped_column(SmallInteger, default=0)
    session_key: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_agents_available", "id", postgresql_where=text("status = 'available' AND is_active")),
        Index("ix_agents_name_lower", func.lower(text("username"))),
    )

    @property
    def is_leader(self) -> bool:
        return self.role in (Role.SUPERVISOR, Role.ADMINISTRATOR)


class Interval(Row):
    __tablename__ = "agent_intervals"

    agent_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("agents.id"))
    kind: Mapped[str]  # status or state
    value: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # None while it lasts
    reason: Mapped[str] = mapped_column(default="")
    actor: Mapped[str] = mapped_column(default="system")

    __table_args__ = (
        Index(
            "uq_agent_intervals_open",
            "agent_id",
            "kind",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_agent_intervals_day", "agent_id", "started_at"),
    )


# The count makes PostgreSQL end the old stretch before it checks the unique index of open stretches.
BEGIN_INTERVAL = text(
    "WITH ended AS (UPDATE agent_intervals SET ended_at = :now"
    "  WHERE agent_id = :agent_id AND kind = :kind AND ended_at IS NULL RETURNING id)"
    "INSERT INTO agent_intervals (agent_id, kind, value, started_at, reason, actor)"
    " SELECT :agent_id, :kind, :value, :now, :reason, :actor FROM (SELECT count(*) FROM ended) AS done"
)


class AgentConnection(Row):
    """An agent's browser (or program)."""

    __tablename__ = "connections"

    sid: Mapped[str] = mapped_column(unique=True)
    agent_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("agents.id"), index=True)
    since: Mapped[datetime]
    seen_at: Mapped[datetime]  # last heartbeat
    gone_at: Mapped[datetime | None]  # when the socket closed


def get(session: Session, agent_id: int, *, lock: bool = False) -> Agent | None:
    return session.get(Agent, agent_id, with_for_update=NO_KEY if lock else None, populate_existing=lock)


def by_name(session: Session, name: str) -> Agent | None:
    """By user name or e-mail, case-insensitive."""
    plain = name.strip().lower()
    return session.scalar(
        select(Agent).where(or_(func.lower(Agent.username) == plain, func.lower(Agent.email) == plain))
    )


def all_active(session: Session) -> Sequence[Agent]:
    return session.scalars(select(Agent).where(Agent.is_active).order_by(Agent.id)).all()


def page(session: Session, *, after: int = 0, status: str | None = None, limit: int = 50) -> Sequence[Agent]:
    rows = select(Agent).where(Agent.is_active, Agent.id > after)
    if status is not None:
        rows = rows.where(Agent.status == status)
    return session.scalars(rows.order_by(Agent.id).limit(limit)).all()


def names(session: Session) -> dict[int, str]:
    return {row.id: row.name for row in session.execute(select(Agent.id, Agent.name))}


def begin_interval(
    session: Session, *, agent_id: int, kind: str, value: str, now: datetime, reason: str, actor: str
) -> None:
    values = {"agent_id": agent_id, "kind": kind, "value": value, "now": now, "reason": reason, "actor": actor}
    # One statement, as every offer does this.
    session.execute(BEGIN_INTERVAL, values)


def intervals(session: Session, agent_id: int, *, since: datetime) -> Sequence[Interval]:
    """Those that touch the time after `since`."""
    touching = or_(Interval.ended_at.is_(None), Interval.ended_at > since)
    rows = select(Interval).where(Interval.agent_id == agent_id, touching).order_by(Interval.started_at, Interval.id)
    return session.scalars(rows).all()


def connect(session: Session, *, sid: str, agent_id: int, now: datetime) -> None:
    row = insert(AgentConnection).values(sid=sid, agent_id=agent_id, since=now, seen_at=now)
    session.execute(row.on_conflict_do_update(index_elements=["sid"], set_={"seen_at": now, "gone_at": None}))


def seen(session: Session, *, sid: str, now: datetime) -> None:
    session.execute(update(AgentConnection).where(AgentConnection.sid == sid).values(seen_at=now, gone_at=None))


def disconnect(session: Session, *, sid: str, now: datetime) -> int | None:
    """The agent's id, or None if unknown."""
    gone = (
        update(AgentConnection).where(AgentConnection.sid == sid, AgentConnection.gone_at.is_(None)).values(gone_at=now)
    )
    return session.scalar(gone.returning(AgentConnection.agent_id))


def expect(session: Session, agent_id: int, *, silent_before: datetime, now: datetime) -> None:
    """The agent is coming back: a dead newest connection counts as gone just now."""
    newest = select(func.max(AgentConnection.id)).where(AgentConnection.agent_id == agent_id).scalar_subquery()
    lives_no_more = or_(AgentConnection.gone_at.is_not(None), AgentConnection.seen_at < silent_before)
    gone = update(AgentConnection).where(AgentConnection.id == newest, lives_no_more).values(seen_at=now, gone_at=now)
    session.execute(gone)


def lost(session: Session, *, silent_before: datetime, gone_before: datetime) -> Sequence[int]:
    """Available agents who had a connection and have no living one."""
    living = (
        select(AgentConnection.id)
        .where(AgentConnection.agent_id == Agent.id, AgentConnection.seen_at >= silent_before)
        .where(or_(AgentConnection.gone_at.is_(None), AgentConnection.gone_at >= gone_before))
    )
    had_one = select(AgentConnection.id).where(AgentConnection.agent_id == Agent.id)
    wanted = (
        select(Agent.id).where(Agent.status == Status.AVAILABLE, had_one.exists(), ~living.exists()).order_by(Agent.id)
    )
    return session.scalars(wanted).all()


def is_reached(session: Session, agent_id: int, *, since: datetime) -> bool:
    """A browser of theirs was seen since then, or they never had one."""
    ours = select(AgentConnection.id).where(AgentConnection.agent_id == agent_id)
    living = ours.where(AgentConnection.seen_at >= since, AgentConnection.gone_at.is_(None))
    return bool(session.scalar(select(or_(living.exists(), ~ours.exists()))))


def with_screen(session: Session, ids: Sequence[int], *, since: datetime) -> set[int]:
    """Those with an open browser active since then."""
    rows = select(AgentConnection.agent_id).where(
        AgentConnection.agent_id.in_(ids), AgentConnection.gone_at.is_(None), AgentConnection.seen_at >= since
    )
    return set(session.scalars(rows)) if ids else set()


def by_mobile(session: Session, number: str) -> Agent | None:
    return session.scalar(select(Agent).where(Agent.mobile == number, Agent.is_active))


def forget_connections(session: Session, *, before: datetime) -> None:
    session.execute(
        text(
            # Not the agent's newest: it shows that the agent had one.
            "DELETE FROM connections c WHERE coalesce(c.gone_at, c.seen_at) < :before AND EXISTS "
            "(SELECT 1 FROM connections d WHERE d.agent_id = c.agent_id AND d.id > c.id)"
        ),
        {"before": before},
    )


def teams(session: Session) -> Sequence[Team]:
    return session.scalars(select(Team).order_by(Team.id)).all()


def team_names(session: Session) -> dict[int, str]:
    return {team.id: team.name for team in session.scalars(select(Team))}
