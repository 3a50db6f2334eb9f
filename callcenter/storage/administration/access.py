"""Tokens, failed sign-ins, webhooks seen before, and drafts."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import BigInteger, ForeignKey, Index, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.agents import Role
from callcenter.domain.permissions import Actor
from callcenter.storage.agents.agents import Agent
from callcenter.storage.database import Row


class Token(Row):
    __tablename__ = "api_tokens"

    name: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)  # the token itself is not stored
    role: Mapped[str]
    agent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))  # it acts as this agent
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class LoginTry(Row):
    """A failed sign-in."""

    __tablename__ = "login_tries"

    username: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_login_tries_name", "username", "at"),
        Index("ix_login_tries_address", "address", "at"),
    )


PROGRAMS = "api"  # so begin the keys of requests by programs


class Receipt(Row):
    __tablename__ = "receipts"

    key: Mapped[str] = mapped_column(unique=True)  # a webhook's natural key, or a program's
    answer: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(index=True)


class Draft(Row):
    __tablename__ = "drafts"

    agent_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("agents.id"))
    about: Mapped[str]  # "interaction:7:note"
    body: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index("uq_drafts_one", "agent_id", "about", unique=True),)


def hash_of(token: str) -> str:
    # Tokens are 256 random bits: a plain hash protects them.
    return sha256(token.encode()).hexdigest()


def token(session: Session, secret: str) -> Token | None:
    return session.scalar(select(Token).where(Token.hash == hash_of(secret), Token.revoked_at.is_(None)))


def actor_of(session: Session, token: Token) -> Actor | None:
    """The token's agent, or a program; None if the agent has left."""
    if token.agent_id is None:
        return Actor(role=Role(token.role), agent_id=None, name=token.name)
    agent = session.get(Agent, token.agent_id)
    if agent is None or not agent.is_active:
        return None
    return Actor(role=Role(token.role), agent_id=agent.id, name=agent.name)


def tokens(session: Session) -> Sequence[Token]:
    return session.scalars(select(Token).order_by(Token.id)).all()


def tries(session: Session, *, username: str, address: str, since: datetime) -> tuple[int, int]:
    """Failed sign-ins (for this name, from this address)."""
    for_name = select(func.count()).select_from(LoginTry).where(LoginTry.username == username, LoginTry.at >= since)
    from_there = select(func.count()).select_from(LoginTry).where(LoginTry.address == address, LoginTry.at >= since)
    return session.scalar(for_name) or 0, session.scalar(from_there) or 0


def forget_tries(session: Session, *, username: str) -> None:
    session.execute(delete(LoginTry).where(LoginTry.username == username))


CLAIM_RECEIPT = text(
    "INSERT INTO receipts (key, at, answer) VALUES (:key, :at, '') ON CONFLICT (key) DO NOTHING RETURNING id"
)


def claim_receipt(session: Session, key: str, *, now: datetime) -> bool:
    """True for the first request with this key; a second one waits for its commit, then gets False."""
    return session.scalar(CLAIM_RECEIPT, {"key": key, "at": now}) is not None


def receipt(session: Session, key: str) -> Receipt | None:
    return session.scalar(select(Receipt).where(Receipt.key == key))


def last_webhook(session: Session) -> datetime | None:
    """When the carrier's last report was taken; None if none in the two days for which receipts are kept."""
    by_carrier = select(Receipt.at).where(Receipt.key.not_like(f"{PROGRAMS}:%"))
    return session.scalar(by_carrier.order_by(Receipt.id.desc()).limit(1))


def claimed_of(session: Session, keys: Sequence[str]) -> set[str]:
    return set(session.scalars(select(Receipt.key).where(Receipt.key.in_(keys))))


def keep_draft(session: Session, *, agent_id: int, about: str, body: str, now: datetime) -> None:
    if not body:
        session.execute(delete(Draft).where(Draft.agent_id == agent_id, Draft.about == about))
        return
    row = insert(Draft).values(agent_id=agent_id, about=about, body=body, at=now)
    session.execute(row.on_conflict_do_update(index_elements=["agent_id", "about"], set_={"body": body, "at": now}))


def draft(session: Session, *, agent_id: int, about: str) -> Draft | None:
    return session.scalar(select(Draft).where(Draft.agent_id == agent_id, Draft.about == about))


def forget_old(session: Session, *, before: datetime) -> None:
    session.execute(delete(Receipt).where(Receipt.at < before))
    session.execute(delete(LoginTry).where(LoginTry.at < before))
