"""One decision of the demo year under the rules of that day: granted, approval asked, refused or dropped."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from random import Random
from zoneinfo import ZoneInfo

from callcenter.actions.empowerment.remedy_words import described
from callcenter.demo import messages
from callcenter.demo.book import Book, Values
from callcenter.demo.empowerment import fulfilment, grant_patterns
from callcenter.demo.empowerment.demo_budgets import Till
from callcenter.demo.empowerment.occasions import Occasion, Year
from callcenter.demo.personas import COMPANY
from callcenter.domain import languages
from callcenter.domain.empowerment import (
    Decision,
    EarlierGrant,
    GrantAnswer,
    Held,
    Remedy,
    RuleBook,
    Usage,
    decide,
    hold,
    money,
)
from callcenter.domain.empowerment_events import GrantRefused, RemedyGranted
from callcenter.domain.events import MessageQueued
from callcenter.storage.customers.customers import Address
from callcenter.storage.empowerment.grants import Grant
from callcenter.storage.empowerment.rule_books import InForce

USAGE = timedelta(days=730)
THRIFTY_PERCENT = 60  # percent of a current budget; the rest stays for the demo's visitors


@dataclass
class CountedGrant:
    """A grant that counts for limits, and until when; None while it stands."""

    earlier_grant: EarlierGrant
    ticket_id: int
    agent_id: int
    until: datetime | None = None


@dataclass
class Desk:
    book: Book
    year: Year
    till: Till
    rules: list[InForce]
    chance: Random
    kept: dict[int, list[CountedGrant]] = field(default_factory=lambda: defaultdict(list))
    by_agent: dict[int, list[CountedGrant]] = field(default_factory=lambda: defaultdict(list))
    opted_out: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.opted_out = {row["customer_id"] for row in self.book.rows(Address) if row["opted_out_at"]}

    def in_force(self, at: datetime) -> InForce:
        return next(one for one in self.rules if one.since <= at)

    def share(self, percent: float) -> bool:
        return self.chance.random() * 100 < percent

    def usage(self, moment: Occasion, rules: RuleBook) -> Usage:
        at = moment.at
        mine = tuple(
            EarlierGrant(
                one.earlier_grant.at,
                one.earlier_grant.remedy,
                one.earlier_grant.amount,
                one.earlier_grant.currency,
                one.earlier_grant.count,
                one.ticket_id == moment.ticket["id"],
            )
            for one in self.kept[moment.customer["id"]]
            if _counts(one, at) and one.earlier_grant.at > at - USAGE
        )
        day = at.astimezone(ZoneInfo(rules.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        month = day.replace(day=1)
        by_agent = self._of_agent(moment, since=month)
        today = sum(one.amount for one in by_agent if one.at >= day)
        return Usage(mine, agent_day=today, agent_month=sum(one.amount for one in by_agent))

    def _of_agent(self, moment: Occasion, *, since: datetime) -> list[EarlierGrant]:
        # Appended in order of time, so the newest are last.
        lately = takewhile(lambda one: one.earlier_grant.at >= since, reversed(self.by_agent[moment.agent["id"]]))
        return [
            one.earlier_grant
            for one in lately
            if _counts(one, moment.at) and one.earlier_grant.currency == moment.currency
        ]


def _counts(one: CountedGrant, at: datetime) -> bool:
    return one.earlier_grant.at < at and (one.until is None or one.until > at)


@dataclass
class DemoCase:
    moment: Occasion
    rules: InForce
    usage: Usage
    decision: Decision

    def remedy(self, key: str) -> Remedy:
        found = self.rules.book.remedy(key)
        if found is None:
            raise KeyError(key)
        return found


def look(desk: Desk, moment: Occasion) -> DemoCase:
    """Decide what may be granted at this moment, with the live decision function."""
    desk.till.advance(moment.at)
    rules = desk.in_force(moment.at)
    usage = desk.usage(moment, rules.book)
    balances = desk.till.balances(moment.agent, moment.currency, moment.at)
    return DemoCase(moment, rules, usage, decide(desk.year.facts(moment), rules.book, usage, balances, now=moment.at))


def is_thrifty(desk: Desk, moment: Occasion) -> bool:
    """Whether a current budget is already used enough: then no further grant is made."""
    if moment.at < desk.book.now - timedelta(days=92):
        return False
    now = desk.till.balances(moment.agent, moment.currency, desk.book.now)
    return any(balance.left * 100 < balance.limit * (100 - THRIFTY_PERCENT) for balance in now.balances)


def write(
    desk: Desk,
    case: DemoCase,
    key: str,
    units: int,
    held: Held,
    *,
    state: str,
    reason: str = "",
    rest_of: int | None = None,
) -> Values:
    """The grant's row as the live app writes it."""
    moment, thing = case.moment, case.remedy(key)
    option = held.option
    decided = option.ask_rule_id if option and held.answer == GrantAnswer.ASK else option.rule_id if option else None
    currency = moment.currency
    return desk.book.add(
        Grant,
        key=f"{desk.chance.getrandbits(64):016x}",
        state=state,
        remedy=key,
        currency=currency,
        requested=units,
        units=units,
        worth=thing.worth(units, currency),
        cost=thing.cost(units, currency),
        rest_of=rest_of,
        rule_book=case.rules.number,
        rule_id=decided,
        answer=held.answer.value,
        facts=case.decision.case.facts.model_dump(mode="json"),
        usage=case.usage.to_data(),
        decision=case.decision.to_data(),
        reason=reason,
        fields={} if state in ("refused", "not_asked") else fulfilment.fields_of(thing, moment),
        language=moment.customer["language"],
        sms=sms_of(case, thing, units),
        created_at=moment.at,
        fulfilment={},
        tries=0,
        failure="",
        reverse_reason="",
        **moment.about(),
    )


