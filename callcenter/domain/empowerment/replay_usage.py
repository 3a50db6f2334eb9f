"""Grants of a replay so far: to each customer, and by each agent per day and month."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from heapq import heappop, heappush
from itertools import count
from zoneinfo import ZoneInfo

from callcenter.domain.empowerment.facts import EarlierGrant, Usage
from callcenter.domain.empowerment.recorded_request import RecordedRequest

Customer = tuple[str, int]
Span = tuple[int, str, date]


@dataclass(slots=True)
class ReplayGrant:
    at: datetime
    remedy: str
    amount: int  # changes when the question is answered; 0 after a reversal
    currency: str
    count: int
    ticket_id: int
    spans: tuple[Span, Span]


class ReplayUsage:
    """The replay's grants count from `since` on, recorded grants before. Requests come in time order."""

    def __init__(self, since: datetime, zone: str) -> None:
        self._since, self._zone = since, ZoneInfo(zone)
        self._first_day = since.astimezone(self._zone).date()
        self._to: defaultdict[Customer, list[ReplayGrant]] = defaultdict(list)
        self._by: defaultdict[Span, int] = defaultdict(int)
        self._known: set[tuple[int, str]] = set()
        self._later: list[tuple[datetime, int, ReplayGrant, str, int, int]] = []
        self._order = count()

    def usage(self, past: RecordedRequest) -> Usage:
        self._until(past.at)
        day, month = self._spans(past)
        self._begin(past, day, month)
        before = tuple(one for one in past.usage.customer if one.at < self._since)
        own = tuple(
            EarlierGrant(one.at, one.remedy, one.amount, one.currency, one.count, one.ticket_id == past.ticket_id)
            for one in self._to.get(_customer(past), ())
            if one.count
        )
        return Usage(before + own, agent_day=self._by.get(day, 0), agent_month=self._by.get(month, 0))

    def _spans(self, past: RecordedRequest) -> tuple[Span, Span]:
        local = past.at.astimezone(self._zone).date()
        return (past.agent_id, past.currency + " day", local), (past.agent_id, past.currency, local.replace(day=1))

    def _begin(self, past: RecordedRequest, day: Span, month: Span) -> None:
        # An agent's first request in a currency adds the recorded sums of the first day and month.
        if (past.agent_id, past.currency) in self._known:
            return
        self._known.add((past.agent_id, past.currency))
        if day[2] == self._first_day:
            self._by[day] += past.usage.agent_day
        if month[2] == self._first_day.replace(day=1):
            self._by[month] += past.usage.agent_month

    def put(self, past: RecordedRequest, *, remedy: str, worth: int, pieces: int) -> ReplayGrant:
        """`pieces`: 1 for money."""
        made = ReplayGrant(past.at, remedy, worth, past.currency, pieces, past.ticket_id, self._spans(past))
        self._to[_customer(past)].append(made)
        for span in made.spans:
            self._by[span] += worth
        return made

    def becomes(self, made: ReplayGrant, at: datetime, *, remedy: str, worth: int, pieces: int) -> None:
        heappush(self._later, (at, next(self._order), made, remedy, worth, pieces))

    def _until(self, now: datetime) -> None:
        while self._later and self._later[0][0] <= now:
            _, _, made, remedy, worth, pieces = heappop(self._later)
            for span in made.spans:
                self._by[span] += worth - made.amount
            made.remedy, made.amount, made.count = remedy, worth, pieces


def _customer(past: RecordedRequest) -> Customer:
    # Grants to an unknown customer are counted by ticket.
    return ("customer", past.customer_id) if past.customer_id is not None else ("ticket", past.ticket_id)
