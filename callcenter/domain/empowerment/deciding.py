"""Decides what may be granted, by whom, and why.

For each remedy, of the rules that fit: `never` without limits forbids; the first `may` sets the amount; the first `ask`
sets the approvers; each `never above` and each budget lowers both.
"""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter

from callcenter.domain.empowerment.case import Case
from callcenter.domain.empowerment.decision import Decision
from callcenter.domain.empowerment.facts import Balances, Facts, Usage
from callcenter.domain.empowerment.matching import Matcher, matcher
from callcenter.domain.empowerment.options import Bound, May, Option, Room
from callcenter.domain.empowerment.rule_book import MONEY_LIMITS, Remedy, Rule, RuleBook, RuleOutcome

NONE_AT_ALL = 2**53
BOUNDS = {name: Bound(name) for name in MONEY_LIMITS}
_left = attrgetter("left")
NO_USAGE = Usage()
NO_BUDGETS = Balances()


def decide(
    facts: Facts, book: RuleBook, usage: Usage = NO_USAGE, budgets: Balances = NO_BUDGETS, *, now: datetime
) -> Decision:
    ready = matcher(book)
    fitting, failed = ready.fit(facts)
    case = Case(facts, book, usage, budgets, now)
    options = tuple(
        _option(case, remedy, ready, fitting)
        for remedy in book.remedies
        if remedy.is_active and remedy.is_in(facts.currency)
    )
    return Decision(case, options, fitting, failed)


def option_of(
    remedy: str, facts: Facts, book: RuleBook, usage: Usage = NO_USAGE, budgets: Balances = NO_BUDGETS, *, now: datetime
) -> Option | None:
    """One remedy of `decide`; None if unknown, inactive or not in this currency."""
    ready = matcher(book)
    wanted = ready.remedies.get(remedy)
    if wanted is None or not wanted.is_active or not wanted.is_in(facts.currency):
        return None
    return _option(Case(facts, book, usage, budgets, now), wanted, ready, ready.bits(facts))


def _option(case: Case, remedy: Remedy, ready: Matcher, fitting: int) -> Option:
    """`fitting`: one bit per rule; the first rule is the lowest bit."""
    mine = fitting & ready.about(remedy.key)
    is_fixed = case.facts.currency in remedy.fixed
    forbids = ready.first(mine & ready.forbidding)
    if forbids:
        return Option(remedy=remedy.key, may=May.NEVER, rule_id=forbids.id, is_money=remedy.is_money, is_fixed=is_fixed)
    above_all = _above_all(case, remedy, ready.rules_of(mine & ready.ceilings))
    gives = ready.first(mine & ready.granting)
    asks = ready.first(mine & ready.asking)
    rooms = tuple(sorted([*_rooms(case, remedy, gives), *above_all], key=_left)) if gives else ()
    most = _most(case, remedy, rooms) if gives else 0
    ask_rooms = [*_rooms(case, remedy, asks), *above_all] if asks else []
    ask_most = min(ask_rooms, key=_left).left if ask_rooms else None
    if asks and ask_most is not None and ask_most <= most:
        asks = None  # an approver cannot allow more than the agent may grant anyway
    if asks and is_fixed and not _can_be_asked(asks, remedy.fixed[case.facts.currency], ask_most):
        asks = None
    may = May.GIVE if gives else May.ASK if asks else May.GAP
    if gives and gives.outcome == RuleOutcome.MAY_WITH_REASON:
        may = May.GIVE_WITH_REASON
    return Option(
        remedy=remedy.key,
        may=may,
        most=most,
        rule_id=gives.id if gives else None,
        rooms=rooms if gives else tuple(sorted(above_all, key=_left)),
        ask=asks.asks if asks else None,
        ask_rule_id=asks.id if asks else None,
        ask_most=ask_most if asks else None,
        is_money=remedy.is_money,
        is_fixed=is_fixed,
        each=1 if remedy.is_money else remedy.costs.get(case.facts.currency, 0),
    )


def _can_be_asked(rule: Rule, fixed: int, most: int | None) -> bool:
    """Of a fixed amount nobody may say yes to a part."""
    return (most is None or fixed <= most) and any(one.up_to is None or fixed <= one.up_to for one in rule.asks.steps)


def _most(case: Case, remedy: Remedy, rooms: tuple[Room, ...]) -> int:
    left = max(0, rooms[0].left) if rooms else 0
    fixed = remedy.fixed.get(case.facts.currency)
    return left if fixed is None else fixed if fixed <= left else 0


def _above_all(case: Case, remedy: Remedy, ceilings: Iterable[Rule]) -> list[Room]:
    # These bounds hold for agents and approvers.
    rooms: list[Room] = []
    for rule in ceilings:
        rooms += _rooms(case, remedy, rule)
    currency = case.facts.currency
    budget = case.budget()
    if budget is not None:
        limit, left = budget
        bound = Bound.NO_BUDGET if limit is None else Bound.BUDGET
        rooms.append(Room(bound, limit or 0, (limit or 0) - left, _units_for_cost(remedy, left, currency)))
    if currency in remedy.fixed:
        fixed = remedy.fixed[currency]
        rooms.append(Room(Bound.FIXED, fixed, 0, fixed))
    return rooms


def _units_for_cost(remedy: Remedy, left: int, currency: str) -> int:
    if remedy.is_money:
        return left * 100 // remedy.cost_percent if remedy.cost_percent else NONE_AT_ALL
    each = remedy.costs.get(currency, 0)
    return left // each if each else NONE_AT_ALL


def _rooms(case: Case, remedy: Remedy, rule: Rule) -> list[Room]:
    """Limits as headroom, in minor units or pieces."""
    each = 1 if remedy.is_money else remedy.costs.get(case.facts.currency, 0)
    rooms: list[Room] | None = case.kept.get((rule.id, each))
    if rooms is None:
        rooms = case.kept[rule.id, each] = _worths(case, rule, each)
    limits = rule.limits
    if limits.times_ticket is None and limits.times_customer is None:
        return rooms
    times = (
        (Bound.TIMES_TICKET, limits.times_ticket, None),
        (Bound.TIMES_CUSTOMER, limits.times_customer, limits.customer_days),
    )
    return rooms + [_times(case, remedy, rule, *one) for one in times if one[1] is not None]


def _worths(case: Case, rule: Rule, each: int) -> list[Room]:
    """`each`: the cost of a piece; 1 for money."""
    rooms = []
    for name, limit in rule.limits.money:
        bound, used = BOUNDS[name], case.used(name, rule.limits.customer_days)
        if name == "share_of_value":
            limit = _share(case.facts.customer.value, limit)
        elif name == "share_of_price":
            price = case.facts.case.price
            limit = _share(price or 0, limit)
            bound = bound if price is not None else Bound.PRICE_UNKNOWN
        left = limit - used
        units = 0 if left <= 0 else left // each if each else NONE_AT_ALL
        rooms.append(Room(bound, int(limit), used, int(units), rule.id))
    return rooms


def _share(amount: int, percent: float) -> int:
    """Rounded down; in whole numbers, for 4.35 % of 10,000 are 435 and not 434.99…"""
    return amount * round(percent * 10_000) // 1_000_000


def _times(case: Case, remedy: Remedy, rule: Rule, bound: Bound, limit: int, days: int | None) -> Room:
    used = case.times(remedy.key, days=days)
    left = max(0, limit - used)
    # Money is granted once at a time, so one time left allows any amount.
    return Room(bound, limit, used, left if not remedy.is_money else NONE_AT_ALL if left else 0, rule.id)
