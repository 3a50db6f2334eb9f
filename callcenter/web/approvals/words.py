"""Labels of a request: what is asked, by which agent, for which customer, claimed by, outcome."""

from dataclasses import dataclass

from flask_babel import gettext as _

from callcenter.domain import languages
from callcenter.domain.empowerment import Remedy, money
from callcenter.domain.empowerment.approving import ApprovalAnswer
from callcenter.domain.states import ApprovalState, BudgetScope
from callcenter.reports.empowerment.approvals import Answers, ApprovalQuestion
from callcenter.reports.empowerment.budgets import OpenBudget
from callcenter.storage.agents.agents import Agent
from callcenter.web.wording import formats, language


def amount(remedy: Remedy | None, units: int, currency: str) -> str:
    """ "$140", "2 ×" for pieces."""
    if remedy is None or remedy.is_money:
        return money.formatted(units, currency, language.chosen())
    return f"{units} ×"


def what(remedy: Remedy | None, units: int, currency: str, key: str = "") -> str:
    """ "$140 refund of the price"; "Express redelivery"."""
    name = languages.of(remedy.names, language.chosen()) if remedy else key
    if remedy is not None and not remedy.is_money and units == 1:
        return name
    if name.isascii() and name[:2] != name[:2].upper():
        name = name[0].lower() + name[1:]
    return f"{amount(remedy, units, currency)} {name}"


@dataclass(frozen=True)
class ApprovalRow:
    question: ApprovalQuestion
    reader: Agent

    @property
    def row(self) -> object:
        return self.question.approval

    @property
    def what(self) -> str:
        one = self.question
        return what(one.remedy, one.grant.units, one.grant.currency, one.grant.remedy)

    @property
    def customer(self) -> str:
        return name_of(self.question)

    @property
    def who(self) -> str:
        return _("%(agent)s for %(customer)s", agent=formats.first_name(self.question.asker), customer=self.customer)

    @property
    def is_mine(self) -> bool:
        return self.question.approval.claimed_by == self.reader.id

    @property
    def is_free(self) -> bool:
        return self.question.may and self.question.approval.claimed_by is None

    @property
    def tag(self) -> tuple[str, str]:
        one = self.question
        if self.is_mine:
            return "give", _("yours")
        if one.holder:
            return "", _("%(name)s has it", name=formats.first_name(one.holder))
        if one.may:
            return "edge", _("free to take")
        return "", whom(one)

    @property
    def waits(self) -> str:
        """Where the customer is: hold, call, conversation or gone."""
        it = self.question.interaction
        if it is None or it.ended_at is not None:
            return "gone"
        return "hold" if it.held_since else "call" if it.channel.is_voice else "conversation"

    @property
    def answer(self) -> tuple[str, str]:
        return answered(self.question)


def name_of(question: ApprovalQuestion) -> str:
    known = question.customer.name if question.customer else ""
    number = question.interaction.their_address if question.interaction else None
    return known or formats.phone(number) or _("a customer")


def whom(question: ApprovalQuestion) -> str:
    """The role asked now."""
    role = question.approval.current_step.role
    return {"supervisor": _("for supervisors"), "administrator": _("for administrators")}.get(str(role), "")


def answered(question: ApprovalQuestion) -> tuple[str, str]:
    """(kind, label) of the outcome."""
    row, grant = question.approval, question.grant
    granted = amount(question.remedy, row.answer_units or 0, grant.currency) if row.answer_units else ""
    name = languages.of(question.remedy.names, language.chosen()) if question.remedy else grant.remedy
    if row.state == ApprovalState.WITHDRAWN:
        return "", _("withdrawn")
    return {
        ApprovalAnswer.YES: ("ok", _("yes")),
        ApprovalAnswer.LESS: ("give", _("less: %(amount)s", amount=granted)),
        ApprovalAnswer.INSTEAD: ("give", _("instead: %(remedy)s", remedy=name)),
        ApprovalAnswer.NO: ("bad", _("no")),
        ApprovalAnswer.OWN_LIMIT: ("warn", _("timed out: %(amount)s", amount=granted)),
        ApprovalAnswer.NOTHING: ("warn", _("timed out")),
    }.get(ApprovalAnswer(row.answer) if row.answer else ApprovalAnswer.NOTHING, ("", ""))


def score(counted: Answers) -> str:
    if counted.score is None:
        return _("no score after yet")
    return _("score after: %(score)s (n %(n)s)", score=formats.decimal(counted.score), n=counted.scores)


def scope_name(balance: OpenBudget) -> str:
    if balance.budget.scope == BudgetScope.COMPANY:
        return _("the company")
    name = balance.name
    return name if isinstance(name, str) else name.name(language.chosen())
