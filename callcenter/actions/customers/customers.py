"""Who is it? By number, never by guess; and what we write down about people."""

from sqlalchemy import select

from callcenter.domain import customers as rules
from callcenter.domain import languages
from callcenter.domain.errors import Invalid, NotFound, StaleSave
from callcenter.domain.events import CustomerChanged, CustomerCreated, CustomerRecognised
from callcenter.domain.permissions import Actor
from callcenter.storage.administration import company
from callcenter.storage.calls import interactions
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Customer, Phone
from callcenter.storage.tickets import tickets
from callcenter.storage.work import Work

EDITABLE = ("name", "language", "zone", "tier", "place", "email")
TIERS = ("standard", "silver", "gold")


def identify(work: Work, number: str | None) -> Customer | None:
    """The one customer with this number. None where it is withheld, or shared by several: then a person must tell.

    A number never seen before gets a customer without a name, so that the second contact finds the first.
    """
    if number is None:
        return None
    known = customers.with_number(work.session, number)
    if not known:
        customers.lock_number(work.session, number)
        known = customers.with_number(work.session, number) or [_unnamed(work, number)]
    return known[0] if len(known) == 1 else None


def _unnamed(work: Work, number: str) -> Customer:
    ours = company.get(work.session)
    language = rules.language_of(number) or languages.DEFAULT
    zone = rules.zone_of(number) or (ours.zone if ours else "UTC")
    return _add(work, number=number, name="", language=language, zone=zone, actor="customer")


def create(work: Work, *, name: str, number: str, language: str, zone: str | None, actor: Actor) -> Customer:
    """A new customer with a number; Invalid where the number is none. Another may have the same number: that is allowed."""
    ours = company.get(work.session)
    e164 = _number(number, ours.region if ours else None)
    chosen = zone or rules.zone_of(e164) or (ours.zone if ours else "UTC")
    return _add(work, number=e164, name=name.strip(), language=_language(language), zone=chosen, actor=actor.label)


def _add(work: Work, *, number: str, name: str, language: str, zone: str, actor: str) -> Customer:
    ours = company.get(work.session)
    currency = ours.currency if ours else "USD"
    customer = Customer(name=name, language=language, zone=zone, since=work.now, currency=currency)
    work.session.add(customer)
    work.session.flush()
    work.session.add(Phone(customer_id=customer.id, number=number))
    work.record(CustomerCreated(customer_id=customer.id, actor=actor))
    work.session.flush()
    return customer


def change(work: Work, customer_id: int, *, values: dict[str, str], version: int | None, actor: Actor) -> Customer:
    """Set some of EDITABLE. With the version that was read, StaleSave where somebody saved in between."""
    customer = customers.get(work.session, customer_id, lock=True)
    if customer is None:
        raise NotFound
    if version is not None and version != customer.version:
        raise StaleSave(name="")
    changed = {}
    for field, value in _checked(values).items():
        before = getattr(customer, field)
        if before != value:
            changed[field] = [before, value]
            setattr(customer, field, value)
    if changed:
        customer.version += 1
        work.record(CustomerChanged(customer_id=customer.id, actor=actor.label, changed=changed))
    return customer


def _checked(values: dict[str, str]) -> dict[str, str | None]:
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise Invalid("This field cannot be changed.", field=min(unknown))
    checked: dict[str, str | None] = {field: value.strip()[:200] for field, value in values.items()}
    if "language" in checked:
        checked["language"] = _language(str(checked["language"]))
    if "zone" in checked and not rules.is_zone(str(checked["zone"])):
        raise Invalid("This is not a time zone such as Europe/Berlin.", field="zone")
    if "tier" in checked and checked["tier"] not in TIERS:
        raise Invalid("A tier is standard, silver or gold.", field="tier")
    if "email" in checked:
        checked["email"] = checked["email"] or None
    return checked


def add_number(work: Work, customer_id: int, *, number: str, actor: Actor) -> None:
    """One more number for this person; Invalid where it is none, nothing where they have it already."""
    ours = company.get(work.session)
    e164 = _number(number, ours.region if ours else None)
    if customers.get(work.session, customer_id) is None:
        raise NotFound
    known = select(Phone.id).where(Phone.customer_id == customer_id, Phone.number == e164)
    if work.session.scalar(known) is None:
        work.session.add(Phone(customer_id=customer_id, number=e164))
        work.record(CustomerChanged(customer_id=customer_id, actor=actor.label, changed={"number": [None, e164]}))


def recognise(work: Work, interaction_id: int, *, customer_id: int, actor: Actor) -> None:
    """An agent says who is on the line, where the number alone does not tell."""
    interaction = interactions.get(work.session, interaction_id, lock=True)
    customer = customers.get(work.session, customer_id)
    if interaction is None or customer is None:
        raise NotFound
    interaction.customer_id = customer.id
    ticket = tickets.get(work.session, interaction.ticket_id, lock=True) if interaction.ticket_id else None
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
