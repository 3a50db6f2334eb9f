"""Closed sets: what state a row can be in, and which way something went. The database holds the same by its constraints."""

from enum import StrEnum


class OfferState(StrEnum):
    """LIVE: held out now. FAILED: accepted, but the agent's line never came up."""

    LIVE = "live"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


class Direction(StrEnum):
    """Who began a contact: CALLBACK is a call of ours that was promised."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    CALLBACK = "callback"


class Way(StrEnum):
    """Of a message: IN is the customer's."""

    IN = "in"
    OUT = "out"


class Party(StrEnum):
    """Whose line a leg is."""

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
    """AWAITING an answer, APPROVED and not given yet, GRANTED and not carried out yet. NOT_ASKED: it could have been asked for."""

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
    """Of what a department was asked for."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class BookState(StrEnum):
    """Of one version of the rules."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    DROPPED = "dropped"


class ProposalState(StrEnum):
    """GONE: no longer found in what happens."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    GONE = "gone"


class LongJobState(StrEnum):
    """Of a computation of minutes: days tried again, decisions replayed."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
