"""People we serve, the organisations they belong to, and their numbers: several people may share one, one person may have several."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, bindparam, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.storage.database import Row


class Account(Row):
    """An organisation. `owner_id`: the agent who answers for it."""

    __tablename__ = "accounts"

    name: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))


class Customer(Row):
    """`name` is empty until somebody asked for it. `value_minor`: what they brought in the last 12 months."""

    __tablename__ = "customers"

    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str]
    zone: Mapped[str]
    tier: Mapped[str] = mapped_column(default="standard")
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"), index=True)
    place: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None]
    since: Mapped[datetime]
    value_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (Index("ix_customers_name_lower", func.lower(text("name"))),)


class Phone(Row):
    """One number of one customer. `opted_out_at`: this person wants no messages there."""

    __tablename__ = "customer_phones"

    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customers.id"), index=True)
    number: Mapped[str] = mapped_column(index=True)
    opted_out_at: Mapped[datetime | None]

    __table_args__ = (Index("uq_customer_phones_pair", "customer_id", "number", unique=True),)


def get(session: Session, customer_id: int, *, lock: bool = False) -> Customer | None:
    return session.get(Customer, customer_id, with_for_update=lock or None, populate_existing=lock)


def account(session: Session, account_id: int) -> Account | None:
    return session.get(Account, account_id)


WITH_NUMBER = (
    select(Customer)
    .join(Phone, Phone.customer_id == Customer.id)
    .where(Phone.number == bindparam("number"))
    .order_by(Customer.id)
    .limit(20)
)


def with_number(session: Session, number: str) -> Sequence[Customer]:
    """Everybody who has this number, the longest known first."""
    return session.scalars(WITH_NUMBER, {"number": number}).all()


def lock_number(session: Session, number: str) -> None:
    """Until the end of this transaction nobody else decides whose number this is."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(number, 0))))


def phones(session: Session, customer_id: int) -> Sequence[Phone]:
    return session.scalars(select(Phone).where(Phone.customer_id == customer_id).order_by(Phone.id)).all()


def number_to_reach(session: Session, customer_id: int) -> str | None:
    return session.scalar(select(Phone.number).where(Phone.customer_id == customer_id).order_by(Phone.id).limit(1))


def has_opted_out(session: Session, number: str) -> bool:
    wanted = select(Phone.id).where(Phone.number == number, Phone.opted_out_at.is_not(None))
    return session.scalar(select(wanted.exists())) or False


def opt_out(session: Session, number: str, *, at: datetime | None) -> Sequence[int]:
    """Set (or, with None, lift) the wish for no messages on this number; the customers for whom that was a change."""
    changed = update(Phone).where(
        Phone.number == number, Phone.opted_out_at.is_(None) if at else Phone.opted_out_at.is_not(None)
    )
    return session.scalars(changed.values(opted_out_at=at).returning(Phone.customer_id)).all()


def search(session: Session, words: str, *, limit: int = 20) -> Sequence[Customer]:
    """By part of the name (any case) or the beginning or end of a number."""
    digits = "".join(c for c in words if c.isdigit())
    pattern = "%" + words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    found: ColumnElement[bool] = func.lower(Customer.name).like(pattern)
    if len(digits) >= 3:
        owners = select(Phone.customer_id).where(Phone.number.like(f"%{digits}%"))
        found = or_(found, Customer.id.in_(owners))
    return session.scalars(select(Customer).where(found).order_by(Customer.name, Customer.id).limit(limit)).all()


def page(session: Session, *, after: int = 0, limit: int = 50, phone: str | None = None) -> Sequence[Customer]:
    rows = select(Customer).where(Customer.id > after).order_by(Customer.id).limit(limit)
    if phone is not None:
        rows = rows.where(Customer.id.in_(select(Phone.customer_id).where(Phone.number == phone)))
    return session.scalars(rows).all()


def by_ids(session: Session, ids: Sequence[int]) -> dict[int, Customer]:
    if not ids:
        return {}
    return {customer.id: customer for customer in session.scalars(select(Customer).where(Customer.id.in_(ids)))}


def phones_of(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """{customer: numbers}, each list in the order they were learned."""
    if not ids:
        return {}
    rows = select(Phone.customer_id, Phone.number).where(Phone.customer_id.in_(ids)).order_by(Phone.id)
    numbers: dict[int, list[str]] = {}
    for row in session.execute(rows):
        numbers.setdefault(row.customer_id, []).append(row.number)
    return numbers


def numbers_of(session: Session, ids: Sequence[int]) -> dict[int, list[Phone]]:
    """{customer: their numbers}, each list in the order they were learned."""
    numbers: dict[int, list[Phone]] = {}
    for row in session.scalars(select(Phone).where(Phone.customer_id.in_(ids)).order_by(Phone.id)):
        numbers.setdefault(row.customer_id, []).append(row)
    return numbers


def accounts_of(session: Session, ids: Sequence[int]) -> dict[int, Account]:
    """{account id: account} for these accounts."""
    if not ids:
        return {}
    return {account.id: account for account in session.scalars(select(Account).where(Account.id.in_(ids)))}
