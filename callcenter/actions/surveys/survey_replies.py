"""Survey replies by message, and later comments."""

from callcenter.actions.messages.received import Received
from callcenter.actions.surveys import surveys as acts
from callcenter.domain import surveys as rules
from callcenter.storage.calls import interactions
from callcenter.storage.surveys import surveys
from callcenter.storage.work import Work


def take(work: Work, received: Received) -> bool:
    """True for a score to an open survey, or a recent score's comment outside any conversation."""
    customer, body = received.customer(work), received.message.body
    given = rules.read(body)
    survey = surveys.asked(work.session, received.thread)
    if survey and given:
        received.keep(work, purpose="survey", customer=customer)
        acts.answer(work, survey, given)
        return True
    if interactions.conversation(work.session, received.thread):
        return False
    late = surveys.last_answered(work.session, received.thread, since=work.now - rules.COMMENT_WITHIN)
    if not late or not body.strip():
        return False
    received.keep(work, purpose="survey", customer=customer)
    acts.add_comment(work, late, body)
    return True
