"""Customers: find by address, create, edit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from flask import Response
from pydantic import Field
from sqlalchemy.orm import Session

from callcenter import wiring
from callcenter.actions.customers import customers as acts
from callcenter.api import cursors
from callcenter.api.authentication import actor
from callcenter.api.once import once
from callcenter.api.operations import operation
from callcenter.api.shapes import Id, Listing, Page, RequestBody, ResponseBody, Text, left_out
from callcenter.api.stale import stale
from callcenter.declared import everyone
from callcenter.domain import customers as rules
from callcenter.domain import languages, texts
from callcenter.domain.channels import AddressKind
from callcenter.domain.errors import Invalid, NotFound, StaleSave
from callcenter.storage.administration import company
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Customer
from callcenter.storage.work import Work

Language = Literal["en", "zh"]
Line = Annotated[Text, Field(max_length=200)]
VALUE = "Brought in the last 12 months, in minor units of `currency`. Null for agents: they see the customer alone."
STATES = "Set by programs without an agent, supervisors and administrators."
Number = Annotated[Text, Field(max_length=40, description="E.164, or as dialled in the company's own country.")]


class AddressShown(ResponseBody):
    """An address of a customer: a telephone number, or a name at a messaging service."""

    kind: AddressKind
    address: str
    since: datetime
    verified_at: Annotated[datetime | None, Field(description="They came by it; null: only told to us.")]
    last_seen_at: Annotated[datetime | None, Field(description="They came by it last; to the hour.")]
    opted_out_at: Annotated[datetime | None, Field(description="Since then they want no messages there.")]


class AccountShown(ResponseBody):
    id: int
    name: str
    owner_id: Annotated[int | None, Field(description="The agent who answers for it.")]


class CustomerShown(ResponseBody):
    """A customer. `name` is empty until an agent enters it; several customers may share an address."""

    id: int
    name: str
    language: str
    zone: str
    tier: str
    account: AccountShown | None
    place: str
    email: str | None
    addresses: list[AddressShown]
    since: datetime
    value_minor: Annotated[int | None, Field(description=VALUE)]
    currency: str
    version: Annotated[int, Field(description="Rises with every save; send it back with a PATCH.")]


class Customers(Page[CustomerShown]):
    pass


class CustomersAsked(Listing):
    address: Annotated[
        str | None, Field(max_length=140, description="Only those who have this number, or this name at a service.")
    ] = None


class CustomerSent(RequestBody):
    number: Number
    name: Line = ""
    language: Annotated[Language | None, Field(description="Left out: told by the number.")] = None
    zone: Annotated[Line | None, Field(description="Such as Europe/Berlin. Left out: told by the number.")] = None


class CustomerChanges(RequestBody):
    """Fields to change; omitted fields stay. With `version`, a concurrent save is refused."""

    version: Id | None = None
    name: Line = left_out()
    language: Language = left_out()
    zone: Line = left_out()
    tier: Annotated[Literal["standard", "silver", "gold"], Field(description=STATES)] = left_out()
    value_minor: Annotated[int, Field(ge=0, le=2**53, description=STATES)] = left_out()
    place: Line = left_out()
    email: Line | None = left_out()


class NumberSent(RequestBody):
    number: Number


@operation("GET", "/customers", query=CustomersAsked, answer=Customers)
@everyone
def list_customers(query: CustomersAsked) -> Customers:
    """List customers, oldest first; with `address`, all customers with that address."""
    with wiring.current().reading() as session:
        after = cursors.read(query, "customers") or 0
        address = _address(session, query.address) if query.address is not None else None
        rows = customers.page(session, after=after, limit=query.limit + 1, address=address)
        page, following = cursors.cut(rows, query, "customers")
        return Customers(data=shown(session, page), next=following)


def _address(session: Session, raw: str) -> str:
    """A number as E.164, other addresses unchanged."""
    ours = company.get(session)
    # A "+" in a query string decodes to a blank.
    text = f"+{raw.strip()}" if raw.startswith(" ") else raw
    return rules.e164(text, region=ours.region if ours else None) or texts.clean(raw)


def shown(session: Session, rows: Sequence[Customer]) -> list[CustomerShown]:
    """Customers with addresses and accounts, in two queries for all rows."""
    addresses = customers.addresses_of(session, [row.id for row in rows])
    accounts = customers.accounts_of(session, [row.account_id for row in rows if row.account_id])
    sees_value = actor().leads
    return [
        CustomerShown(
            id=row.id,
            name=row.name,
            language=row.language,
            zone=row.zone,
            tier=row.tier,
            account=AccountShown.of(accounts[row.account_id]) if row.account_id else None,
            place=row.place,
            email=row.email,
            addresses=AddressShown.all_of(addresses.get(row.id, ())),
            since=row.since,
            value_minor=row.value_minor if sees_value else None,
            currency=row.currency,
            version=row.version,
        )
        for row in rows
    ]


@operation("GET", "/customers/{customer_id}", answer=CustomerShown)
@everyone
def get_customer(customer_id: int) -> CustomerShown:
    """Get a customer."""
    with wiring.current().reading() as session:
        return _one(session, customer_id)


def _one(session: Session, customer_id: int) -> CustomerShown:
    found = customers.get(session, customer_id)
    if found is None:
        raise NotFound
    return shown(session, [found])[0]


@operation("POST", "/customers", body=CustomerSent, answer=CustomerShown, status=201, repeatable=True)
@everyone
def create_customer(body: CustomerSent) -> Response:
    """Create a customer with a number. Several customers may share a number."""

    def make(work: Work) -> CustomerShown:
        if body.zone is not None and not rules.is_zone(body.zone):
            raise Invalid("This is not a time zone such as Europe/Berlin.", field="zone")
        language = body.language or rules.language_of(body.number) or languages.DEFAULT
        made = acts.create(work, name=body.name, number=body.number, language=language, zone=body.zone, actor=actor())
        return _one(work.session, made.id)

    return once(make)


@operation(
    "PATCH",
    "/customers/{customer_id}",
    body=CustomerChanges,
    answer=CustomerShown,
    refuses={409: ("stale-save",), 403: ("not-yours-to-state",)},
)
@everyone
def change_customer(customer_id: int, body: CustomerChanges) -> CustomerShown:
    """Change a customer.

    Where the customer was saved since `version`, nothing is saved: the problem holds both versions.
    """
    values = body.given()
    version = values.pop("version", None)
    try:
        with wiring.current().work() as work:
            plain = {name: "" if value is None else value for name, value in values.items()}
            acts.change(work, customer_id, values=plain, version=version, actor=actor())
    except StaleSave as error:
        raise stale(error, theirs=get_customer(customer_id), yours=body) from None
    return get_customer(customer_id)


@operation(
    "POST", "/customers/{customer_id}/numbers", body=NumberSent, answer=CustomerShown, status=201, repeatable=True
)
@everyone
def add_number(customer_id: int, body: NumberSent) -> Response:
    """Add a number to a customer. A number that they have already changes nothing."""

    def make(work: Work) -> CustomerShown:
        acts.add_number(work, customer_id, number=body.number, actor=actor())
        work.session.flush()
        return _one(work.session, customer_id)

    return once(make)
