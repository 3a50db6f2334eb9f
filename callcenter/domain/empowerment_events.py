"""What can happen to rules, grants, approvals, budgets and requests; like `events`. Amounts are minor units, or pieces."""

from dataclasses import dataclass

from callcenter.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class RemedyGiven(Event):
    """Given to the customer; carrying it out follows. `shown`: the amount or pieces as people read them, by language."""

    grant_id: int
    remedy: str
    units: int
    currency: str
    shown: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class GrantRefused(Event):
    """Nobody may say yes to it by the rules. `refusal`: see `domain.empowerment.wish`."""

    grant_id: int
    remedy: str
    units: int
    currency: str
    refusal: str
    shown: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ApprovalAsked(Event):
    """An agent asks while the customer waits.."""

    grant_id: int
    approval_id: int
    remedy: str
    units: int
    currency: str
    shown: dict[str, str]
    until: str


@dataclass(frozen=True, kw_only=True)
class ApprovalSeen(Event):
    """It is on the screen of somebody who may answer."""

    grant_id: int
    approval_id: int


@dataclass(frozen=True, kw_only=True)
class ApprovalClaimed(Event):
    """`actor` took it; the others see that."""

    grant_id: int
    approval_id: int


@dataclass(frozen=True, kw_only=True)
class ApprovalLetGo(Event):
    """Whoever had taken it gave it back, or has gone."""

    grant_id: int
    approval_id: int


@dataclass(frozen=True, kw_only=True)
class ApprovalPassedOn(Event):
    """Nobody answered in time: the next are asked. `step` counts from 0."""

    grant_id: int
    approval_id: int
    step: int
    until: str


@dataclass(frozen=True, kw_only=True)
class ApprovalAnswered(Event):
    """`answer`: yes, less, instead, no; own_limit or nothing where no approver could answer (then `actor` is the system)."""

    grant_id: int
    approval_id: int
    answer: str
    units: int
    shown: dict[str, str]
    word: str = ""


@dataclass(frozen=True, kw_only=True)
class ApprovalChanged(Event):
    """The agent changed the amount or the reason while somebody is asked."""

    grant_id: int
    approval_id: int
    shown: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ApprovalWithdrawn(Event):
    grant_id: int
    approval_id: int


@dataclass(frozen=True, kw_only=True)
class ApprovalTalked(Event):
    """Agent or supervisor wrote to the other."""

    grant_id: int
    approval_id: int
    word_id: int


@dataclass(frozen=True, kw_only=True)
class GrantLapsed(Event):
    """A yes that was not given on in time; what was held for it is free again."""

    grant_id: int


@dataclass(frozen=True, kw_only=True)
class GrantCarriedOut(Event):
    grant_id: int


@dataclass(frozen=True, kw_only=True)
class GrantNotCarriedOut(Event):
    """`final`: no further try is made by itself; a person has to look."""

    grant_id: int
    failure: str
    final: bool


@dataclass(frozen=True, kw_only=True)
class GrantReversed(Event):
    grant_id: int
    reason: str
    shown: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class BudgetSet(Event):
    """A budget was made or changed. `amount` for each period."""

    budget_id: int
    amount: int
    currency: str
    before: int | None = None


@dataclass(frozen=True, kw_only=True)
class BudgetRunsLow(Event):
    """So much of a period is given or held that somebody should know."""

    budget_id: int
    period_id: int
    percent: int


@dataclass(frozen=True, kw_only=True)
class RuleBookDrafted(Event):
    number: int
    based_on: int | None = None


@dataclass(frozen=True, kw_only=True)
class RuleBookChanged(Event):
    """`rules`: the ids that were changed, added or removed."""

    number: int
    rules: list[int]


@dataclass(frozen=True, kw_only=True)
class RuleBookSubmitted(Event):
    number: int


@dataclass(frozen=True, kw_only=True)
class RuleBookReviewed(Event):
    number: int
    accepted: bool
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RuleBookPublished(Event):
    number: int
    effective_from: str


@dataclass(frozen=True, kw_only=True)
class RuleBookDropped(Event):
    number: int


@dataclass(frozen=True, kw_only=True)
class ProposalDecided(Event):
    """`state`: accepted or dismissed."""

    proposal_id: int
    state: str


@dataclass(frozen=True, kw_only=True)
class ReplayAsked(Event):
    """A leader wishes to see what a rule book would have done in a period."""

    replay_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class ReplayEnded(Event):
    """`state`: done or failed."""

    replay_id: int
    number: int
    state: str


@dataclass(frozen=True, kw_only=True)
class DepartmentAsked(Event):
    request_id: int
    department: str


@dataclass(frozen=True, kw_only=True)
class DepartmentAnswered(Event):
    request_id: int
    done: bool
    answer: str = ""
