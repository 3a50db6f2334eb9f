"""View model of a request: head, considerations, the customer's effort, outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from flask_babel import gettext as _

from callcenter.domain.empowerment import sentences
from callcenter.domain.interactions import Result
from callcenter.domain.states import ApprovalState, GrantState
from callcenter.reports.empowerment.budgets import OpenBudget
from callcenter.storage.calls.interactions import Interaction
from callcenter.web.approvals.answering import Answering
from callcenter.web.approvals.words import amount, scope_name, score, what
from callcenter.web.wording import formats, labels


@dataclass(frozen=True)
class ContactRow:
    """One row of the customer's contacts."""

    at: datetime
    what: str
    how: str
    end: str
    is_bad: bool = False


class ApprovalView(Answering):
    @property
    def version(self) -> str:
        """Changes whenever the answer form must be fetched again."""
        row = self.approval
        return f"{row.id}:{row.state}:{self.grant.remedy}:{self.grant.units}:{row.claimed_by or 0}:{row.step}"

    @property
    def facts(self) -> str:
        parts = [_("%(agent)s asks for %(customer)s", agent=self.asker, customer=self.row.customer)]
        ticket = self.question.ticket
        if ticket:
            parts.append(ticket.number)
            price = self.money(ticket.price) if ticket.price is not None else ""
            if price and "price" in ticket.claims:
                who = formats.first_name(self.names.get(ticket.claims["price"], ""))
                price = _("%(amount)s as %(agent)s says", amount=price, agent=who)
            parts += [" ".join(part for part in (ticket.product, price) if part)] if ticket.product or price else []
        return " · ".join(parts)

    @property
    def fault(self) -> str:
        return labels.of("responsible", self.question.ticket.responsible) if self.question.ticket else ""

    @property
    def held(self) -> int:
        """Seconds on hold in this interaction, until now."""
        it = self.question.interaction
        if it is None:
            return 0
        return it.held_seconds + (int((self.now - it.held_since).total_seconds()) if it.held_since else 0)

    @property
    def customer(self) -> str:
        return formats.first_name(self.row.customer)

    # What the answer weighs

    @property
    def why(self) -> str:
        rule = self.case.rule
        if rule is None:
            return _("By the rules this is asked.")
        reason = sentences.why(rule, self.language, currency=self.grant.currency)
        most = self.question.most
        up_to = _(", you up to %(amount)s", amount=self.money(most)) if self.question.may and most is not None else ""
        return _("Rule %(number)s: %(why)s%(up_to)s", number=rule.id, why=reason, up_to=up_to)

    @property
    def asker_lately(self) -> list[str]:
        counted = self.case.asker
        if not counted.total:
            return [_("asked nothing in 30 days")]
        text = _("%(yes)s yes, %(less)s less, %(no)s no", yes=counted.yes, less=counted.less, no=counted.no)
        return [text, score(counted)]

    @property
    def alike_lately(self) -> list[str]:
        counted = self.case.alike
        if not counted.total:
            return [_("the first of its kind in 90 days")]
        text = _("%(given)s of %(total)s yes", given=counted.granted, total=counted.total)
        if counted.median_units:
            middle = amount(self.question.remedy, counted.median_units, self.grant.currency)
            text = _("%(said)s, median %(amount)s", said=text, amount=middle)
        return [text, score(counted)]

    @property
    def balances(self) -> Sequence[OpenBudget]:
        return self.case.balances

    @property
    def most_held(self) -> int:
        return max((one.reserved for one in self.balances), default=0)

    def balance_name(self, balance: OpenBudget) -> str:
        return scope_name(balance)

    @property
    def given_then(self) -> int:
        """Granted in 12 months if the answer is yes (minor units)."""
        return self.case.granted + (
            self.grant.worth if self.approval.is_open or self.grant.state == GrantState.APPROVED else 0
        )

    def account_money(self, minor: int) -> str:
        """In the customer's currency."""
        customer = self.question.customer
        return formats.money(minor, customer.currency if customer else self.grant.currency)

    @property
    def share(self) -> str:
        value = self.question.customer.value_minor if self.question.customer else 0
        return formats.percent(self.given_then / value, 1) if value else ""

    @property
    def ceiling(self) -> tuple[str, str] | None:
        """(limit of the customer relationship, its rule), or None."""
        room = self.case.ceiling
        rule = self.case.rules.book.rule(room.rule_id) if room and room.rule_id and self.case.rules else None
        if room is None or rule is None:
            return None
        reason = sentences.why(rule, self.language, currency=self.grant.currency)
        return self.money(room.limit), _("rule %(number)s: %(why)s", number=rule.id, why=reason)

    @cached_property
    def contacts(self) -> list[ContactRow]:
        return [self._contact(one) for one in sorted(self.case.contacts, key=lambda one: one.created_at)]

    def _contact(self, one: Interaction) -> ContactRow:
        who = self.names.get(one.agent_id or 0, "")
        parts = []
        if one.answered_at and who:
            minutes = max(1, round(one.talked_seconds(self.now) / 60))
            parts.append(_("%(n)s min with %(agent)s", n=minutes, agent=formats.first_name(who)))
        if one.joined_at:
            parts.append(_("waited %(time)s", time=formats.duration(one.waited_seconds(self.now))))
        if one.held_seconds:
            parts.append(_("on hold %(time)s", time=formats.duration(one.held_seconds)))
        is_this = self.question.interaction is not None and one.id == self.question.interaction.id
        end = (
            labels.of("outcome", one.outcome)
            if one.outcome
            else labels.of("result", one.result)
            if one.result
            else _("in work")
        )
        title = _("This call") if is_this and one.channel.is_voice else _("This conversation") if is_this else one.note
        return ContactRow(
            one.created_at,
            title or _("Contact"),
            ", ".join(parts),
            end,
            one.result in (Result.ABANDONED, Result.FAILED),
        )

    # How it ended

    @property
    def result(self) -> str:
        """The outcome in a sentence."""
        row, by = self.approval, formats.first_name(self.question.answered_by)
        thing = what(self.question.remedy, self.grant.units, self.grant.currency, self.grant.remedy)
        if row.state == ApprovalState.WITHDRAWN:
            return _("%(agent)s withdrew the question.", agent=self.asker)
        who = _("You said") if row.answered_by == self.reader.id else _("%(name)s said", name=by)
        return {
            "yes": _("%(who)s yes: %(what)s.", who=who, what=thing),
            "less": _("%(who)s yes, but less: %(what)s.", who=who, what=thing),
            "instead": _("%(who)s: this instead: %(what)s.", who=who, what=thing),
            "no": _("%(who)s no.", who=who),
            "own_limit": _(
                "Nobody answered in time: %(agent)s may give %(what)s; the rest is asked on.",
                agent=self.asker,
                what=thing,
            ),
            "nothing": _("Not answered in time; nothing is given."),
        }.get(row.answer or "", _("This question is no longer open."))
