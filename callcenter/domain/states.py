"""Closed sets. Database constraints hold the same values."""

from enum import StrEnum


class OfferState(StrEnum):
    LIVE = "live"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"  # accepted, but the agent's leg never came up


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    CALLBACK = "callback"  # a promised call of ours


class Way(StrEnum):
    IN = "in"  # from the customer
    OUT = "out"


class Party(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"


class CallbackState(StrEnum):
    WAITING = "waiting"
    CALLING = "calling"
    CONNECTED = "connected"
    FAILED = "failed"
    CANCELLED = "cancelled"


class SurveyState(StrEnum):
    PLANNED = "planned"
    ASKED = "asked"
    ANSWERED = "answered"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class GrantState(StrEnum):
    AWAITING = "awaiting"  # an answer
    APPROVED = "approved"  # not granted yet
    GRANTED = "granted"  # not fulfilled yet
    FULFILLED = "fulfilled"
    FAILED = "failed"
    REVERSED = "reversed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    NOT_ASKED = "not_asked"  # approval was possible


class ApprovalState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class RequestState(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class BookState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    DROPPED = "dropped"


class ProposalState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    GONE = "gone"  # the data no longer shows it


class ProposalKind(StrEnum):
    """TRUST: let agents grant it without asking. TEACH_NO: asked often, always refused. TEACH_UNUSED: allowed, not used."""

    TRUST = "trust"
    TEACH_NO = "teach_no"
    TEACH_UNUSED = "teach_unused"


class BudgetScope(StrEnum):
    AGENT = "agent"
    TEAM = "team"
    DEPARTMENT = "department"
    COMPANY = "company"


class BudgetCycle(StrEnum):
    """A calendar month or quarter."""

    MONTH = "month"
    QUARTER = "quarter"


class LedgerKind(StrEnum):
    """Of a ledger entry. ALLOT, CHANGE: the limit. COMMIT: spent. REVERSE: a commitment undone. CORRECT: by a person."""

    ALLOT = "allot"
    CHANGE = "change"
    RESERVE = "reserve"
    COMMIT = "commit"
    RELEASE = "release"
    REVERSE = "reverse"
    CORRECT = "correct"


class LongJobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
