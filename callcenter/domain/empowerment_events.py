"""Events about rules, grants, approvals, budgets and requests. Amounts are minor units, or pieces."""

from dataclasses import dataclass

from callcenter.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class RemedyGiven(Event):
    """`shown`: {language: formatted amount or pieces}."""

    grant_id: int
    remedy: str
    units: int
    currency: str
    shown: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class GrantRefused(Event):
    """`refusal`: see `domain.empowerment.wish`."""

    grant_id: int
    remedy: str
    units: int
    currency: str
    refusal: str
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
    """An approver's screen shows it."""

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
class ApprovalPassedOn(Event):
    """No approver answered in time: the next step is asked. `step` counts from 0."""

    grant_id: int
    approval_id: int
    step: int
    until: str


@dataclass(frozen=True, kw_only=True)
class ApprovalAnswered(Event):
    """`answer`: yes, less, instead, no; own_limit or nothing (by the system) if no approver could answer."""

    grant_id: int
    approval_id: int
    answer: str
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
    """A note between agent and supervisor."""

    grant_id: int
    approval_id: int
    word_id: int


@dataclass(frozen=True, kw_only=True)
class GrantLapsed(Event):
    """The agent did not use an approval in time; its reserved budget is released."""

    grant_id: int


@dataclass(frozen=True, kw_only=True)
class GrantCarriedOut(Event):
    grant_id: int


@dataclass(frozen=True, kw_only=True)
class GrantNotCarriedOut(Event):
    """`final`: no further automatic retry; a person has to act."""

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
    """Created or changed. `amount` per period."""

    budget_id: int
    amount: int
    currency: str
    before: int | None = None


@dataclass(frozen=True, kw_only=True)
class BudgetRunsLow(Event):
    """Grants and reservations of a period reached the warning share."""

    budget_id: int
    period_id: int
    percent: int


@dataclass(frozen=True, kw_only=True)
class RuleBookDrafted(Event):
    number: int
    based_on: int | None = None


@dataclass(frozen=True, kw_only=True)
class RuleBookChanged(Event):
    """`rules`: ids changed, added or removed."""

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
