"""Approvals of the demo year: who is asked, who answers, how long it takes, the answer and its result."""

from datetime import datetime, timedelta

from callcenter.demo.book import Values
from callcenter.demo.empowerment import grant_patterns, granting, questions, words
from callcenter.demo.empowerment.granting import DemoCase, Desk
from callcenter.demo.empowerment.questions import DemoQuestion
from callcenter.demo.personas import LEADERS, Member
from callcenter.demo.staff import spans
from callcenter.domain.empowerment import GrantAnswer, Held, May, hold
from callcenter.domain.empowerment.approving import fits
from callcenter.domain.empowerment_events import (
    ApprovalAnswered,
    ApprovalClaimed,
    ApprovalEscalated,
    ApprovalSeen,
    ApprovalTalked,
    ApprovalWithdrawn,
    GrantLapsed,
)
from callcenter.storage.agents.agents import Agent
from callcenter.storage.empowerment.approvals import Word

APPROVED_FOR = timedelta(hours=24)
NOBODY = 10_000.0  # seconds: longer than all steps together
MEDIAN, AWAY_MEDIAN = 3.6, 4.5  # log(seconds) of the median answer time, at a screen and by SMS


def can_be_asked(desk: Desk, case: DemoCase) -> bool:
    """The whole approval must end before now."""
    return case.moment.at < desk.book.now - timedelta(hours=3)


def ask(desk: Desk, case: DemoCase, key: str, units: int, held: Held, *, reason: str) -> Values:
    question = questions.put(desk, case, key, units, held, reason=reason)
    if desk.share(3):
        _withdraw(question)
        return question.row
    step, delay, by = _answered(question)
    for step_index in range(1, step + 1):
        _escalate(question, step_index)
    if by is None:
        _run_out(question)
    else:
        _answer(question, step, delay, by)
    return question.row


def _answered(question: DemoQuestion) -> tuple[int, float, Member | None]:
    """(step, seconds until answered, approver); the approver is None if all steps time out."""
    desk, at = question.desk, question.case.moment.at
    steps, gone = questions.steps_of(question), 0.0
    able = [[one for one in LEADERS if fits(step, role=one.role, level=one.level)] for step in steps]
    is_here = any(start <= at < end for start, end in spans(LEADERS[0], at))
    delay = max(6.0, desk.chance.lognormvariate(MEDIAN if is_here else AWAY_MEDIAN, 0.75))
    left = (question.case.moment.ends_at or at) - at
    could_give = question.held.option is not None and question.held.option.most > 0
    if grant_patterns.is_late_and_small(question.case.moment, question.row["remedy"], question.row["units"]):
        delay = min(delay, 0.9 * steps[0].seconds)
    elif desk.share(25 if could_give else 3):
        delay = NOBODY
    if delay < NOBODY and left > timedelta(seconds=30):
        delay = min(delay, left.total_seconds() - 12)
    for step_index, step in enumerate(steps):
        if delay < gone + step.seconds:
            return step_index, delay, desk.chance.choice(able[step_index])
        gone += step.seconds
    return len(steps) - 1, gone, None


def _escalate(question: DemoQuestion, step_index: int) -> None:
    steps = questions.steps_of(question)
    at = question.case.moment.at + timedelta(seconds=sum(step.seconds for step in steps[:step_index]))
    question.approval["step"] = step_index
    until = (at + timedelta(seconds=steps[step_index].seconds)).isoformat()
    question.tell(at, ApprovalEscalated, actor="system", step=step_index, until=until)


def _answer(question: DemoQuestion, step_index: int, delay: float, by: Member) -> None:
    desk, asked = question.desk, question.case.moment.at
    began = sum(step.seconds for step in questions.steps_of(question)[:step_index])
    at, who = asked + timedelta(seconds=round(delay, 1)), _id(desk, by.username)
    seen = asked + timedelta(seconds=min(delay / 4, began + desk.chance.uniform(0.4, 1.5)))
    claimed = seen + (at - seen) * desk.chance.uniform(0.2, 0.6)
    if step_index and claimed < asked + timedelta(seconds=began):
        claimed = asked + timedelta(seconds=began) + (at - asked - timedelta(seconds=began)) / 2
    actor = f"agent:{who}"
    question.approval.update(seen_at=seen, seen_by=who, claimed_at=claimed, claimed_by=who)
    question.tell(seen, ApprovalSeen, actor=actor)
    question.tell(claimed, ApprovalClaimed, actor=actor)
    if desk.share(9) and at - claimed > timedelta(seconds=14):
        _talk(question, claimed, at, who)
    answer = _drawn_answer(question)
    questions.close(question, at, state="answered", answer=answer, answered_by=who, word=_word(question, answer))
    data = {
        "answer": answer,
        "units": question.row["units"],
        "shown": question.description(),
        "word": question.approval["word"],
    }
    question.tell(at, ApprovalAnswered, actor=actor, **data)
    if answer == "no":
        questions.let_go(question, at, "refused", actor=actor)
    elif desk.share(2) and at < desk.book.now - APPROVED_FOR - timedelta(hours=1):
        _lapse(question, at)
    else:
        _grant_approved(question, at)


def _id(desk: Desk, username: str) -> int:
    return next(int(row["id"]) for row in desk.book.rows(Agent) if row["username"] == username)


