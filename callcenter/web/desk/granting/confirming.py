"""Step two of a grant: the rule, the reason, the customer's text message and one button; above the limit the approver,
the usual time to answer, and the fallback without an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter.actions.empowerment.grant_sms import sms_text
from callcenter.domain import languages
from callcenter.domain.empowerment import Held, May, Option, Remedy, sentences
from callcenter.domain.empowerment.options import Bound
from callcenter.domain.empowerment.rule_book import EscalationStep, FieldOf
from callcenter.domain.interactions import State
from callcenter.reports.empowerment.allowances import Allowance, Approver
from callcenter.storage.empowerment import departments, facts
from callcenter.web.desk.granting import section
from callcenter.web.desk.granting.choosing import reaches
from callcenter.web.wording import formats, granted, labels, language, terms
from callcenter.web.wording.scale import Scale, scale


@dataclass(frozen=True, kw_only=True)
class GrantForm:
    """The choices so far, posted with every step."""

    key: str
    remedy: str
    units: int
    amount: str
    requested: int | None = None
    reason: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


class Confirming:
    def __init__(self, session: Session, allowance: Allowance, remedy: Remedy, held: Held, form: GrantForm) -> None:
        assert held.option is not None
        self.session, self.allowance, self.remedy, self.held, self.form = session, allowance, remedy, held, form
        self.option: Option = held.option

    @property
    def id(self) -> int:
        return self.allowance.interaction.id if self.allowance.interaction else 0

    @property
    def amount(self) -> str:
        return granted.amount(self.remedy, self.form.units, self.allowance.currency)

    @property
    def what(self) -> str:
        return granted.what(self.remedy, self.form.units, self.allowance.currency)

    @property
    def title(self) -> str:
        name = self.allowance.customer.name if self.allowance.customer else ""
        return _("%(what)s to %(name)s", what=_capital(self.what), name=name) if name else _capital(self.what)

    @property
    def first_name(self) -> str:
        return formats.first_name(self.allowance.customer.name) if self.allowance.customer else ""

    @property
    def rule(self) -> str:
        id_ = self.option.rule_id if self.is_free else self.option.ask_rule_id
        rule = self.allowance.book.rule(id_ or 0)
        if rule is None:
            return ""
        # E.g. "Rule 14: gold customers whose delivery was our mistake may get $100."
        why = sentences.why(rule, language.chosen(), currency=self.allowance.currency)
        return _("Rule %(id)s: %(why)s.", id=rule.id, why=why)

    @property
    def is_free(self) -> bool:
        return not self.held.steps

    @property
    def needs_reason(self) -> bool:
        return self.option.may == May.GIVE_WITH_REASON

    @property
    def reasons(self) -> list[str]:
        """Suggestions from the ticket: cause and responsible party, type and cause, type."""
        ticket = self.allowance.ticket
        if ticket is None:
            return []
        kind = labels.of("type", ticket.type)
        cause = self._cause(ticket.cause or "")
        fault = labels.of("responsible", ticket.responsible) if ticket.responsible not in ("", "unknown") else ""
        whole = " · ".join(part for part in (cause or kind, fault) if part)
        return list(dict.fromkeys(one for one in (whole, f"{kind} · {cause}" if cause else "", kind) if one))

    def _cause(self, cause: str) -> str:
        """In the reader's language where it is a configured cause, else as written."""
        key = facts.cause_key(self.session, cause)
        found = next((one for one in departments.causes(self.session) if one.key == key), None)
        return found.name(language.chosen()) if found else cause

    @property
    def fields(self) -> Sequence[FieldOf]:
        return self.remedy.fields

    def field_name(self, one: FieldOf) -> str:
        return languages.of(one.names, language.chosen())

    @cached_property
    def sms(self) -> str:
        if self.allowance.ticket is None:
            return ""
        return sms_text(
            self.session,
            self.remedy,
            units=self.form.units,
            currency=self.allowance.currency,
            language=self.language,
            customer=self.allowance.customer,
            ticket=self.allowance.ticket,
            agent=self.allowance.agent,
        )

    @property
    def language(self) -> str:
        """The customer's."""
        return languages.served(self.allowance.customer.language if self.allowance.customer else None)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Pairs (label, value): fulfilment, what is left for the customer, reversal."""
        how = {"record": _("at once"), "webhook": _("by the company's system, within minutes")}
        department = departments.department(self.session, self.remedy.fulfilment.to)
        name = department.name(language.chosen()) if department else self.remedy.fulfilment.to
        found = [(_("Carried out"), how.get(self.remedy.fulfilment.how) or _("by %(name)s", name=name))]
        room = next((one for one in self.option.rooms if one.bound in (Bound.CUSTOMER, Bound.TIMES_CUSTOMER)), None)
        if room is not None:
            left = max(0, room.left - self.form.units)
            words = (
                granted.amount(self.remedy, left, self.allowance.currency)
                if room.bound == Bound.CUSTOMER
                else str(left)
            )
            found.append((_("Left for them after this"), words))
        found.append((_("Can be taken back"), _("by you in this contact, then a supervisor")))
        return found

    # Above the limit

    @property
    def scale(self) -> Scale | None:
        return scale(reaches(self.allowance, self.option), self.form.units) if self.remedy.is_money else None

    @property
    def asked(self) -> Approver | None:
        return self.allowance.asked(self.held.steps[0])

    @property
    def asked_name(self) -> str:
        return section.asked_name(self.allowance, self.held.steps[0])

    @property
    def asked_whole_name(self) -> str:
        return self.asked.name if self.asked else _capital(terms.role(self.held.steps[0].role))

    @property
    def usual(self) -> str:
        return _("usually %(time)s", time=formats.duration(self.allowance.usual)) if self.allowance.usual else ""

    @property
    def own(self) -> int:
        return self.option.most if self.option.is_free and not self.option.is_fixed else 0

    @property
    def own_words(self) -> str:
        return granted.amount(self.remedy, self.own, self.allowance.currency) if self.own else ""

    @property
    def otherwise(self) -> str:
        """The escalation steps with their times, and the fallback without an answer."""
        # Seconds since the request.
        passed, steps = 0, []
        for step, later in zip(self.held.steps, self.held.steps[1:], strict=False):
            passed += step.seconds
            steps.append(_("After %(time)s %(name)s.", time=formats.duration(passed), name=self._whole_name(later)))
        total = passed + self.held.steps[-1].seconds
        return " ".join([*steps, _default(self, total)])

    def _whole_name(self, step: EscalationStep) -> str:
        found = self.allowance.asked(step)
        return found.name if found else terms.role(step.role)

    @property
    def can_hold(self) -> bool:
        row = self.allowance.interaction
        return bool(
            row and row.channel.is_voice and row.state == State.ACTIVE and row.answered_at and not row.held_since
        )

    @property
    def ask_words(self) -> str:
        if self.can_hold and self.first_name:
            return _("Ask %(name)s, hold %(customer)s", name=self.asked_name, customer=self.first_name)
        return _("Ask %(name)s", name=self.asked_name)


def _default(it: Confirming, seconds: int) -> str:
    ask = it.option.ask
    after = formats.duration(seconds)
    if ask is None or ask.otherwise != "own_limit" or not it.own:
        return _("After %(time)s nothing is granted, and you say so to the customer.", time=after)
    by = formats.time_of(formats.now() + timedelta(seconds=seconds, minutes=ask.promise_minutes))
    return _(
        "After %(time)s you may give %(amount)s, and we promise to call about the rest by %(by)s.",
        time=after,
        amount=it.own_words,
        by=by,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
