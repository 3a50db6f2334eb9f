"""Identify customers by address, create and edit them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from callcenter.domain import customers as rules
from callcenter.domain import languages, texts
from callcenter.domain.channels import AddressKind
from callcenter.domain.errors import Invalid, NotFound, NotYoursToState, StaleSave
from callcenter.domain.events import CustomerChanged, CustomerCreated, CustomerRecognised
from callcenter.domain.permissions import Actor, may_state_facts
from callcenter.storage.administration import company
from callcenter.storage.calls import interactions
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Address, Customer
from callcenter.storage.tickets import tickets
from callcenter.storage.work import Work

EDITABLE = ("name", "language", "zone", "tier", "place", "email")
# Facts that decide what agents may give: set by systems (an import, a program's token) and supervisors.
STATED = ("tier", "value_minor")
SEEN_AGAIN = timedelta(hours=1)  # how exact "last seen" is: no write for each message of a conversation
TIERS = ("standard", "silver", "gold")


def identify(
    work: Work,
    address: str | None,
    *,
    kind: AddressKind = AddressKind.PHONE,
    also: tuple[str, ...] = (),
    name: str = "",
    seen: list[int] | None = None,
) -> Customer | None:
    """The one customer with this address; None where it is withheld or shared. Unknown: a new customer.

    `also`: further addresses to store. `seen`: collects ids of addresses whose last-seen time the caller writes.
    """
    if address is None:
        return None
    known = _known(work, address, also)
    if not known:
        # Two first messages at once create one customer.
        customers.lock_address(work.session, address)
        known = _known(work, address, also) or [(_unnamed(work, address, kind, name), None)]
    people = dict.fromkeys(customer for customer, _ in known)
    customer = next(iter(people)) if len(people) == 1 else None
    if customer:
        _remember(work, customer, [row for _, row in known if row], kind, (address, *also), seen)
    return customer


def _known(work: Work, address: str, also: tuple[str, ...]) -> Sequence[tuple[Customer, Address | None]]:
    found = (customers.known_by(work.session, each) for each in (address, *also))
    return next((rows for rows in found if rows), ())


def _remember(
    work: Work,
    customer: Customer,
    known: Sequence[Address],
    kind: AddressKind,
    addresses: tuple[str, ...],
    seen: list[int] | None,
) -> None:
    first, *also = addresses
    rows = {row.address: row for row in known if row.kind == kind}
    if first not in rows:
        customers.add_address(work.session, customer.id, kind, first, now=work.now, verified_at=work.now)
    # An address of another customer is not taken over.
    for address in also:
        if address not in rows and not customers.known_by(work.session, address):
            customers.add_address(work.session, customer.id, kind, address, now=work.now, verified_at=work.now)
    for row in rows.values():
        if row.last_seen_at is not None and work.now - row.last_seen_at <= SEEN_AGAIN:
            continue
        if seen is None:
            customers.seen(work.session, row.id, at=work.now)
        else:
            seen.append(row.id)


def _unnamed(work: Work, address: str, kind: AddressKind, name: str) -> Customer:
    ours = company.get(work.session)
    number = rules.e164(address)
    language = rules.language_of(number) or languages.DEFAULT
    zone = (rules.zone_of(number) if number else None) or (ours.zone if ours else "UTC")
    return _add(work, name=name, language=language, zone=zone, actor="customer")


def create(work: Work, *, name: str, number: str, language: str, zone: str | None, actor: Actor) -> Customer:
    ours = company.get(work.session)
    e164 = _number(number, ours.region if ours else None)
    chosen = zone or rules.zone_of(e164) or (ours.zone if ours else "UTC")
    customer = _add(work, name=texts.one_line(name, 200), language=_language(language), zone=chosen, actor=actor.label)
    # Several customers may share a number.
    customers.add_address(work.session, customer.id, AddressKind.PHONE, e164, now=work.now)
    return customer


def _add(work: Work, *, name: str, language: str, zone: str, actor: str) -> Customer:
    ours = company.get(work.session)
    currency = ours.currency if ours else "USD"
    customer = Customer(name=name, language=language, zone=zone, since=work.now, currency=currency)
    work.session.add(customer)
    work.session.flush()
    work.record(CustomerCreated(customer_id=customer.id, actor=actor))
    work.session.flush()
    return customer


def change(
    work: Work, customer_id: int, *, values: Mapping[str, str | int], version: int | None, actor: Actor
) -> Customer:
    """Set some of EDITABLE or STATED. `version` as read; StaleSave where it changed since.

    NotYoursToState where an agent changes one of STATED.
    """
    customer = customers.get(work.session, customer_id, lock=True)
    if customer is None:
        raise NotFound
    if version is not None and version != customer.version:
        raise StaleSave(name="")
    changed = {}
    for field, value in _checked(values).items():
        before = getattr(customer, field)
        if before != value:
            if field in STATED and not may_state_facts(actor):
                raise NotYoursToState
            changed[field] = [before, value]
            setattr(customer, field, value)
    if changed:
        customer.version += 1
        work.record(CustomerChanged(customer_id=customer.id, actor=actor.label, changed=changed))
    return customer


def _checked(values: Mapping[str, str | int]) -> dict[str, str | int | None]:
    unknown = set(values) - {*EDITABLE, *STATED}
    if unknown:
        raise Invalid("This field cannot be changed.", field=min(unknown))
    checked: dict[str, str | int | None] = {
        field: texts.one_line(str(value), 200) for field, value in values.items() if field != "value_minor"
    }
    if "value_minor" in values:
        checked["value_minor"] = _value(values["value_minor"])
    if "language" in checked:
        checked["language"] = _language(str(checked["language"]))
    if "zone" in checked and not rules.is_zone(str(checked["zone"])):
        raise Invalid("This is not a time zone such as Europe/Berlin.", field="zone")
    if "tier" in checked and checked["tier"] not in TIERS:
        raise Invalid("A tier is standard, silver or gold.", field="tier")
    if "email" in checked:
        checked["email"] = checked["email"] or None
    return checked


def _value(minor: object) -> int:
    # A business customer brings more than anybody may give: the largest exact number of a JSON reader.
    if isinstance(minor, bool) or not isinstance(minor, int) or not 0 <= minor <= 2**53:
        raise Invalid("An amount is a whole number of minor units.", field="value_minor")
    return minor


def add_number(work: Work, customer_id: int, *, number: str, actor: Actor) -> None:
    """Invalid for a malformed number; no event where the customer has it already."""
    ours = company.get(work.session)
    e164 = _number(number, ours.region if ours else None)
    if customers.get(work.session, customer_id) is None:
        raise NotFound
    if customers.add_address(work.session, customer_id, AddressKind.PHONE, e164, now=work.now):
        work.record(CustomerChanged(customer_id=customer_id, actor=actor.label, changed={"number": [None, e164]}))


def recognise(work: Work, interaction_id: int, *, customer_id: int, actor: Actor) -> None:
    interaction = interactions.get(work.session, interaction_id, lock=True)
    customer = customers.get(work.session, customer_id)
    if interaction is None or customer is None:
        raise NotFound
    interaction.customer_id = customer.id
    ticket = tickets.get(work.session, interaction.ticket_id, lock=True) if interaction.ticket_id else None
    # A ticket without a customer gets this one.
    if ticket and ticket.customer_id is None:
        ticket.customer_id = customer.id
    work.record(
        CustomerRecognised(
            interaction_id=interaction.id,
            ticket_id=interaction.ticket_id,
            customer_id=customer.id,
            agent_id=interaction.agent_id,
            actor=actor.label,
        )
    )


def _number(raw: str, region: str | None) -> str:
    number = rules.e164(raw, region=region)
    if number is None:
        raise Invalid("This is not a telephone number.", field="number")
    return number


def _language(code: str) -> str:
    if code not in languages.SERVED:
        raise Invalid("This language is not served.", field="language")
    return code
