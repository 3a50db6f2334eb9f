"""Customers, organisations and addresses; customers may share an address."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.domain.channels import AddressKind
from callcenter.storage.database import Row


class Account(Row):
    __tablename__ = "accounts"

    name: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("agents.id"))  # the responsible agent


class Customer(Row):
    __tablename__ = "customers"

    name: Mapped[str] = mapped_column(default="")  # empty until an agent asks
    language: Mapped[str]
    zone: Mapped[str]
    tier: Mapped[str] = mapped_column(default="standard")
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"), index=True)
    place: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None]
    since: Mapped[datetime]
    value_minor: Mapped[int] = mapped_column(BigInteger, default=0)  # revenue of the last 12 months
    currency: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (Index("ix_customers_name_lower", func.lower(text("name"))),)


class Address(Row):
    __tablename__ = "customer_addresses"

    customer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("customers.id"))
    kind: Mapped[AddressKind]
    address: Mapped[str] = mapped_column(index=True)
    since: Mapped[datetime]
    verified_at: Mapped[datetime | None]  # since when its use proves it
    last_seen_at: Mapped[datetime | None]
    opted_out_at: Mapped[datetime | None]  # this customer wants no messages there

    __table_args__ = (Index("uq_customer_addresses_kind", "customer_id", "kind", "address", unique=True),)


def get(session: Session, customer_id: int, *, lock: bool = False) -> Customer | None:
    return session.get(Customer, customer_id, with_for_update=lock or None, populate_existing=lock)


def account(session: Session, account_id: int) -> Account | None:
    return session.get(Account, account_id)


WITH_ADDRESS = (
    select(Customer, Address)
    .join(Address, Address.customer_id == Customer.id)
    .where(Address.address == bindparam("address"))
    .order_by(Customer.id)
    .limit(20)
)


def known_by(session: Session, address: str) -> Sequence[tuple[Customer, Address]]:
    """Customers with this address, of any kind."""
    # A WhatsApp address is the number that the customer calls from.
    return [(row.Customer, row.Address) for row in session.execute(WITH_ADDRESS, {"address": address})]


def with_address(session: Session, address: str) -> Sequence[Customer]:
    """Longest known first, each once."""
    return list(dict.fromkeys(customer for customer, _ in known_by(session, address)))


def lock_address(session: Session, address: str) -> None:
    """Serialises decisions about the address's owner, until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(address, 0))))


def add_address(
    session: Session,
    customer_id: int,
    kind: AddressKind,
    address: str,
    *,
    now: datetime,
    verified_at: datetime | None = None,
) -> bool:
    """False if the customer has it already."""
    new = insert(Address).on_conflict_do_nothing(index_elements=["customer_id", "kind", "address"])
    values = {"customer_id": customer_id, "kind": kind, "address": address}
    made = new.values(**values, since=now, verified_at=verified_at, last_seen_at=verified_at)
    return session.scalar(made.returning(Address.id)) is not None


def seen(session: Session, address_id: int, *, at: datetime) -> None:
    """The customer's use verifies the address."""
    session.execute(
        update(Address)
        .where(Address.id == address_id)
        .values(last_seen_at=at, verified_at=func.coalesce(Address.verified_at, at))
        .execution_options(synchronize_session=False)
    )


def addresses(session: Session, customer_id: int) -> Sequence[Address]:
    return session.scalars(select(Address).where(Address.customer_id == customer_id).order_by(Address.id)).all()


def number_to_reach(session: Session, customer_id: int) -> str | None:
    """The customer's first number, telephone before other kinds."""
    rows = select(Address.address).where(Address.customer_id == customer_id, Address.address.like("+%"))
    return session.scalar(rows.order_by(Address.kind != AddressKind.PHONE, Address.id).limit(1))


def has_opted_out(session: Session, kind: AddressKind, address: str) -> bool:
    wanted = select(Address.id).where(Address.address == address, Address.kind == kind)
    return session.scalar(select(wanted.where(Address.opted_out_at.is_not(None)).exists())) or False


def opt_out(session: Session, kind: AddressKind, address: str, *, at: datetime | None) -> Sequence[int]:
    """Sets (or, with None, lifts) the opt-out; returns the customers that changed."""
    changed = update(Address).where(
        Address.address == address,
        Address.kind == kind,
        Address.opted_out_at.is_(None) if at else Address.opted_out_at.is_not(None),
    )
    return session.scalars(changed.values(opted_out_at=at).returning(Address.customer_id)).all()


def search(session: Session, words: str, *, limit: int = 20) -> Sequence[Customer]:
    """By part of the name or of an address."""
    digits = "".join(c for c in words if c.isdigit())
    pattern = "%" + words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    found: ColumnElement[bool] = func.lower(Customer.name).like(pattern)
    if len(digits) >= 3:
        owners = select(Address.customer_id).where(Address.address.like(f"%{digits}%"))
        found = or_(found, Customer.id.in_(owners))
    return session.scalars(select(Customer).where(found).order_by(Customer.name, Customer.id).limit(limit)).all()


def page(session: Session, *, after: int = 0, limit: int = 50, address: str | None = None) -> Sequence[Customer]:
    rows = select(Customer).where(Customer.id > after).order_by(Customer.id).limit(limit)
    if address is not None:
        rows = rows.where(Customer.id.in_(select(Address.customer_id).where(Address.address == address)))
    return session.scalars(rows).all()


def by_ids(session: Session, ids: Sequence[int]) -> dict[int, Customer]:
    if not ids:
        return {}
    return {customer.id: customer for customer in session.scalars(select(Customer).where(Customer.id.in_(ids)))}


def addresses_of(session: Session, ids: Sequence[int]) -> dict[int, list[Address]]:
    """{customer: addresses}"""
    found: dict[int, list[Address]] = {}
    if not ids:
        return found
    for row in session.scalars(select(Address).where(Address.customer_id.in_(ids)).order_by(Address.id)):
        found.setdefault(row.customer_id, []).append(row)
    return found


def accounts_of(session: Session, ids: Sequence[int]) -> dict[int, Account]:
    if not ids:
        return {}
    return {account.id: account for account in session.scalars(select(Account).where(Account.id.in_(ids)))}
