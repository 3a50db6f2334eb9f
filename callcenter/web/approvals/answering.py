"""Answers open to one approver: yes, less, another remedy; and the limits without approval."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from flask_babel import gettext as _

from callcenter.domain import languages
from callcenter.domain.empowerment import Option, Remedy, money
from callcenter.domain.empowerment.approving import most_of
from callcenter.domain.empowerment.options import May
from callcenter.reports.empowerment.approvals import ApprovalCase, reach
from callcenter.storage.agents.agents import Agent
from callcenter.web.approvals.words import ApprovalRow, amount
from callcenter.web.wording import formats, language

QUICK_SHOWN = 3
PART_OF = (25, 50, 75)


@dataclass(frozen=True)
class RemedyChoice:
    """An alternative remedy. `most`: units the reader may approve, None for unlimited."""

    remedy: Remedy
    name: str
    most: int | None
    units: int
    typed: str


class Answering:
    def __init__(self, case: ApprovalCase, reader: Agent, names: dict[int, str], now: datetime) -> None:
        self.case, self.reader, self.names, self.now = case, reader, names, now
        self.question = case.question
        self.approval, self.grant = case.question.approval, case.question.grant
        self.row = ApprovalRow(case.question, reader)
        self.language = language.chosen()

    @property
    def asker(self) -> str:
        return formats.first_name(self.question.asker)

    # What may be answered

    @property
    def is_mine(self) -> bool:
        return self.row.is_mine

    @property
    def may(self) -> bool:
        """The request is open, the reader may answer it, and no other approver has claimed it."""
        return self.question.may and self.approval.claimed_by in (None, self.reader.id)

    @property
    def yes_goes(self) -> bool:
        most = self.case.reach(self.grant.remedy)
        return self.may and (most is None or self.grant.units <= most)

    @property
    def is_money(self) -> bool:
        return self.question.remedy is None or self.question.remedy.is_money

    @property
    def amount_asked(self) -> str:
        return self._amount(self.grant.units)

    @property
    def less_goes(self) -> bool:
        option = self.case.option(self.grant.remedy)
        return self.may and self.grant.units > 1 and not (option and option.is_fixed)

    @property
    def quick(self) -> list[tuple[str, str]]:
        """(typed, formatted): up to QUICK_SHOWN amounts below the request."""
        remedy, asked, currency = self.question.remedy, self.grant.units, self.grant.currency
        if remedy is None or not remedy.is_money:
            return []
        option = self.case.option(remedy.key)
        # The agent's own limit and the remedy's quick amounts.
        known = {option.most if option else 0, *remedy.quick.get(currency, ())}
        if len([one for one in known if 0 < one < asked]) < 2:
            # Too few: add parts of the request, in steps of 5 currency units.
            step = money.minor_units(currency) * 5
            known |= {asked * part // 100 // step * step for part in PART_OF}
        below = sorted(one for one in known if 0 < one < asked)[-QUICK_SHOWN:]
        return [(self.typed(one), self.money(one)) for one in below]

    @property
    def quick_first(self) -> str:
        quick = self.quick
        return quick[len(quick) // 2][0] if quick else ""

    @cached_property
    def choices(self) -> list[RemedyChoice]:
        """Alternative remedies, with the closest amount."""
        book = self.case.rules.book if self.case.rules else None
        found = []
        for option in self.case.decision.options if self.case.decision and book else ():
            remedy = book.remedy(option.remedy) if book else None
            most = reach(option, self.question.most)
            if (
                remedy is None
                or option.may == May.NEVER
                or remedy.key == self.grant.remedy
                or most == 0
                # The agent fills in a remedy's fields; an approver has no form for them.
                or remedy.fields
            ):
                continue
            units = self._units(remedy, option, most)
            found.append(
                RemedyChoice(remedy, languages.of(remedy.names, self.language), most, units, self._typed(remedy, units))
            )
        return found

    def _units(self, remedy: Remedy, option: Option, most: int | None) -> int:
        if not remedy.is_money:
            return 1
        wanted = remedy.fixed.get(self.grant.currency) or option.most or min(self.grant.units, most or self.grant.units)
        return min(wanted, most) if most is not None else wanted

    def _typed(self, remedy: Remedy, units: int) -> str:
        return self.typed(units) if remedy.is_money else str(units)

    @cached_property
    def may_be_given(self) -> list[tuple[Remedy, str]]:
        """(remedy, who may grant it up to which amount), for the card."""
        book = self.case.rules.book if self.case.rules else None
        rows = []
        for option in self.case.decision.options if self.case.decision and book else ():
            remedy = book.remedy(option.remedy) if book else None
            who = self._who_may(option, remedy) if remedy else ""
            if remedy and who:
                rows.append((remedy, who))
        return rows

    def _who_may(self, option: Option, remedy: Remedy) -> str:
        if option.is_free and option.most > 0:
            if not remedy.is_money:
                return _("%(agent)s, free", agent=self.asker)
            amount = self.money(option.most)
            if option.is_fixed:
                return _("%(agent)s, %(amount)s", agent=self.asker, amount=amount)
            return _("%(agent)s, up to %(amount)s", agent=self.asker, amount=amount)
        if option.ask is None:
            return ""
        fits, up_to = most_of(option.ask.steps, 0, role=self.reader.role, level=self.reader.level)
        known = [one for one in (up_to if remedy.is_money else None, option.ask_most) if one is not None]
        if not fits:
            return _("to be asked")
        if not remedy.is_money or not known or min(known) >= money.LARGEST:
            return _("you")
        return _("you, up to %(amount)s", amount=self.money(min(known)))

    @property
    def sentence(self) -> str:
        """E.g. "Alice may give $80 of it without asking; you up to $250; $1,860 is left in the budget"."""
        option = self.case.option(self.grant.remedy)
        own = option.most if option and option.is_free else 0
        parts = [
            _("%(agent)s may give %(amount)s of it without asking", agent=self.asker, amount=self._amount(own))
            if own
            else _("%(agent)s may give none of it without asking", agent=self.asker)
        ]
        most = self.case.reach(self.grant.remedy)
        if self.question.may and most is not None and most < money.LARGEST:
            parts.append(_("you up to %(amount)s", amount=self._amount(most)))
        if self.case.balances:
            left = self.money(min(one.left for one in self.case.balances))
            parts.append(_("%(amount)s is left in the budget", amount=left))
        return _("%(sentence)s.", sentence="; ".join(parts))

    def _amount(self, units: int) -> str:
        return amount(self.question.remedy, units, self.grant.currency)

    def money(self, minor: int) -> str:
        return money.formatted(minor, self.grant.currency, self.language)

    def typed(self, minor: int) -> str:
        """For an input field: "100", "14.90"."""
        return money.typed(minor, self.grant.currency)
