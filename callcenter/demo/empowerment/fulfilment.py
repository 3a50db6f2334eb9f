"""Fulfilment of grants: recorded, or requested from a department and done, rarely not done, rarely reversed."""

from datetime import datetime, timedelta
from random import Random

from callcenter.actions.empowerment.remedy_words import described
from callcenter.demo.book import Book, Values
from callcenter.demo.empowerment.demo_budgets import Till
from callcenter.demo.empowerment.occasions import Occasion
from callcenter.domain.empowerment import Remedy
from callcenter.domain.empowerment_events import (
    DepartmentAnswered,
    DepartmentAsked,
    GrantFulfilled,
    GrantNotFulfilled,
    GrantReversed,
)
from callcenter.storage.agents.agents import Agent
from callcenter.storage.empowerment.departments import Department, DepartmentRequest

DUE = timedelta(hours=24)
LATELY = timedelta(days=9)
NOT_DONE = {"en": "Not in stock before next month.", "zh": "下月前无货。"}
TAKEN_BACK = {
    "en": ("Given twice by mistake, the colleague had given it already.", "The parcel had come after all."),
    "zh": ("同事已补偿过，重复。", "客户其实已收到货。"),
}


def fields_of(thing: Remedy, moment: Occasion) -> Values:
    day = (moment.at + timedelta(days=3)).date().isoformat()
    return {one.key: day if one.kind == "date" else moment.ticket["product"] for one in thing.fields if one.required}


def fulfil(book: Book, chance: Random, moment: Occasion, thing: Remedy, row: Values, *, at: datetime) -> None:
    row["fulfilment"] = thing.fulfilment.model_dump()
    if thing.fulfilment.how == "record":
        row.update(state="fulfilled", fulfilled_at=at)
        return
    done_at = at + timedelta(minutes=round(min(1300.0, chance.lognormvariate(4.9, 0.8))))
    request = _request(book, moment, thing, row, at=at)
    if done_at >= book.now - timedelta(minutes=5):
        return
    is_done = at < book.now - LATELY or chance.random() > 0.06
    _answer(book, moment, row, request, at=done_at, is_done=is_done)


def _request(book: Book, moment: Occasion, thing: Remedy, row: Values, *, at: datetime) -> Values:
    department = next(one for one in book.rows(Department) if one["key"] == thing.fulfilment.to)
    agent = moment.agent
    name = described(thing, row["units"], row["currency"])[agent["language"]]
    details = ", ".join(f"{key}: {value}" for key, value in row["fields"].items() if value)
    request = book.add(
        DepartmentRequest,
        department_id=department["id"],
        ticket_id=moment.ticket["id"],
        grant_id=row["id"],
        asked_by=agent["id"],
        body=" · ".join(part for part in (name, details, row["reason"]) if part),
        state="open",
        due_at=at + DUE,
        created_at=at,
        answer="",
    )
    asked = DepartmentAsked(
        **moment.about(), actor=f"agent:{agent['id']}", request_id=request["id"], department=department["key"]
    )
    book.record(at, asked)
    return request


def _answer(book: Book, moment: Occasion, row: Values, request: Values, *, at: datetime, is_done: bool) -> None:
    answer = "" if is_done else NOT_DONE[moment.agent["language"]]
    sam = next(one["id"] for one in book.rows(Agent) if one["username"] == "sam")
    request.update(state="done" if is_done else "refused", answered_at=at, answered_by=sam, answer=answer)
    about = {**moment.about(), "interaction_id": None}
    event = DepartmentAnswered(**about, actor=f"agent:{sam}", request_id=request["id"], done=is_done, answer=answer)
    book.record(at, event)
    if is_done:
        row.update(state="fulfilled", fulfilled_at=at)
        book.record(at, GrantFulfilled(**moment.about(), grant_id=row["id"]))
    else:
        row.update(state="failed", failure=answer)
        book.record(at, GrantNotFulfilled(**moment.about(), grant_id=row["id"], failure=answer, final=True))


def take_back(
    book: Book,
    chance: Random,
    till: Till,
    moment: Occasion,
    row: Values,
    periods: list[Values],
    *,
    at: datetime,
    thing: Remedy,
) -> datetime | None:
    """Reversed by a supervisor some days later. Returns when; None if not yet or not possible."""
    taken = at + timedelta(hours=round(chance.uniform(20, 90)))
    if row["state"] != "fulfilled" or not row["cost"] or max(taken, row["fulfilled_at"]) >= book.now:
        return None
    taken = max(taken, row["fulfilled_at"] + timedelta(minutes=30))
    if taken >= book.now:
        return None
    by = chance.choice([one["id"] for one in book.rows(Agent) if one["role"] == "supervisor"])
    reason = chance.choice(TAKEN_BACK[moment.agent["language"]])
    row.update(state="reversed", reversed_at=taken, reversed_by=by, reverse_reason=reason)
    actor = f"agent:{by}"
    till.move(taken, periods, row["id"], "reverse", committed=-row["cost"], actor=actor, note=reason)
    names = described(thing, row["units"], row["currency"])
    event = GrantReversed(**moment.about(), actor=actor, grant_id=row["id"], reason=reason, shown=names)
    book.record(taken, event)
    return taken
