"""The demo year's demand before it is served: cases, each with one or more contacts."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callcenter.demo import topics_billing, topics_delivery
from callcenter.demo.book import Book, Values
from callcenter.demo.people import DemoCustomer
from callcenter.demo.topics import Theme
from callcenter.domain.channels import Channel

THEMES = (*topics_delivery.THEMES, *topics_billing.THEMES)
DAYS = 365
TEXT_SHARE = 28
BAD_DAYS = 26
# Weight of each hour of the customer's day, from 8 to 19.
HOURS = {8: 4, 9: 9, 10: 12, 11: 10, 12: 7, 13: 7, 14: 8, 15: 8, 16: 10, 17: 9, 18: 6, 19: 3}
PARTS = (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4)


@dataclass(frozen=True)
class Script:
    """Fixed parts of a scripted contact, in seconds. `score` 0: asked, no answer; None: random."""

    agent: str
    waited: int
    talked: int
    held: int = 0
    outcome: str | None = None
    note: str = ""
    score: int | None = None
    comment: str = ""


@dataclass
class Issue:
    """One future ticket. `stays_open`: the last contact does not solve it."""

    theme: Theme
    customer: DemoCustomer
    subject: str = ""
    priority: str = ""
    responsible: str = ""
    number: int = 0  # fixed serial, 0: any
    stays_open: bool = False
    ticket: Values | None = field(default=None, repr=False)


@dataclass(frozen=True)
class DemoContact:
    """One contact of the customer about this case; `part` counts from 1."""

    at: datetime
    issue: Issue
    channel: Channel
    part: int = 1
    is_last: bool = True
    is_redial: bool = False
    script: Script | None = None

    @property
    def customer(self) -> DemoCustomer:
        return self.issue.customer


def year(book: Book, customers: list[DemoCustomer]) -> Iterator[DemoContact]:
    """Random contacts of the last year up to now; their number grows towards today."""
    drawn = [person for person in customers if not person.in_story]
    weights = [person.weight for person in drawn]
    today = book.now.date()
    for back in range(DAYS, -2, -1):
        day = today - timedelta(days=back)
        for _ in range(_how_many(book, back, day)):
            customer = book.chance.choices(drawn, weights)[0]
            theme = book.chance.choices(THEMES, _weights(back))[0]
            yield from _contacts(book, day, Issue(theme, customer))


def _weights(back: int) -> list[float]:
    # In the last weeks a carrier is in trouble: more late deliveries.
    return [theme.weight * (5 if back < BAD_DAYS and theme is topics_delivery.LATE else 1) for theme in THEMES]


def _how_many(book: Book, back: int, day: date) -> int:
    mean = 3.0 + (6.5 if back < 14 else 3.0 * (1 - back / DAYS))
    if day.weekday() >= 5:
        mean *= 0.55
    return max(0, round(book.chance.gauss(mean, math.sqrt(mean))))


def _contacts(book: Book, day: date, issue: Issue) -> Iterator[DemoContact]:
    parts = book.chance.choice(PARTS)
    for part in range(1, parts + 1):
        at = _moment(book, day, issue.customer.zone)
        if issue.customer.since < at < book.now:
            channel = _written(issue) if book.share(TEXT_SHARE) else Channel.VOICE
            yield DemoContact(at, issue, channel, part=part, is_last=part == parts)
        day += timedelta(days=book.chance.choice((1, 1, 2, 2, 3, 4)))


def _written(issue: Issue) -> Channel:
    """One customer in three uses WhatsApp."""
    return Channel.WHATSAPP if issue.customer.id % 3 == 0 else Channel.SMS


def _moment(book: Book, day: date, zone: str) -> datetime:
    hour = book.chance.choices(list(HOURS), list(HOURS.values()))[0]
    clock = time(hour, book.chance.randrange(60), book.chance.randrange(60))
    return datetime.combine(day, clock, ZoneInfo(zone))
