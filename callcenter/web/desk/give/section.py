""" "You may give" on the card: the sentence, at most four remedies, the outcome of the last grant."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter.domain import languages
from callcenter.domain.empowerment import Balance, Option, Remedy, sentences
from callcenter.domain.empowerment.options import Bound
from callcenter.domain.empowerment.rule_book import Step
from callcenter.domain.interactions import State
from callcenter.domain.permissions import may_give
from callcenter.domain.states import GrantState
from callcenter.reports.empowerment.giving import Giving
from callcenter.storage.empowerment.grants import Grant
from callcenter.web import access
from callcenter.web.desk.give.waiting import Waiting
from callcenter.web.wording import granted, language, terms
from callcenter.web.wording.granted import Around, Ended

ROWS_SHOWN = 4
PLENTY = 20  # more pieces than that need no count
OPEN_STATES = (State.ACTIVE, State.WRAP_UP, State.ENDED)


@dataclass(frozen=True, kw_only=True)
class Row:
    remedy: Remedy
    option: Option
    name: str
    words: str

    @property
    def is_asked(self) -> bool:
        """Nothing of it without approval."""
        return not (self.option.is_free and self.option.most > 0)


def rows(giving: Giving) -> list[Row]:
    """Excludes forbidden remedies and those without this currency."""
    found = []
    for option in giving.decision.shown:
        remedy = giving.remedy(option.remedy)
        if remedy is None or not remedy.is_active or not remedy.is_in(giving.currency):
            continue
        name = languages.of(remedy.names, language.chosen())
        found.append(Row(remedy=remedy, option=option, name=name, words=_words(giving, remedy, option)))
    return found


def _words(giving: Giving, remedy: Remedy, option: Option) -> str:
    """E.g. "up to $80", "$14.90", "free, 1 left", "ask Sam"."""
    if not (option.is_free and option.most > 0):
        steps = option.ask.steps if option.ask else ()
        return _("ask %(name)s", name=asked_name(giving, steps[0])) if steps else _("used up")
    if remedy.is_money:
        shown = granted.amount(remedy, option.most, giving.currency)
        return shown if option.is_fixed else _("up to %(amount)s", amount=shown)
    bounds = {room.bound for room in option.rooms}
    counted = bool(bounds & {Bound.TIMES_CUSTOMER, Bound.TIMES_TICKET}) and option.most < PLENTY
    return _("free, %(n)s left", n=option.most) if counted else _("at no cost")


def asked_name(giving: Giving, step: Step, *, short: bool = False) -> str:
    """The approver's first name; the role where no approver is online."""
    found = giving.asked(step)
    return granted.first(found.name) if found else terms.role(step.role, short=short)


def sentence_of(giving: Giving, option: Option) -> str:
    return sentences.of_option(language.chosen(), option, giving.decision.case)


def usual_words(giving: Giving) -> str:
    """ "about 40 s", "about 3 min"; "" with too few answers to estimate."""
    if giving.usual is None:
        return ""
    if giving.usual < 90:
        return _("about %(n)s s", n=max(5, round(giving.usual / 5) * 5))
    return _("about %(n)s min", n=round(giving.usual / 60))


class Section:
    def __init__(self, session: Session, giving: Giving, *, is_asked_for: bool = False) -> None:
        """`is_asked_for`: opened by key G, so the next control may take the focus."""
        self.session, self.giving = session, giving
        self.is_asked_for = is_asked_for
        self.interaction = giving.interaction
        self.known: Around = granted.around(session, giving.here) if giving.here else _NOTHING

    @property
    def id(self) -> int:
        return self.interaction.id if self.interaction else 0

    @property
    def sentence(self) -> str:
        return languages.of(self.giving.decision.sentence, language.chosen())

    @cached_property
    def rows(self) -> list[Row]:
        return rows(self.giving)[:ROWS_SHOWN]

    @property
    def usual(self) -> str:
        return usual_words(self.giving)

    @property
    def may_give(self) -> bool:
        row, ticket = self.interaction, self.giving.ticket
        if row is None or ticket is None or row.ticket_id != ticket.id or row.state not in OPEN_STATES:
            return False
        return may_give(access.current_actor(), ticket_owner_id=ticket.owner_id, interaction_agent_id=row.agent_id)

    @property
    def is_over(self) -> bool:
        return self.interaction is not None and self.interaction.state in (State.WRAP_UP, State.ENDED)

    @property
    def mine(self) -> Sequence[Grant]:
        return [one for one in self.giving.here if one.agent_id == self.giving.agent.id]

    @cached_property
    def waiting(self) -> Waiting | None:
        # The rest of a partly granted request (`rest_of`) has no panel of its own.
        grant = next((one for one in self.mine if one.state == GrantState.AWAITING and one.rest_of is None), None)
        approval = self.known.approvals.get(grant.id) if grant else None
        if grant is None or approval is None or not approval.is_open:
            return None
        return Waiting(self.session, self.giving, grant, approval, self.known)

    @cached_property
    def ends(self) -> list[Ended]:
        """Approved grants to carry on with, else the outcome of the last one."""
        if self.ready:
            return self.ready
        told = [end for one in self.mine if one.rest_of is None and (end := granted.ended(one, self.known))]
        rests = [end for one in self.mine if one.rest_of is not None and (end := granted.ended(one, self.known))]
        return (rests or told)[:1]

    @cached_property
    def ready(self) -> list[Ended]:
        told = [granted.ended(one, self.known) for one in self.mine if one.state == GrantState.APPROVED]
        return [end for end in told if end]

    @property
    def part(self) -> str:
        return "waiting" if self.waiting else "section"


_NOTHING = Around({}, {}, {}, {}, {}, {})


def own_balance(giving: Giving) -> Balance | None:
    """The agent's own budget in the case's currency; None without one."""
    balances = giving.known.balances.balances
    # Team budgets are shown to their leads only.
    return next((one for one in balances if one.name == "agent" and one.currency == giving.currency), None)