def count(desk: Desk, moment: Occasion, row: Values, thing: Remedy, *, until: datetime | None = None) -> CountedGrant:
    """Count the grant for limits from now on."""
    pieces = 1 if thing.is_money else row["units"]
    earlier_grant = EarlierGrant(moment.at, row["remedy"], row["worth"], row["currency"], pieces)
    kept = CountedGrant(earlier_grant, row["ticket_id"], row["agent_id"], until)
    desk.kept[moment.customer["id"]].append(kept)
    desk.by_agent[moment.agent["id"]].append(kept)
    return kept


def grant(desk: Desk, case: DemoCase, key: str, units: int, held: Held, *, reason: str = "") -> Values:
    moment, thing = case.moment, case.remedy(key)
    row = write(desk, case, key, units, held, state="granted", reason=reason)
    periods = desk.till.open(moment.agent, moment.currency, moment.at)
    actor = f"agent:{moment.agent['id']}"
    desk.till.move(moment.at, periods, row["id"], "commit", committed=row["cost"], actor=actor)
    kept = count(desk, moment, row, thing)
    granted(desk, case, row, kept, periods, at=moment.at)
    return row


def granted(
    desk: Desk, case: DemoCase, row: Values, kept: CountedGrant, periods: list[Values], *, at: datetime
) -> None:
    """Message the customer and fulfil; rarely reverse later."""
    moment, thing = case.moment, case.remedy(row["remedy"])
    row.update(state="granted", granted_at=at, valid_until=None)
    _text(desk, case, row, at)
    what = {"remedy": thing.key, "units": row["units"], "currency": row["currency"]}
    event = RemedyGranted(
        **moment.about(),
        actor=f"agent:{moment.agent['id']}",
        grant_id=row["id"],
        shown=described(thing, row["units"], row["currency"]),
        **what,
    )
    desk.book.record(at, event)
    fulfilment.fulfil(desk.book, desk.chance, moment, thing, row, at=at)
    if desk.share(1.6) and moment.visit is not None:
        kept.until = fulfilment.take_back(desk.book, desk.chance, desk.till, moment, row, periods, at=at, thing=thing)


def _text(desk: Desk, case: DemoCase, row: Values, at: datetime) -> None:
    moment = case.moment
    if not row["sms"] or moment.visit is None or moment.customer["id"] in desk.opted_out:
        return
    actor = f"agent:{moment.agent['id']}"
    sent = messages.write(desk.book, moment.visit, at, row["sms"], agent_id=moment.agent["id"], purpose="grant")
    row["message_id"] = sent["id"]
    desk.book.record(at, MessageQueued(message_id=sent["id"], **moment.about(), actor=actor))


def refuse(desk: Desk, case: DemoCase, key: str, units: int, held: Held, *, reason: str) -> Values:
    moment, thing = case.moment, case.remedy(key)
    row = write(desk, case, key, units, held, state="refused", reason=reason)
    event = GrantRefused(
        **moment.about(),
        actor=f"agent:{moment.agent['id']}",
        grant_id=row["id"],
        remedy=key,
        units=units,
        currency=moment.currency,
        refusal=held.refusal.value if held.refusal else "",
        shown=described(thing, units, moment.currency),
    )
    desk.book.record(moment.at, event)
    return row


def own(case: DemoCase, key: str) -> tuple[int, Held] | None:
    """The most the agent may grant alone, in round amounts."""
    option, thing = case.decision.option(key), case.remedy(key)
    if option is None or not option.is_free or option.most <= 0:
        return None
    step = grant_patterns.ROUND[case.moment.currency]
    units = option.most if option.is_fixed else 1 if not thing.is_money else grant_patterns.rounded(option.most, step)
    return units, hold(case.decision, key, units, reason="·")


def sms_of(case: DemoCase, thing: Remedy, units: int) -> str:
    if thing.sms is None:
        return ""
    moment = case.moment
    language = languages.served(moment.customer["language"])
    return languages.of(thing.sms, language).format_map(
        {
            "amount": money.formatted(units, moment.currency, language) if thing.is_money else f"{units} ×",
            "count": units,
            "name": moment.customer["name"],
            "ticket": moment.ticket["number"],
            "agent": moment.agent["name"].split()[0],
            "company": COMPANY[language],
        }
    )
