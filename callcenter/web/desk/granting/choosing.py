"""Step one of a grant: remedy, amount on a scale, effect on the agent's budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _

from callcenter.domain.empowerment import GrantAnswer, Held, Option, Remedy, hold, money
from callcenter.domain.empowerment.options import Bound
from callcenter.domain.errors import Invalid
from callcenter.reports.empowerment.allowances import Allowance
from callcenter.web.desk.granting import section
from callcenter.web.desk.granting.section import RemedyRow
from callcenter.web.wording import formats, granted, language
from callcenter.web.wording.scale import Reach, Scale, scale

CHOICES = 9
QUICK = 4
ANY_REASON = "said"  # placeholder reason: holding a request shows the approver, not "reason missing"


@dataclass(frozen=True)
class Quick:
    """A quick amount; `value` is what pressing it writes into the field."""

    value: str
    words: str
    is_chosen: bool


class Choosing:
    """`key`: idempotency key of this grant. `requested`: units the customer wanted, where less is granted now."""

    def __init__(
        self,
        allowance: Allowance,
        *,
        remedy: str,
        amount: str | None,
        key: str,
        requested: int | None = None,
        message: str = "",
    ) -> None:
        self.allowance, self.key, self.requested, self.message = allowance, key, requested, message
        self.rows: Sequence[RemedyRow] = section.rows(allowance)[:CHOICES]
        self.row = next((one for one in self.rows if one.remedy.key == remedy), self.rows[0] if self.rows else None)
        self._typed = amount

    @property
    def id(self) -> int:
        return self.allowance.interaction.id if self.allowance.interaction else 0

    @property
    def option(self) -> Option:
        assert self.row is not None
        return self.row.option

    @property
    def remedy(self) -> Remedy:
        assert self.row is not None
        return self.row.remedy

    @property
    def sentence(self) -> str:
        return section.sentence_of(self.allowance, self.option) if self.row else ""

    @cached_property
    def fixed(self) -> int | None:
        """The only amount possible (minor units), or None."""
        room = next((room for room in self.option.rooms if room.bound == Bound.FIXED), None)
        return room.limit if room else self.remedy.fixed.get(self.allowance.currency) if self.remedy.is_money else None

    @cached_property
    def field(self) -> str:
        if self.fixed is not None:
            return granted.amount(self.remedy, self.fixed, self.allowance.currency)
        if self._typed is not None:
            return self._typed
        if not self.remedy.is_money:
            return "1"
        first = next(iter(self._amounts), None)
        return self._formatted(first) if first and not self.row.is_asked else ""  # type: ignore[union-attr]

    @cached_property
    def units(self) -> int | None:
        """Minor units or pieces; None where the field is no amount (see `wrong`)."""
        return self._read[0]

    @property
    def wrong(self) -> str:
        return self._read[1]

    @cached_property
    def _read(self) -> tuple[int | None, str]:
        if self.fixed is not None:
            return self.fixed, ""
        if not self.field.strip():
            return None, ""
        try:
            return read_units(self.field, self.remedy, self.allowance.currency), ""
        except Invalid as error:
            return None, formats.sentence(error)

    @cached_property
    def held(self) -> Held | None:
        return hold(self.allowance.decision, self.remedy.key, self.units, reason=ANY_REASON) if self.units else None

    @property
    def of(self) -> str:
        if not self.option.is_free or not self.option.most or self.fixed is not None:
            return ""
        return _("of %(amount)s", amount=granted.amount(self.remedy, self.option.most, self.allowance.currency))

    @property
    def _amounts(self) -> list[int]:
        """The rule book's quick amounts within reach, then the agent's limit."""
        if not self.remedy.is_money or self.fixed is not None:
            return []
        most = self.option.most if self.option.is_free else 0
        reach = most or self.option.ask_most or 0
        quick = [one for one in self.remedy.quick.get(self.allowance.currency, ()) if not reach or one < reach]
        return [*quick[: QUICK - 1], *([most] if most else [])]

    @property
    def quick(self) -> list[Quick]:
        return [Quick(self._formatted(one), self._formatted(one), one == self.units) for one in self._amounts]

    def _formatted(self, units: int) -> str:
        return granted.amount(self.remedy, units, self.allowance.currency)

    @property
    def scale(self) -> Scale | None:
        if not self.remedy.is_money or self.fixed is not None or not self.reaches:
            return None
        return scale(self.reaches, self.units)

    @cached_property
    def reaches(self) -> list[Reach]:
        return reaches(self.allowance, self.option)

    @property
    def budget(self) -> "BudgetLine | None":
        balance = section.own_balance(self.allowance)
        if balance is None or not balance.limit:
            return None
        cost = self.remedy.cost(self.units, self.allowance.currency) if self.units else 0
        after = max(0, balance.left - cost)
        spent, part = (
            100 * (balance.limit - balance.left) / balance.limit,
            100 * min(cost, balance.left) / balance.limit,
        )
        words = _(
            "%(left)s left of %(limit)s",
            left=money.formatted(after, balance.currency, language.chosen()),
            limit=money.formatted(balance.limit, balance.currency, language.chosen()),
        )
        return BudgetLine(words, [("budget-spent", spent), ("budget-this", part)])

    @property
    def refusal(self) -> str:
        """Shown where not even an approver may grant this."""
        held = self.held
        if held is None or held.answer != GrantAnswer.REFUSED:
            return ""
        if self.option.is_free or self.option.ask:
            return _("The rules let no one approve this much.")
        return _("The rules do not allow this to be given.")

    @property
    def hint(self) -> str:
        """Shown where one large grant seems split into small ones."""
        if self.held is not None and self.held.split:
            return _("Together with what was given on this ticket it is more than one giving may be.")
        return ""

    @property
    def next(self) -> str:
        if self.held is None or self.units is None:
            return _("Next")
        amount = granted.amount(self.remedy, self.units, self.allowance.currency)
        if self.held.answer == GrantAnswer.ASK:
            name = section.asked_name(self.allowance, self.held.steps[0])
            return _("Next: ask %(name)s for %(amount)s", name=name, amount=amount)
        return _("Next: confirm %(amount)s", amount=amount)


@dataclass(frozen=True)
class BudgetLine:
    words: str
    parts: list[tuple[str, float]]


def reaches(allowance: Allowance, option: Option) -> list[Reach]:
    """The agent's own limit, then each approver's. Limits above those are not shown on the desk."""
    mine = option.most if option.is_free else 0
    found = [Reach("you", _("you, %(amount)s", amount=_money(allowance, mine)), mine)] if mine else []
    for place, step in enumerate(option.ask.steps if option.ask else ()):
        name, most = section.asked_name(allowance, step, short=True), step.up_to
        # An approver below the agent's own limit adds nothing to the scale.
        if most is not None and most <= mine:
            continue
        amount = _money(allowance, most) if most else ""
        words = _("%(name)s, %(amount)s", name=name, amount=amount) if most else _("%(name)s, more", name=name)
        found.append(Reach("next" if place == 0 else "last", words, most))
    return found


def _money(allowance: Allowance, minor: int) -> str:
    return money.formatted(minor, allowance.currency, language.chosen())


def read_units(text: str, remedy: Remedy, currency: str) -> int:
    """Minor units or pieces. Raises Invalid."""
    if remedy.is_money:
        return money.parse(text, currency)
    plain = text.strip().removesuffix("×").strip()
    # isdecimal alone accepts other scripts' digits.
    if not plain.isascii() or not plain.isdecimal() or len(plain) > 6:
        raise Invalid("This is a number of pieces.", field="amount")
    return money.checked(int(plain), field="amount")
