"""Rows that grants need: departments, causes, products of tickets, entitlements, published rules."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from callcenter.demo import rule_books
from callcenter.demo.book import Book, Values
from callcenter.demo.empowerment import catalogue
from callcenter.domain.empowerment import RuleBook
from callcenter.domain.empowerment_events import RuleBookDrafted, RuleBookPublished, RuleBookReviewed, RuleBookSubmitted
from callcenter.storage.agents.agents import Agent, Team
from callcenter.storage.customers.customers import Customer
from callcenter.storage.empowerment.departments import Cause, Department, Entitlement, System
from callcenter.storage.empowerment.rule_books import InForce, RuleBookRow
from callcenter.storage.tickets.tickets import Ticket

FIRST_DAYS = 400  # as old as the company
SECOND_DAYS = 49
GOLD_BEFORE = 8_000  # rule 14's yearly limit in the first version


def write(book: Book, chance: Random) -> list[InForce]:
    """Everything but budgets and grants. Returns the published rule books, newest first."""
    ids = {key: int(book.add(Department, key=key, names=names)["id"]) for key, names in catalogue.DEPARTMENTS.items()}
    for team in book.rows(Team):
        team["department_id"] = ids[catalogue.TEAM_OF[team["name"]]]
    for key, (names, department) in catalogue.CAUSES.items():
        book.add(Cause, key=key, names=names, department_id=ids[department], is_active=True)
    secret = f"{chance.getrandbits(256):064x}"
    book.add(System, key="erp", url="https://erp.harbor-home.example/grants", secret=secret, is_active=False)
    _goods(book, chance)
    _entitlements(book, chance)
    return _rules(book)


def _goods(book: Book, chance: Random) -> None:
    customers = {row["id"]: row for row in book.rows(Customer)}
    for ticket in book.rows(Ticket):
        customer = customers[ticket["customer_id"]]
        named = next((ware for word, ware in catalogue.NAMED_PRODUCTS.items() if word in ticket["subject"]), None)
        drawn = chance.choice(catalogue.GOODS.get(catalogue.CAUSE_OF[ticket["cause"]], catalogue.ANY_GOODS))
        ware = named or drawn
        ticket.update(product=ware.names[customer["language"]], price=ware.price(customer["currency"]))


def _entitlements(book: Book, chance: Random) -> None:
    for customer in book.rows(Customer):
        is_carla = customer["name"] == "Carla Mendes"
        if customer["tier"] == "gold":
            _entitle(book, customer, catalogue.EXPRESS, None)
        if is_carla or (customer["tier"] != "standard" and chance.random() < 0.22):
            _entitle(
                book,
                customer,
                catalogue.CARE,
                book.now + timedelta(days=480 if is_carla else chance.randrange(20, 700)),
            )
        if customer["name"] == "李雷" or chance.random() < 0.3:
            _entitle(book, customer, catalogue.WARRANTY, book.now + timedelta(days=chance.randrange(-90, 600)))


def _entitle(book: Book, customer: Values, what: tuple[str, catalogue.Names], ends_at: datetime | None) -> None:
    key, names = what
    book.add(Entitlement, customer_id=customer["id"], key=key, names=names, ends_at=ends_at)


def _rules(book: Book) -> list[InForce]:
    """Two versions; the second, in force for some weeks, allows gold customers more."""
    second = rule_books.book("shop")
    first = _before(second)
    by = {row["username"]: int(row["id"]) for row in book.rows(Agent)}
    old = _published(book, by, 1, first, days=FIRST_DAYS, note="The rules that we start with.")
    new = _published(
        book, by, 2, second, days=SECOND_DAYS, note="Gold customers: $100 a year, as decided in the autumn."
    )
    return [new, old]


def _before(book: RuleBook) -> RuleBook:
    rules = tuple(
        rule.model_copy(update={"limits": rule.limits.model_copy(update={"customer": GOLD_BEFORE})})
        if rule.id == 14
        else rule
        for rule in book.rules
    )
    return RuleBook.model_validate(book.model_copy(update={"rules": rules}).to_data())


def _published(book: Book, by: dict[str, int], number: int, rules: RuleBook, *, days: int, note: str) -> InForce:
    since = book.now - timedelta(days=days)
    drafted, reviewed = since - timedelta(days=6), since - timedelta(days=2)
    based_on = number - 1 or None
    book.add(
        RuleBookRow,
        number=number,
        state="published",
        document=rules.to_data(),
        based_on=based_on,
        author_id=by["ines"],
        note=note,
        reviewer_id=by["robin"],
        review_note="",
        reviewed_at=reviewed,
        effective_from=since,
        published_at=reviewed,
        published_by=by["ines"],
        created_at=drafted,
        changed_at=reviewed,
        version=1,
    )
    author: dict[str, Any] = {"number": number, "actor": f"agent:{by['ines']}"}
    book.record(drafted, RuleBookDrafted(based_on=based_on, **author))
    book.record(drafted + timedelta(days=2), RuleBookSubmitted(**author))
    book.record(reviewed, RuleBookReviewed(number=number, accepted=True, actor=f"agent:{by['robin']}"))
    book.record(reviewed, RuleBookPublished(effective_from=since.isoformat(), **author))
    return InForce(number, since, rules)
