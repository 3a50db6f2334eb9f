"""One approval of the demo year: the requested grant, its approval and the reserved money."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from callcenter.actions.empowerment.remedy_words import described
from callcenter.demo.book import Values
from callcenter.demo.empowerment import fulfilment, granting
from callcenter.demo.empowerment.granting import CountedGrant, DemoCase, Desk
from callcenter.domain.empowerment import Held
from callcenter.domain.empowerment.rule_book import Ask, EscalationStep
from callcenter.domain.empowerment_events import ApprovalAsked
from callcenter.storage.empowerment.approvals import Approval


@dataclass
class DemoQuestion:
    desk: Desk
    case: DemoCase
    row: Values
    approval: Values
    held: Held
    kept: CountedGrant
    periods: list[Values]
    reserved: int

    def tell(self, at: datetime, event: type[Any], *, actor: str, **data: Any) -> None:
        about = self.case.moment.about()
        ids = {"grant_id": self.row["id"], "approval_id": self.approval["id"]}
        self.desk.book.record(at, event(**about, actor=actor, **ids, **data))

    @property
    def asker(self) -> str:
        return f"agent:{self.row['agent_id']}"

    def description(self) -> dict[str, str]:
        return described(self.case.remedy(self.row["remedy"]), self.row["units"], self.row["currency"])


def put(
    desk: Desk, case: DemoCase, key: str, units: int, held: Held, *, reason: str, rest_of: int | None = None
) -> DemoQuestion:
    moment, thing = case.moment, case.remedy(key)
    row = granting.write(desk, case, key, units, held, state="awaiting", reason=reason, rest_of=rest_of)
    periods = desk.till.open(moment.agent, moment.currency, moment.at)
    actor = f"agent:{moment.agent['id']}"
    desk.till.move(moment.at, periods, row["id"], "reserve", reserved=row["cost"], actor=actor)
    rule = case.rules.book.rule(row["rule_id"] or 0)
    asks = rule.asks if rule else Ask()
    steps = held.steps if rest_of is None else held.steps[-1:]
    until = moment.at + timedelta(seconds=steps[0].seconds if rest_of is None else asks.promise_minutes * 60)
    approval = desk.book.add(
        Approval,
        grant_id=row["id"],
        state="open",
        rule_id=row["rule_id"],
        steps=[step.model_dump(mode="json") for step in steps],
        step=0,
        step_ends_at=None,
        otherwise=asks.otherwise if rest_of is None else "nothing",
        promise_minutes=asks.promise_minutes,
        own_limit=held.option.most if held.option else 0,
        code=f"{desk.chance.randrange(1000, 10000)}",
        asked_by_sms=[],
        asked_at=moment.at,
        word="",
        held_before=0,
        held_seconds=0,
    )
    kept = granting.count(desk, moment, row, thing)
    question = DemoQuestion(desk, case, row, approval, held, kept, periods, row["cost"])
    data = {"remedy": key, "units": units, "currency": moment.currency, "until": until.isoformat()}
    question.tell(moment.at, ApprovalAsked, actor=actor, shown=question.description(), **data)
    return question


def steps_of(question: DemoQuestion) -> list[EscalationStep]:
    return [EscalationStep.model_validate(step) for step in question.approval["steps"]]


def becomes(question: DemoQuestion, key: str, units: int) -> None:
    case, row = question.case, question.row
    thing, currency = case.remedy(key), row["currency"]
    row.update(remedy=key, units=units, worth=thing.worth(units, currency), cost=thing.cost(units, currency))
    row.update(sms=granting.sms_of(case, thing, units))
    if not row["fields"]:
        row["fields"] = fulfilment.fields_of(thing, case.moment)


def close(
    question: DemoQuestion,
    at: datetime,
    *,
    state: str,
    answer: str | None = None,
    answered_by: int | None = None,
    word: str = "",
) -> None:
    """End the approval; records how long the customer was on hold for it."""
    moment, approval = question.case.moment, question.approval
    held = timedelta()
    if moment.hold and moment.visit:
        ends = moment.hold + timedelta(seconds=moment.visit["call"]["held_seconds"])
        held = max(timedelta(), min(at, ends) - max(moment.at, moment.hold))
    is_granted = answer not in (None, "no", "nothing")
    approval.update(
        state=state,
        answer=answer,
        answered_by=answered_by,
        answered_at=at if answer else None,
        answer_units=question.row["units"] if is_granted else None,
        word=word,
        held_seconds=int(held.total_seconds()),
    )
    less = question.row["cost"] - question.reserved
    if less:
        actor = f"agent:{answered_by}" if answered_by else "system"
        question.desk.till.move(at, question.periods, question.row["id"], "release", reserved=less, actor=actor)
        question.kept.earlier_grant = _again(question)


def _again(question: DemoQuestion) -> granting.EarlierGrant:
    row, before = question.row, question.kept.earlier_grant
    pieces = 1 if question.case.remedy(row["remedy"]).is_money else row["units"]
    return granting.EarlierGrant(before.at, row["remedy"], row["worth"], row["currency"], pieces)


def let_go(question: DemoQuestion, at: datetime, state: str, *, actor: str) -> None:
    """Nothing is granted: release the reserved money."""
    question.row.update(state=state, valid_until=None)
    question.kept.until = at
    question.desk.till.move(
        at, question.periods, question.row["id"], "release", reserved=-question.row["cost"], actor=actor
    )
