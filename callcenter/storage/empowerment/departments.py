"""Departments and requests to them, causes, entitlements, and the company's systems."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain import languages
from callcenter.domain.states import RequestState
from callcenter.storage.agents.agents import Agent, Team
from callcenter.storage.database import NO_KEY, Row


class Department(Row):
    __tablename__ = "departments"

    key: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, Any]]

    def name(self, language: str) -> str:
        return languages.of(self.names, language)


class Cause(Row):
    __tablename__ = "causes"

    key: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, Any]]
    department_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("departments.id"))  # responsible
    is_active: Mapped[bool] = mapped_column(default=True)

    def name(self, language: str) -> str:
        return languages.of(self.names, language)


class Entitlement(Row):
    """A warranty or service agreement."""

    __tablename__ = "entitlements"

    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customers.id"), index=True)
    key: Mapped[str]
    names: Mapped[dict[str, Any]]
    ends_at: Mapped[datetime | None]  # None: without end

    def name(self, language: str) -> str:
        return languages.of(self.names, language)


class DepartmentRequest(Row):
    __tablename__ = "requests"

    department_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("departments.id"))
    ticket_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("tickets.id"), index=True)
    grant_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("grants.id"), unique=True)
    asked_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    body: Mapped[str]
    state: Mapped[RequestState] = mapped_column(default=RequestState.OPEN)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))
    answer: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint("state IN ('open','done','refused')", name="state"),
        Index("ix_requests_open", "department_id", "due_at", postgresql_where=text("state = 'open'")),
    )


class System(Row):
    __tablename__ = "company_systems"

    key: Mapped[str] = mapped_column(unique=True)  # rule books name it by key, not by address
    url: Mapped[str]
    secret: Mapped[str]  # signs the posts
    is_active: Mapped[bool] = mapped_column(default=True)


def departments(session: Session) -> Sequence[Department]:
    return session.scalars(select(Department).order_by(Department.id)).all()


def of_agent(session: Session, agent_id: int | None) -> int | None:
    """The department of the agent's team."""
    team = select(Team.department_id).join(Agent, Agent.team_id == Team.id).where(Agent.id == agent_id)
    return session.scalar(team) if agent_id else None


def department(session: Session, key: str) -> Department | None:
    return session.scalar(select(Department).where(Department.key == key))


def causes(session: Session) -> Sequence[Cause]:
    return session.scalars(select(Cause).where(Cause.is_active).order_by(Cause.id)).all()


def every_cause(session: Session) -> Sequence[Cause]:
    return session.scalars(select(Cause).order_by(Cause.id)).all()


def entitlements_of(session: Session, customer_id: int, now: datetime) -> Sequence[Entitlement]:
    running = Entitlement.ends_at.is_(None) | (Entitlement.ends_at > now)
    return session.scalars(
        select(Entitlement).where(Entitlement.customer_id == customer_id, running).order_by(Entitlement.id)
    ).all()


def systems(session: Session) -> Sequence[System]:
    return session.scalars(select(System).order_by(System.key)).all()


def system(session: Session, key: str) -> System | None:
    return session.scalar(select(System).where(System.key == key, System.is_active))


def request(session: Session, request_id: int, *, lock: bool = False) -> DepartmentRequest | None:
    return session.get(DepartmentRequest, request_id, with_for_update=NO_KEY if lock else None, populate_existing=lock)


def open_requests(
    session: Session, *, department_id: int | None = None, limit: int = 200
) -> Sequence[DepartmentRequest]:
    """The first due in front."""
    rows = select(DepartmentRequest).where(DepartmentRequest.state == RequestState.OPEN)
    if department_id is not None:
        rows = rows.where(DepartmentRequest.department_id == department_id)
    return session.scalars(rows.order_by(DepartmentRequest.due_at, DepartmentRequest.id).limit(limit)).all()


def requests(
    session: Session,
    *,
    states: Sequence[str] = (),
    department_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[DepartmentRequest]:
    """Newest first."""
    rows = select(DepartmentRequest)
    if states:
        rows = rows.where(DepartmentRequest.state.in_(states))
    if department_id is not None:
        rows = rows.where(DepartmentRequest.department_id == department_id)
    if before is not None:
        rows = rows.where(DepartmentRequest.id < before)
    return session.scalars(rows.order_by(DepartmentRequest.id.desc()).limit(limit)).all()