def _talk(question: DemoQuestion, claimed: datetime, answered: datetime, by: int) -> None:
    language = question.case.moment.agent["language"]
    exchange = question.desk.chance.choice(words.TALK[language])
    for part, (author, body) in enumerate(zip((by, question.row["agent_id"]), exchange, strict=True), start=1):
        at = claimed + (answered - claimed) * part / 3
        word = question.desk.book.add(Word, approval_id=question.approval["id"], author_id=author, body=body, at=at)
        question.tell(at, ApprovalTalked, actor=f"agent:{author}", word_id=word["id"])


def _drawn_answer(question: DemoQuestion) -> str:
    desk, moment, row = question.desk, question.case.moment, question.row
    if grant_patterns.says_no(desk.chance, moment, row["remedy"], row["units"], now=desk.book.now):
        return "no"
    if (
        grant_patterns.is_late_and_small(moment, row["remedy"], row["units"])
        or not question.case.remedy(row["remedy"]).is_money
    ):
        return "yes"
    if desk.share(19) and _less(question):
        return "less"
    if desk.share(30) and _instead(question):
        return "instead"
    return "yes"


def _less(question: DemoQuestion) -> bool:
    row, step = question.row, grant_patterns.ROUND[question.row["currency"]]
    units = grant_patterns.rounded(int(row["units"] * question.desk.chance.uniform(0.45, 0.85)), step)
    if units >= row["units"] or (question.held.option and question.held.option.is_fixed):
        return False
    questions.becomes(question, row["remedy"], units)
    return True


def _instead(question: DemoQuestion) -> bool:
    """Another remedy in place of money, if the rules allow it and it costs less."""
    case, row = question.case, question.row
    for key in question.desk.chance.sample(("voucher", "express", "visit", "gift"), 4):
        option, thing = case.decision.option(key), case.remedy(key)
        units = row["units"] if thing.is_money else 1
        if option is None or key == row["remedy"] or option.may == May.NEVER or not option.is_free:
            continue
        if units <= option.most and thing.cost(units, row["currency"]) < row["cost"]:
            questions.becomes(question, key, units)
            question.approval["answer_remedy"] = key
            return True
    return False


def _word(question: DemoQuestion, answer: str) -> str:
    choice = words.ANSWER_WORDS[answer][question.case.moment.agent["language"]]
    return question.desk.chance.choice(choice) if question.desk.share(80 if answer != "yes" else 25) else ""


def _withdraw(question: DemoQuestion) -> None:
    at = question.case.moment.at + timedelta(seconds=question.desk.chance.uniform(15, 70))
    questions.close(question, at, state="withdrawn")
    questions.let_go(question, at, "withdrawn", actor=question.asker)
    question.tell(at, ApprovalWithdrawn, actor=question.asker)


def _lapse(question: DemoQuestion, at: datetime) -> None:
    over = at + APPROVED_FOR
    questions.let_go(question, over, "expired", actor="system")
    event = GrantLapsed(**question.case.moment.about(), actor="system", grant_id=question.row["id"])
    question.desk.book.record(over, event)


def _grant_approved(question: DemoQuestion, at: datetime) -> None:
    desk, row = question.desk, question.row
    granted_at = at + timedelta(seconds=round(desk.chance.uniform(2, 9), 1))
    cost = row["cost"]
    actor = question.asker
    desk.till.move(granted_at, question.periods, row["id"], "commit", reserved=-cost, committed=cost, actor=actor)
    granting.granted(desk, question.case, row, question.kept, question.periods, at=granted_at)


def _run_out(question: DemoQuestion) -> None:
    """No approver answered: the agent grants the own limit and the rest is asked later; or nothing."""
    row, option = question.row, question.held.option
    at = question.case.moment.at + timedelta(seconds=sum(step.seconds for step in questions.steps_of(question)))
    asked = row["units"]
    own = min(asked, option.most) if option and question.approval["otherwise"] == "own_limit" else 0
    if own <= 0:
        questions.close(question, at, state="expired", answer="nothing")
        data = {"answer": "nothing", "units": asked, "shown": question.description(), "word": ""}
        question.tell(at, ApprovalAnswered, actor="system", **data)
        questions.let_go(question, at, "expired", actor="system")
        return
    questions.becomes(question, row["remedy"], own)
    questions.close(question, at, state="expired", answer="own_limit")
    data = {"answer": "own_limit", "units": own, "shown": question.description(), "word": ""}
    question.tell(at, ApprovalAnswered, actor="system", **data)
    _grant_approved(question, at)
    _ask_on(question, at, asked - own)


def _ask_on(question: DemoQuestion, at: datetime, units: int) -> None:
    desk, case, row = question.desk, question.case, question.row
    held = hold(case.decision, row["remedy"], row["units"] + units, reason=row["reason"])
    if units <= 0 or held.answer != GrantAnswer.ASK or not case.remedy(row["remedy"]).is_money:
        return
    moment = granting.Occasion(at, case.moment.agent, case.moment.customer, case.moment.ticket, case.moment.visit)
    later = DemoCase(moment, case.rules, case.usage, case.decision)
    rest = questions.put(desk, later, row["remedy"], units, held, reason=row["reason"], rest_of=row["id"])
    by = desk.chance.choice(
        [one for one in LEADERS if fits(questions.steps_of(rest)[0], role=one.role, level=one.level)]
    )
    _answer(rest, 0, desk.chance.uniform(400, rest.approval["promise_minutes"] * 50), by)
