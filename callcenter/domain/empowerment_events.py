"""Events about rules, grants, approvals and budgets. Amounts are minor units, or pieces."""

from dataclasses import dataclass

from callcenter.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class RemedyGranted(Event):
    grant_id: int
    remedy: str
    units: int
    currency: str
    shown: dict[str, str]  # {language: formatted amount or pieces}


@dataclass(frozen=True, kw_only=True)
class GrantRefused(Event):
    grant_id: int
    remedy: str
    units: int
    currency: str
    refusal: str  # see `domain.empowerment.grant_request`
    shown: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ApprovalAsked(Event):
    grant_id: int
    approval_id: int
    remedy: str
    units: int
    currency: str
    shown: dict[str, str]
    until: str


@dataclass(frozen=True, kw_only=True)
class ApprovalSeen(Event):
    grant_id: int
    approval_id: int


@dataclass(frozen=True, kw_only=True)
class ApprovalClaimed(Event):
    grant_id: int
    approval_id: int


@dataclass(frozen=True, kw_only=True)
class ApprovalLetGo(Event):
    """The approver released it or left."""

    grant_id: int
    approval_id: int


@dataclass(frozen=True, kw_only=True)
class ApprovalEscalated(Event):
    """No approver answered in time: the next step is asked."""

    grant_id: int
    approval_id: int
    step: int  # from 0
    until: str


@dataclass(frozen=True, kw_only=True)
class ApprovalAnswered(Event):
    grant_id: int
    approval_id: int
    answer: str  # yes, less, instead, no; own_limit or nothing (by the system) if no approver could answer
    units: int
    shown: dict[str, str]
    word: str = ""


@dataclass(frozen=True, kw_only=True)
class ApprovalChanged(Event):
    """The agent changed the amount or reason while approvers are asked."""

    grant_id: int
    approval_id: int
    shown: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ApprovalWithdrawn(Event):
    grant_id: int
    approval_id: int


@dataclass(frozen=True, kw_only=True)
class ApprovalTalked(Event):
    grant_id: int
    approval_id: int
    word_id: int


@dataclass(frozen=True, kw_only=True)
class GrantLapsed(Event):
    """The agent did not use an approval in time."""

    grant_id: int


@dataclass(frozen=True, kw_only=True)
class GrantFulfilled(Event):
    grant_id: int


@dataclass(frozen=True, kw_only=True)
class GrantNotFulfilled(Event):
    grant_id: int
    failure: str
    final: bool  # no further automatic retry: a person has to act


@dataclass(frozen=True, kw_only=True)
class GrantReversed(Event):
    grant_id: int
    reason: str
    shown: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class BudgetSet(Event):
    budget_id: int
    amount: int  # per period
    currency: str
    before: int | None = None


@dataclass(frozen=True, kw_only=True)
class BudgetRunsLow(Event):
    """A period reached the warning share."""

    budget_id: int
    period_id: int
    percent: int


@dataclass(frozen=True, kw_only=True)
class RuleBookDrafted(Event):
    number: int
    based_on: int | None = None


@dataclass(frozen=True, kw_only=True)
class RuleBookChanged(Event):
    number: int
    rules: list[int]  # ids changed, added or removed


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
    proposal_id: int
    state: str  # accepted or dismissed


@dataclass(frozen=True, kw_only=True)
class ReplayAsked(Event):
    replay_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class ReplayEnded(Event):
    replay_id: int
    number: int
    state: str  # done or failed


@dataclass(frozen=True, kw_only=True)
class DepartmentAsked(Event):
    request_id: int
    department: str


@dataclass(frozen=True, kw_only=True)
class DepartmentAnswered(Event):
    request_id: int
    done: bool
    answer: str = ""
