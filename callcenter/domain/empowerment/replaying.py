"""A replay: a draft decides every recorded grant request again, in time order, on top of its own grants.

docs/empowerment.md states the assumptions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from callcenter.domain.empowerment.deciding import option_of
from callcenter.domain.empowerment.facts import Balance, Balances
from callcenter.domain.empowerment.grant_request import GrantAnswer, held_to
from callcenter.domain.empowerment.matching import matcher
from callcenter.domain.empowerment.options import Option
from callcenter.domain.empowerment.recorded_request import RecordedRequest, Was
from callcenter.domain.empowerment.replay_budgets import Filled, ReplayedBudget, ReplayedBudgets
from callcenter.domain.empowerment.replay_sums import Sums
from callcenter.domain.empowerment.replay_usage import ReplayUsage
from callcenter.domain.empowerment.rule_book import RuleBook


class Then(StrEnum):
    MAY = "may"
    MORE = "more"  # at once
    LESS = "less"  # at once
    ASK = "ask"
    NOT_ASKED = "not_asked"
    NEVER = "never"
    COVERED = "covered"  # by an earlier decision of the replay


@dataclass(frozen=True, slots=True)
class Again:
    past: RecordedRequest
    then: Then
    remedy: str
    units: int  # 0: none
    worth: int
    cost: int
    rule_id: int | None = None
    assumed: bool = False  # a yes without a recorded answer

    @property
    def is_changed(self) -> bool:
        return self.then.value != self.past.was.value

    @property
    def kind(self) -> str:
        return f"{self.past.was}-{self.then}"


class Replay:
    """Call `again` in time order; `result` sums up."""

    def __init__(self, book: RuleBook, *, since: datetime, budgets: Iterable[ReplayedBudget] = ()) -> None:
        self.book, self._remedies = book, matcher(book).remedies
        self._usage = ReplayUsage(since, book.zone)
        self._budgets = ReplayedBudgets(list(budgets))
        self._ahead: defaultdict[tuple[int, str], int] = defaultdict(int)
        self._otherwise: set[int] = set()  # asked in reality, and not asked again
        self.sums = Sums()

    def result(self) -> dict[str, Any]:
        return {**self.sums.to_data(), "budgets": self._budgets.to_data()}

    def again(self, past: RecordedRequest) -> Again:
        usage = self._usage.usage(past)
        paying = self._budgets.paying(past)
        if past.rest_of is not None and past.facts is not None:
            done = self._rest(past)
        elif past.facts is None:
            done = self._recorded(past, Then(past.was.value))
        else:
            balances = _balances(past, paying)
            option = option_of(past.remedy, past.facts, self.book, usage, balances, now=past.at)
            ahead = max(0, self._ahead.get((past.ticket_id, past.remedy), 0))
            done = self._decided(past, option, ahead)
        self._keep(done, paying)
        self.sums.add(done)
        return done

    def _rest(self, past: RecordedRequest) -> Again:
        # Settled with its request, if that is not asked again.
        if past.rest_of in self._otherwise:
            return self._nothing(past, Then.COVERED)
        return self._recorded(past, Then(past.was.value))

    def _decided(self, past: RecordedRequest, option: Option | None, ahead: int) -> Again:
        """`ahead`: units the replay granted on this ticket above the recorded ones."""
        # They cover part of this request.
        requested, tried = past.requested - ahead, max(1, past.tried - ahead)
        if requested <= 0:
            return self._nothing(past, Then.COVERED)
        rule = option.rule_id if option else None
        if held_to(option, requested, reason="-").answer in (GrantAnswer.GIVE, GrantAnswer.NEEDS_REASON):
            own_choice = past.was == Was.MAY and past.granted < requested and (past.most or 0) >= requested
            return self._at_once(past, past.granted if own_choice else requested, ahead, rule)
        if past.was == Was.MAY:
            return self._was_granted(past, option, past.granted - ahead, requested, ahead)
        held = held_to(option, min(tried, requested), reason="-")
        if held.answer in (GrantAnswer.GIVE, GrantAnswer.NEEDS_REASON) and past.was != Was.ASK:
            return self._at_once(past, min(tried, requested), ahead, rule)
        if held.answer == GrantAnswer.ASK:
            return self._asked(past, option, requested)
        if past.was == Was.ASK and option and _partly(option, requested):
            return self._grant(past, Then.LESS, past.remedy, _partly(option, requested), rule)
        return self._nothing(past, Then.NEVER, rule)

    def _at_once(self, past: RecordedRequest, units: int, ahead: int, rule: int | None) -> Again:
        then = Then.MAY
        if past.was == Was.MAY and units + ahead != past.granted:
            then = Then.MORE if units + ahead > past.granted else Then.LESS
        return self._grant(past, then, past.remedy, units, rule)

    def _was_granted(
        self, past: RecordedRequest, option: Option | None, granted: int, requested: int, ahead: int
    ) -> Again:
        rule = option.rule_id if option else None
        most = _partly(option, requested) if option else 0
        # The agent granted the maximum of a larger request, and does so again.
        if past.granted < past.requested and past.granted == past.most and most:
            return self._at_once(past, most, ahead, rule)
        if granted <= 0:
            return self._nothing(past, Then.COVERED)
        held = held_to(option, granted, reason="-")
        if held.answer in (GrantAnswer.GIVE, GrantAnswer.NEEDS_REASON):
            return self._at_once(past, granted, ahead, rule)
        if held.answer == GrantAnswer.ASK and option:
            return self._grant(past, Then.ASK, past.remedy, granted, option.ask_rule_id, assumed=True)
        return self._at_once(past, most, ahead, rule) if most else self._nothing(past, Then.NEVER, rule)

    def _asked(self, past: RecordedRequest, option: Option | None, requested: int) -> Again:
        rule = option.ask_rule_id if option else None
        if past.was == Was.ASK:
            return self._recorded(past, Then.ASK, rule)
        if past.was == Was.NOT_ASKED:
            return self._nothing(past, Then.NOT_ASKED, rule)
        # No recorded answer: assume yes.
        return self._grant(past, Then.ASK, past.remedy, min(past.tried, requested), rule, assumed=True)

    def _recorded(self, past: RecordedRequest, then: Then, rule: int | None = None) -> Again:
        return Again(past, then, past.granted_remedy or past.remedy, past.granted, past.worth, past.cost, rule)

    def _nothing(self, past: RecordedRequest, then: Then, rule: int | None = None) -> Again:
        return Again(past, then, past.remedy, 0, 0, 0, rule)

    def _grant(
        self, past: RecordedRequest, then: Then, remedy: str, units: int, rule: int | None, *, assumed: bool = False
    ) -> Again:
        known = self._remedies[remedy]
        return Again(
            past,
            then,
            remedy,
            units,
            known.worth(units, past.currency),
            known.cost(units, past.currency),
            rule,
            assumed,
        )

    def _keep(self, done: Again, paying: list[Filled]) -> None:
        past = done.past
        self._ahead[past.ticket_id, past.remedy] += done.units - past.granted
        if past.was == Was.ASK and done.then != Then.ASK:
            self._otherwise.add(past.id)
        for filled in paying if past.granted else ():
            filled.add("before", past.at, past.cost)
            if past.reversed_at:
                filled.add("before", past.reversed_at, -past.cost)
        if done.units:
            for filled in paying:
                filled.add("after", past.at, done.cost)
                if past.reversed_at:
                    filled.add("after", past.reversed_at, -done.cost)
        self._count(done)

    def _count(self, done: Again) -> None:
        past = done.past
        final = {"remedy": done.remedy, "worth": done.worth, "pieces": self._pieces(done.remedy, done.units)}
        # A question counts in full until its answer.
        waits = done.then == Then.ASK and past.was == Was.ASK and past.settled_at and past.settled_at > past.at
        if waits and past.settled_at:
            worth = self._worth(past)
            made = self._usage.put(past, remedy=past.remedy, worth=worth, pieces=self._pieces(past.remedy, past.tried))
            self._usage.becomes(made, past.settled_at, **final)  # type: ignore[arg-type]
        elif done.units:
            made = self._usage.put(past, **final)  # type: ignore[arg-type]
        else:
            return
        if past.reversed_at:
            self._usage.becomes(made, past.reversed_at, remedy=done.remedy, worth=0, pieces=0)

    def _worth(self, past: RecordedRequest) -> int:
        known = self._remedies.get(past.remedy)
        return known.worth(past.tried, past.currency) if known else past.tried

    def _pieces(self, remedy: str, units: int) -> int:
        known = self._remedies.get(remedy)
        return units if known and not known.is_money else min(1, units)


def replay(
    book: RuleBook, cases: Iterable[RecordedRequest], *, since: datetime, budgets: Iterable[ReplayedBudget] = ()
) -> Iterator[tuple[Replay, Again]]:
    """Yields (replay, result) for each case, lazily."""
    made = Replay(book, since=since, budgets=budgets)
    for past in cases:
        yield made, made.again(past)


def _partly(option: Option, requested: int) -> int:
    """What may be granted at once of a too large request."""
    if not option.is_free or (option.is_fixed and option.most > requested):
        return 0
    return min(option.most, requested)


def _balances(past: RecordedRequest, paying: list[Filled]) -> Balances:
    # Budgets bind only where they did in reality, by the amount left then.
    if past.budget_left is None:
        return Balances()
    spent_less = min((one.sums["before"] - one.sums["after"] for one in paying), default=0)
    left = past.budget_left + spent_less
    return Balances((Balance(0, "", past.currency, past.budget_left, left),), required=True)
