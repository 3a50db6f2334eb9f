"""Errors that a person can cause; the routes turn each into a page or a problem document."""


def N_(text: str) -> str:
    """Marks a gettext id; the route translates it."""
    return text


class DomainError(Exception):
    """`code` is stable, for programs; `text` is the gettext id, for people."""

    code = "refused"
    status = 409
    text = N_("This cannot be done.")

    def __init__(self, text: str | None = None, **values: object) -> None:
        self.text = text or self.text
        self.values = values
        super().__init__(self.text % values if values else self.text)


class NotFound(DomainError):
    code = "not-found"
    status = 404
    text = N_("Not found, or you don't have access.")


class NotAllowed(DomainError):
    code = "not-allowed"
    status = 403
    text = N_("You may not do this.")


class Invalid(DomainError):
    code = "invalid"
    status = 422
    text = N_("The input is not valid.")

    def __init__(self, text: str | None = None, *, field: str = "", **values: object) -> None:
        # The name of the wrong field.
        self.field = field
        super().__init__(text, **values)


class OfferEnded(DomainError):
    code = "offer-ended"
    text = N_("This offer has ended; the customer keeps the place in the queue.")


class OfferTaken(OfferEnded):
    code = "offer-taken"
    text = N_("%(name)s was first.")


class InteractionEnded(DomainError):
    code = "interaction-ended"
    text = N_("The customer has already left.")


class NotYourInteraction(NotAllowed):
    code = "not-your-interaction"
    text = N_("Somebody else is serving this customer.")


class NotYourDepartment(NotAllowed):
    code = "not-your-department"
    text = N_("A request is answered by its department, and never by who asked.")


class NotYourTicket(NotAllowed):
    code = "not-your-ticket"
    text = N_("The facts of a case are set by those who serve it, or a supervisor.")


class NotYoursToState(NotAllowed):
    code = "not-yours-to-state"
    text = N_("This comes from the company's systems or a supervisor.")


class NotOnHold(DomainError):
    code = "not-on-hold"
    text = N_("The customer is not on hold.")


class AlreadyOnHold(DomainError):
    code = "already-on-hold"
    text = N_("The customer is already on hold.")


class WrapUpEnded(DomainError):
    code = "wrap-up-ended"
    text = N_("This wrap-up has ended.")


class NoMoreTime(DomainError):
    code = "no-more-time"
    text = N_("The wrap-up cannot be extended further.")


class StaleSave(DomainError):
    code = "stale-save"
    text = N_("%(name)s changed this while you wrote.")


class TicketAlreadyClosed(DomainError):
    code = "ticket-closed"
    text = N_("This ticket is closed.")


class CustomerOptedOut(DomainError):
    code = "opted-out"
    text = N_("This number has asked for no more messages.")


class WindowClosed(DomainError):
    code = "window-closed"
    text = N_(
        "%(channel)s lets us answer for %(hours)d hours after their last message. They have to write first, or be called."
    )


class NoNumberToReach(DomainError):
    code = "no-number"
    text = N_("There is no number to reach this customer.")


class CallNotConnected(DomainError):
    code = "not-connected"
    text = N_("The call is not connected yet.")


class AgentNotFree(DomainError):
    code = "agent-not-free"
    text = N_("%(name)s cannot take it now.")


class QueueClosed(DomainError):
    code = "queue-closed"
    text = N_("This queue is closed now.")


class CallbackOver(DomainError):
    code = "callback-over"
    text = N_("This callback is no longer open.")


class CallbackInProgress(DomainError):
    code = "callback-in-progress"
    text = N_("Somebody is calling this customer right now.")


class BudgetUsedUp(DomainError):
    code = "budget-used-up"
    text = N_("The budget was used up meanwhile; look again what may be given.")


class AskFirst(DomainError):
    """Above what the agent may grant alone; an approver can be asked."""

    code = "ask-first"
    text = N_("This is more than you may give alone; ask for it.")


class NothingGiven(DomainError):
    """No approver may allow it; the request is recorded."""

    code = "refused-by-rules"
    text = N_("The rules do not allow this to be given.")


class ApprovalOver(DomainError):
    code = "approval-over"
    text = N_("This question is no longer open.")


class ApprovalTaken(DomainError):
    code = "approval-taken"
    text = N_("%(name)s was first.")


class AnswerStands(ApprovalTaken):
    text = N_("You have answered already, and your first answer stands.")


class NotYoursToApprove(NotAllowed):
    code = "not-yours-to-approve"
    text = N_("This is for somebody else to decide.")


class GrantOver(DomainError):
    code = "grant-over"
    text = N_("This can no longer be changed.")


class TooManyTries(DomainError):
    code = "too-many-tries"
    status = 429
    text = N_("There were too many wrong tries. Wait a minute, then try again.")


class OutsideError(Exception):
    """A provider refused or did not answer. `permanent`: a retry does not help."""

    def __init__(self, message: str, *, permanent: bool, code: int | None = None) -> None:
        self.permanent = permanent
        self.code = code
        super().__init__(message)
