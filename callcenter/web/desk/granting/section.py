""" "You may give" on the card: the sentence, at most four remedies, the outcome of the last grant."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter.domain import languages
from callcenter.domain.empowerment import Balance, Option, Remedy, sentences
from callcenter.domain.empowerment.options import Bound
from callcenter.domain.empowerment.rule_book import EscalationStep
from callcenter.domain.interactions import State
from callcenter.domain.permissions import may_grant
from callcenter.domain.states import GrantState
from callcenter.reports.empowerment.allowances import Allowance
from callcenter.storage.empowerment.grants import Grant
from callcenter.web import access
from callcenter.web.desk.granting.waiting import WaitingView
from callcenter.web.wording import formats, granted, language, terms
from callcenter.web.wording.granted import Around, Ended

ROWS_SHOWN = 4
PLENTY = 20  # more pieces than that need no count
OPEN_STATES = (State.ACTIVE, State.WRAP_UP, State.ENDED)


@dataclass(frozen=True, kw_only=True)
class RemedyRow:
    remedy: Remedy
    option: Option
    name: str
    words: str

    @property
    def is_asked(self) -> bool:
        """Nothing of it without approval."""
        return not (self.option.is_free and self.option.most > 0)


def rows(allowance: Allowance) -> list[RemedyRow]:
    """Excludes forbidden remedies and those without this currency."""
    found = []
    for option in allowance.decision.visible:
        remedy = allowance.remedy(option.remedy)
        if remedy is None or not remedy.is_active or not remedy.is_in(allowance.currency):
            continue
        name = languages.of(remedy.names, language.chosen())
        found.append(RemedyRow(remedy=remedy, option=option, name=name, words=_words(allowance, remedy, option)))
    return found


def _words(allowance: Allowance, remedy: Remedy, option: Option) -> str:
    """E.g. "up to $80", "$14.90", "free, 1 left", "ask Sam"."""
    if not (option.is_free and option.most > 0):
        steps = option.ask.steps if option.ask else ()
        return _("ask %(name)s", name=asked_name(allowance, steps[0])) if steps else _("used up")
    if remedy.is_money:
        amount = granted.amount(remedy, option.most, allowance.currency)
        return amount if option.is_fixed else _("up to %(amount)s", amount=amount)
    bounds = {room.bound for room in option.rooms}
    counted = bool(bounds & {Bound.TIMES_CUSTOMER, Bound.TIMES_TICKET}) and option.most < PLENTY
    return _("free, %(n)s left", n=option.most) if counted else _("at no cost")


def asked_name(allowance: Allowance, step: EscalationStep, *, short: bool = False) -> str:
    """The approver's first name; the role where no approver is online."""
    found = allowance.asked(step)
    return formats.first_name(found.name) if found else terms.role(step.role, short=short)


def sentence_of(allowance: Allowance, option: Option) -> str:
    return sentences.of_option(language.chosen(), option, allowance.decision.case)


def usual_words(allowance: Allowance) -> str:
    """ "about 40 s", "about 3 min"; "" with too few answers to estimate."""
    if allowance.usual is None:
        return ""
    if allowance.usual < 90:
        return _("about %(n)s s", n=max(5, round(allowance.usual / 5) * 5))
    return _("about %(n)s min", n=round(allowance.usual / 60))


class Section:
    def __init__(self, session: Session, allowance: Allowance, *, is_asked_for: bool = False) -> None:
        """`is_asked_for`: opened by key G, so the next control may take the focus."""
        self.session, self.allowance = session, allowance
        self.is_asked_for = is_asked_for
        self.interaction = allowance.interaction
        self.known: Around = granted.around(session, allowance.here) if allowance.here else _NOTHING

    @property
    def id(self) -> int:
        return self.interaction.id if self.interaction else 0

    @property
    def sentence(self) -> str:
        return languages.of(self.allowance.decision.sentence, language.chosen())

    @cached_property
    def rows(self) -> list[RemedyRow]:
        return rows(self.allowance)[:ROWS_SHOWN]

    @property
    def usual(self) -> str:
        return usual_words(self.allowance)

    @property
    def may_grant(self) -> bool:
        row, ticket = self.interaction, self.allowance.ticket
        if row is None or ticket is None or row.ticket_id != ticket.id or row.state not in OPEN_STATES:
            return False
        return may_grant(
            access.current_actor(), ticket_owner_id=ticket.granting_owner_id, interaction_agent_id=row.agent_id
        )

    @property
    def is_over(self) -> bool:
        return self.interaction is not None and self.interaction.state in (State.WRAP_UP, State.ENDED)

    @property
    def mine(self) -> Sequence[Grant]:
        return [one for one in self.allowance.here if one.agent_id == self.allowance.agent.id]

    @cached_property
    def waiting(self) -> WaitingView | None:
        # The rest of a partly granted request (`rest_of`) has no panel of its own.
        grant = next((one for one in self.mine if one.state == GrantState.AWAITING and one.rest_of is None), None)
        approval = self.known.approvals.get(grant.id) if grant else None
        if grant is None or approval is None or not approval.is_open:
            return None
        return WaitingView(self.session, self.allowance, grant, approval, self.known)

    @cached_property
    def ends(self) -> list[Ended]:
        """Approved grants to carry on with, else the outcome of the last one."""
        if self.ready:
            return self.ready
        ends = [end for one in self.mine if one.rest_of is None and (end := granted.ended(one, self.known))]
        rests = [end for one in self.mine if one.rest_of is not None and (end := granted.ended(one, self.known))]
        return (rests or ends)[:1]

    @cached_property
    def ready(self) -> list[Ended]:
        ends = [granted.ended(one, self.known) for one in self.mine if one.state == GrantState.APPROVED]
        return [end for end in ends if end]

    @property
    def part(self) -> str:
        return "waiting" if self.waiting else "section"


_NOTHING = Around({}, {}, {}, {}, {}, {})


def own_balance(allowance: Allowance) -> Balance | None:
    """The agent's own budget in the case's currency; None without one."""
    balances = allowance.known.balances.balances
    # Team budgets are shown to their leads only.
    return next((one for one in balances if one.name == "agent" and one.currency == allowance.currency), None)
