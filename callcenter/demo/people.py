"""Two hundred customers: the scripted ones by name, the others random."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from callcenter.demo import names
from callcenter.demo.book import Book, Values
from callcenter.demo.personas import ACCOUNTS, COMPANY_ZONE, MEMBERS, NEW_YORK, OUR_NUMBER, SHANGHAI
from callcenter.domain.channels import AddressKind
from callcenter.domain.events import CustomerCreated, CustomerOptedOut
from callcenter.storage.customers.customers import Account, Address, Customer

HOW_MANY = 200
YEAR = timedelta(days=365)
VALUE = {"gold": (400_000, 2_500_000), "silver": (300_000, 1_000_000), "standard": (90_000, 480_000)}
PRICES = {"USD": 1, "CNY": 6}  # factor from USD to CNY
TIERS = ("gold", "silver", "silver", "standard", "standard", "standard", "standard", "standard", "standard")


@dataclass(frozen=True)
class DemoCustomer:
    """A customer while the year is generated. `weight`: relative frequency of contacts."""

    id: int
    name: str
    language: str
    zone: str
    tier: str
    number: str
    since: datetime
    addresses: dict[AddressKind, Values]
    opted_out: bool = False
    in_story: bool = False
    weight: int = 1


@dataclass(frozen=True)
class ScriptedCustomer:
    """A customer with fixed data: those in screenshots and on the simulator's phone page."""

    name: str
    numbers: tuple[str, ...]
    tier: str
    language: str
    place: str
    zone: str
    years: int
    account: str | None = None
    value: int = 0  # yearly, minor units; 0: random


KNOWN = (
    ScriptedCustomer(
        "Carla Mendes",
        ("+14155550142", "+14155550143"),
        "gold",
        "en",
        "San Francisco",
        COMPANY_ZONE,
        7,
        "Mendes Café Group",
        value=421_000,
    ),
    ScriptedCustomer("李雷", ("+8613855500163",), "silver", "zh", "深圳南山区", SHANGHAI, 5, value=1_980_000),
    ScriptedCustomer("Tom Becker", ("+12125550178",), "standard", "en", "New York", NEW_YORK, 2),
    ScriptedCustomer("王芳 Wang Fang", ("+8613955500121", "+8675555500121"), "gold", "zh", "上海", SHANGHAI, 6),
    ScriptedCustomer(
        "Mary Okafor",
        ("+16465550119",),
        "silver",
        "en",
        "New York",
        NEW_YORK,
        4,
        "Okafor & Daughters Catering",
    ),
    ScriptedCustomer("Mallory Reed", ("+15105550166",), "standard", "en", "Oakland", COMPANY_ZONE, 1),
    ScriptedCustomer("Malin Reed", ("+15105550166", "+15105550167"), "silver", "en", "Oakland", COMPANY_ZONE, 3),
)
OPTED_OUT = 12  # this customer id has opted out of messages


def write(book: Book, *, owners: dict[str, int]) -> list[DemoCustomer]:
    """All customers with accounts and numbers. `owners`: agent ids by user name, as account owners."""
    accounts = {name: book.add(Account, name=name, owner_id=owners[who])["id"] for name, who in ACCOUNTS}
    everybody = [_known(book, known, accounts) for known in KNOWN]
    taken = {person.name for person in everybody} | {OUR_NUMBER} | {n for known in KNOWN for n in known.numbers}
    taken |= {member.mobile for member in MEMBERS if member.mobile}
    while len(everybody) < HOW_MANY:
        everybody.append(_drawn(book, taken, accounts))
    return everybody


def _known(book: Book, known: ScriptedCustomer, accounts: dict[str, int]) -> DemoCustomer:
    since = book.now - YEAR * known.years - book.seconds(0, 86_400 * 90)
    return _add(book, known, since, accounts, in_story=True, weight=0)


def _drawn(book: Book, taken: set[str], accounts: dict[str, int]) -> DemoCustomer:
    is_chinese = book.share(38)
    place, zone, prefix = book.chance.choice(names.CHINESE if is_chinese else names.AMERICAN)
    numbers = [_number(taken, prefix, is_chinese)]
    if book.share(14):
        numbers.append(_number(taken, "151" if is_chinese else "332", is_chinese))
    account = _account(book, is_chinese) if book.share(16) else None
    known = ScriptedCustomer(
        name=_name(book, taken, is_chinese),
        numbers=tuple(numbers),
        tier="gold" if account and book.share(45) else book.chance.choice(TIERS),
        language="zh" if is_chinese or book.share(8) else "en",
        place=place,
        zone=zone,
        years=0,
        account=account,
    )
    since = book.now - book.seconds(86_400 * 20, 86_400 * 365 * 6)
    return _add(book, known, since, accounts, weight=4 if account else book.chance.choice((1, 1, 1, 2, 3)))


def _number(taken: set[str], prefix: str, is_chinese: bool) -> str:
    lines = (names.chinese(prefix, line) if is_chinese else names.american(prefix, line) for line in count(1))
    number = next(number for number in lines if number not in taken)
    taken.add(number)
    return number


def _name(book: Book, taken: set[str], is_chinese: bool) -> str:
    while True:
        if is_chinese:
            name = book.chance.choice(names.SURNAMES) + book.chance.choice(names.GIVEN)
        else:
            name = f"{book.chance.choice(names.FIRST)} {book.chance.choice(names.LAST)}"
        if name not in taken:
            taken.add(name)
            return name


def _account(book: Book, is_chinese: bool) -> str:
    return book.chance.choice([name for name, _ in ACCOUNTS if name.isascii() != is_chinese and "é" not in name])


def _add(
    book: Book,
    known: ScriptedCustomer,
    since: datetime,
    accounts: dict[str, int],
    *,
    weight: int,
    in_story: bool = False,
) -> DemoCustomer:
    drawn = round(book.chance.triangular(*VALUE[known.tier], VALUE[known.tier][0]))
    currency = "CNY" if known.zone == SHANGHAI else "USD"
    customer = book.add(
        Customer,
        name=known.name,
        language=known.language,
        zone=known.zone,
        tier=known.tier,
        account_id=accounts[known.account] if known.account else None,
        place=known.place,
        since=since,
        value_minor=known.value or drawn * PRICES[currency],
        currency=currency,
        email=None if book.share(35) else f"c{book.chance.randrange(10**6):06d}@example.com",
        version=1,
    )
    opted_out = customer["id"] == OPTED_OUT
    left_at = book.now - timedelta(days=60) if opted_out else None
    addresses = [
        book.add(
            Address,
            customer_id=customer["id"],
            kind=AddressKind.PHONE,
            address=number,
            since=since,
            verified_at=since,
            last_seen_at=None,
            opted_out_at=left_at,
        )
        for number in known.numbers
    ]
    if since > book.now - YEAR:
        book.record(since, CustomerCreated(customer_id=customer["id"]))
    if opted_out:
        book.record(book.now - timedelta(days=60), CustomerOptedOut(customer_id=customer["id"], actor="customer"))
    return DemoCustomer(
        id=customer["id"],
        name=known.name,
        language=known.language,
        zone=known.zone,
        tier=known.tier,
        number=known.numbers[0],
        since=since,
        addresses={AddressKind.PHONE: addresses[0]},
        opted_out=opted_out,
        in_story=in_story,
        weight=weight,
    )
