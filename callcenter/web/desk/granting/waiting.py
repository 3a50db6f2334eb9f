"""View model of a pending grant request: time left, approver, escalation steps, the customer meanwhile, the chat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from callcenter.domain.empowerment.rule_book import EscalationStep
from callcenter.domain.interactions import State
from callcenter.reports.empowerment.allowances import Allowance
from callcenter.storage.callbacks import callbacks
from callcenter.storage.empowerment import approvals
from callcenter.storage.empowerment.approvals import Approval
from callcenter.storage.empowerment.grants import Grant
from callcenter.web.wording import formats, granted, terms
from callcenter.web.wording.granted import Around


@dataclass(frozen=True)
class ProgressLine:
    """One line of the progress list. `kind`: done, now, later."""

    icon: str
    words: str
    time: str
    kind: str


@dataclass(frozen=True)
class Spoken:
    name: str
    body: str
    is_mine: bool


class WaitingView:
    def __init__(self, session: Session, allowance: Allowance, grant: Grant, approval: Approval, known: Around) -> None:
        self.session, self.allowance, self.grant, self.approval, self.known = session, allowance, grant, approval, known

    @property
    def id(self) -> int:
        """The interaction's id; 0 for a request without one."""
        return self.allowance.interaction.id if self.allowance.interaction else 0

    @property
    def amount(self) -> str:
        return granted.amount(self.known.remedies.get(self.grant.id), self.grant.units, self.grant.currency)

    @property
    def ends_at(self) -> datetime:
        return self.approval.step_ends_at or formats.now()

    @property
    def begins_at(self) -> datetime:
        """Start of the current escalation step: the ring is full then."""
        return self.ends_at - timedelta(seconds=self.approval.current_step.seconds)

    @property
    def decider(self) -> str:
        """The approver who claimed it, else the approver asked now."""
        if self.approval.claimed_by:
            return self._name(self.approval.claimed_by)
        return self._asked(self.approval.current_step)

    @property
    def title(self) -> str:
        return title(self.decider, is_taken=self.approval.claimed_by is not None)

    @property
    def what(self) -> str:
        answer = _("answer by %(time)s", time=formats.time_of(self.ends_at, seconds=True))
        return f"{granted.of(self.grant, self.known)} · {answer}"

    @property
    def lines(self) -> list[ProgressLine]:
        row = self.approval
        done = [ProgressLine("check", _("You asked"), _clock(row.asked_at), "done")]
        if row.seen_at:
            done.append(
                ProgressLine("check", _("%(name)s saw it", name=self._name(row.seen_by)), _clock(row.seen_at), "done")
            )
        if row.claimed_at:
            took = _("%(name)s took it, reads the card", name=self._name(row.claimed_by))
            done.append(ProgressLine("eye", took, _clock(row.claimed_at), "now"))
        return [*done, *self._later()]

    def _later(self) -> list[ProgressLine]:
        steps = [EscalationStep.model_validate(one) for one in self.approval.steps]
        at, found = self.ends_at, []
        for step in steps[self.approval.step + 1 :]:
            found.append(
                ProgressLine("clock", _("Else %(name)s is asked", name=self._asked(step)), _clock(at), "later")
            )
            at += timedelta(seconds=step.seconds)
        return [*found, ProgressLine("shield", self._default(at), _clock(at), "later")]

    def _default(self, at: datetime) -> str:
        row = self.approval
        # Without an answer the agent may grant up to their own limit; the rest is decided by a promised time.
        own = min(row.own_limit, self.grant.units) if row.otherwise == "own_limit" else 0
        if own <= 0:
            return _("Else: nothing is given")
        amount = granted.amount(self.known.remedies.get(self.grant.id), own, self.grant.currency)
        by = formats.time_of(at + timedelta(minutes=row.promise_minutes))
        return _("Else: %(amount)s now, the rest by %(time)s", amount=amount, time=by)

    def _name(self, agent_id: int | None) -> str:
        return formats.first_name(self.known.names.get(agent_id or 0, ""))

    def _asked(self, step: EscalationStep) -> str:
        found = self.allowance.asked(step)
        return formats.first_name(found.name) if found else terms.role(step.role)

    # The customer meanwhile

    @property
    def held_since(self) -> datetime | None:
        return self.allowance.interaction.held_since if self.allowance.interaction else None

    @property
    def is_on_line(self) -> bool:
        row = self.allowance.interaction
        return bool(row and row.state == State.ACTIVE)

    @property
    def is_call(self) -> bool:
        return bool(self.allowance.interaction and self.allowance.interaction.channel.is_voice)

    @property
    def customer(self) -> str:
        known = formats.first_name(self.allowance.customer.name) if self.allowance.customer else ""
        return known or _("The customer")

    @property
    def owed(self) -> str:
        """Shown after the caller hung up: the promised callback and its time."""
        if not self.approval.callback_id:
            return _("The question goes on; call them when there is an answer.")
        row = callbacks.get(self.session, self.approval.callback_id)
        until = formats.when(row.promised_until) if row else ""
        return _("The question goes on. You owe them a call by %(time)s, it is in your promises.", time=until)

    @property
    def words(self) -> Sequence[Spoken]:
        mine = self.grant.agent_id
        return [
            Spoken(self._name(row.author_id), row.body, row.author_id == mine)
            for row in approvals.words(self.session, self.approval.id)
        ]


def title(decider: str, *, is_taken: bool) -> str:
    return (
        _("%(name)s is deciding", name=_capital(decider))
        if is_taken
        else _("%(name)s is asked", name=_capital(decider))
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _clock(at: datetime) -> str:
    return formats.time_of(at, seconds=True)
