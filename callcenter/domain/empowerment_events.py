"""Events about rules, grants, approvals, budgets and requests; like `events`. Amounts are minor units, or pieces."""

from dataclasses import dataclass

from callcenter.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class RemedyGiven(Event):
    """Granted to the customer; fulfilment follows. `shown`: the formatted amount or pieces, by language."""

    grant_id: int
    remedy: str
    units: int
    currency: str
    shown: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class GrantRefused(Event):
    """By the rules no approver may allow it. `refusal`: see `domain.empowerment.wish`."""

    grant_id: int
    remedy: str
    units: int
    currency: str
    refusal: str
    shown: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ApprovalAsked(Event):
    """An agent asks while the customer waits."""

    grant_id: int
    approval_id: int
    remedy: str
    units: int
    currency: str
    shown: dict[str, str]
    until: str


@dataclass(frozen=True, kw_only=True)
class ApprovalSeen(Event):
    """It is on the screen of an approver."""

    grant_id: int
    approval_id: int


@dataclass(frozen=True, kw_only=True)
class ApprovalClaimed(Event):
    """`actor` claimed it; other approvers see that."""

    grant_id: int
    approval_id: int


@dataclass(frozen=True, kw_only=True)
class ApprovalLetGo(Event):
    """The approver released it, or is gone."""

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
    """`answer`: yes, less, instead, no; own_limit or nothing if no approver could answer (`actor` is the system)."""

    grant_id: int
    approval_id: int
    answer: str
    units: int
    shown: dict[str, str]
    word: str = ""


@dataclass(frozen=True, kw_only=True)
class ApprovalChanged(Event):
    """The agent changed the amount or the reason while approvers are asked."""

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
    """An approval that the agent did not grant in time; its reserved budget is free again."""

    grant_id: int


@dataclass(frozen=True, kw_only=True)
class GrantCarriedOut(Event):
    grant_id: int


@dataclass(frozen=True, kw_only=True)
class GrantNotCarriedOut(Event):
    """`final`: no further automatic try; a person has to look."""

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
    """A budget was created or changed. `amount` per period."""

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
    """A supervisor asks what a rule book would have done in a period."""

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
