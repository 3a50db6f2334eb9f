"""First setup of a company: its name, a telephone number and the queues behind it."""

from sqlalchemy import select

from callcenter.domain import customers, languages
from callcenter.domain.errors import Invalid
from callcenter.storage.administration import company
from callcenter.storage.administration.company import Company, Number, Queue, Skill
from callcenter.storage.work import Work

MOST_CHOICES = 8  # 9 is for the other language


def add_number(
    work: Work, *, number: str, name: str | None, queues: tuple[str, ...], language: str, zone: str
) -> Number:
    """Add a number with a menu to these queue keys; creates missing company and queues.

    Invalid for a malformed or taken number, over 8 queues, or a missing company name.
    """
    e164 = customers.e164(number)
    if e164 is None:
        raise Invalid("A number is written as +14155550100.", field="number")
    if company.number(work.session, e164):
        raise Invalid("This number is ours already.", field="number")
    if not 1 <= len(queues) <= MOST_CHOICES:
        raise Invalid("A number leads to 1 to %(most)d queues.", field="queues", most=MOST_CHOICES)
    _begin(work, name=name, zone=zone)
    ids = [_queue(work, key, zone=zone).id for key in queues]
    menu = {str(digit): queue_id for digit, queue_id in enumerate(ids, start=1)} if len(ids) > 1 else {}
    row = Number(e164=e164, language=languages.served(language), menu=menu, queue_id=ids[0], sms_queue_id=ids[0])
    work.session.add(row)
    work.session.flush()
    return row


def _begin(work: Work, *, name: str | None, zone: str) -> None:
    if company.get(work.session):
        return
    if not name:
        raise Invalid("The company needs a name first.", field="name")
    names = dict.fromkeys(languages.SERVED, name)
    work.session.add(Company(id=1, names=names, zone=zone, currency="USD", region="US", created_at=work.now))


def _queue(work: Work, key: str, *, zone: str) -> Queue:
    found = work.session.scalar(select(Queue).where(Queue.key == key))
    if found:
        return found
    names = {language: key.capitalize() for language in languages.SERVED}
    # A new queue requires the skill of its own key and is always open.
    queue = Queue(key=key, names=names, routing={"skills": {key: 1}}, zone=zone, hours={}, holidays=[])
    if all(skill.key != key for skill in company.skills(work.session)):
        work.session.add(Skill(key=key, names=names))
    work.session.add(queue)
    work.session.flush()
    return queue
