"""Closed sets of states and directions. Database constraints hold the same values."""

from enum import StrEnum


class OfferState(StrEnum):
    """FAILED: accepted, but the agent's leg never came up."""

    LIVE = "live"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


class Direction(StrEnum):
    """CALLBACK: a promised call of ours."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    CALLBACK = "callback"


class Way(StrEnum):
    """IN: from the customer."""

    IN = "in"
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
    """AWAITING an answer, APPROVED but not granted, GRANTED but not fulfilled. NOT_ASKED: approval was possible."""

    AWAITING = "awaiting"
    APPROVED = "approved"
    GRANTED = "granted"
    CARRIED_OUT = "carried_out"
    FAILED = "failed"
    REVERSED = "reversed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    NOT_ASKED = "not_asked"


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
    """GONE: the data no longer shows it."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    GONE = "gone"


class LongJobState(StrEnum):
    """Of what-if runs and replays."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
