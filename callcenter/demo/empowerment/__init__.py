"""A demo year of grants: rules, budgets, and grants requested, made and refused under the rules of each day."""

from datetime import timedelta
from random import Random

from callcenter.demo.book import Book, Values
from callcenter.demo.empowerment import asking, grant_patterns, granting, setup, stories
from callcenter.demo.empowerment.demo_budgets import Till
from callcenter.demo.empowerment.granting import Desk
from callcenter.demo.empowerment.occasions import Occasion, Year
from callcenter.demo.people import KNOWN
from callcenter.domain.empowerment import GrantAnswer, hold
from callcenter.storage.agents.agents import Agent
from callcenter.storage.surveys.surveys import Survey

SEED = 20191
QUIET = timedelta(seconds=20)


def write(book: Book) -> None:
    """Add everything about grants, after the year's contacts are in the book."""
    # A random stream of its own: the contacts do not depend on grants.
    chance = Random(SEED)
    rules = setup.write(book, chance)
    till = Till(book)
    till.set_up()
    year = Year.of(book)
    desk = Desk(book, year, till, rules, chance)
    _play(desk)
    till.advance(book.now)


def _play(desk: Desk) -> None:
    """In order of time, so that each decision counts earlier grants."""
    jonas = next(row["id"] for row in desk.book.rows(Agent) if row["username"] == "jonas")
    everyday = sorted([*_moments(desk), *_recoveries(desk)], key=lambda moment: moment.at)
    favourite = grant_patterns.favourite_of(jonas, everyday)
    wanted = {
        moment.ticket["id"]: (remedy, units, reason) for moment, remedy, units, reason in stories.moments(desk.year)
    }
    story = [moment for moment, *_ in stories.moments(desk.year)]
    for moment in sorted([*everyday, *story], key=lambda one: one.at):
        if what := wanted.get(moment.ticket["id"]):
            _grant_of_story(desk, moment, *what)
        elif _thinks_of_it(desk, moment, favourite) and not granting.is_thrifty(desk, moment):
            _request_grant(desk, granting.look(desk, moment))


def _grant_of_story(desk: Desk, moment: Occasion, remedy: str, units: int, reason: str) -> None:
    case = granting.look(desk, moment)
    granting.grant(desk, case, remedy, units, hold(case.decision, remedy, units, reason=reason), reason=reason)


def _thinks_of_it(desk: Desk, moment: Occasion, favourite: int | None) -> bool:
    lately = moment.at > desk.book.now - grant_patterns.SEASON
    score = _score(desk, moment)
    return grant_patterns.requests_a_grant(desk.chance, moment, score=score, favourite=favourite, lately=lately)


def _score(desk: Desk, moment: Occasion) -> int | None:
    return None if moment.visit is None else desk.year.scores.get(moment.ticket["id"])


def _moments(desk: Desk) -> list[Occasion]:
    """One in each served contact, sometimes a second; none for scripted customers."""
    in_story = {known.name for known in KNOWN}
    moments = []
    for visit in desk.year.served():
        ticket = desk.year.tickets[visit["ticket_id"]]
        if desk.year.customers[ticket["customer_id"]]["name"] in in_story:
            continue
        start, end = visit["answered_at"] + QUIET, visit["ended_at"]
        held = desk.year.holds.get(visit["id"])
        at = held + timedelta(seconds=3) if held else start + (end - start) * desk.chance.uniform(0.15, 0.6)
        moments.append(desk.year.moment(visit, at))
        if desk.chance.random() * 100 < grant_patterns.SECOND_PERCENT:
            moments.append(desk.year.moment(visit, at + (end - at) * desk.chance.uniform(0.3, 0.9), is_second=True))
    return moments


def _recoveries(desk: Desk) -> list[Occasion]:
    """Supervisors follow up on some of the bad scores."""
    leaders = [row for row in desk.book.rows(Agent) if row["role"] == "supervisor"]
    moments = []
    for survey in desk.book.rows(Survey):
        if (survey.get("score") or 5) <= 2 and desk.chance.random() < 0.6:
            at = survey["answered_at"] + timedelta(hours=desk.chance.uniform(1, 20))
            ticket = desk.year.tickets[survey["ticket_id"]]
            customer: Values = desk.year.customers[ticket["customer_id"]]
            if at < desk.book.now and customer["name"] not in {known.name for known in KNOWN}:
                moments.append(Occasion(at, desk.chance.choice(leaders), customer, ticket))
    return moments


def _request_grant(desk: Desk, case: granting.DemoCase) -> None:
    moment = case.moment
    options = {option.remedy: option for option in case.decision.options}
    key = grant_patterns.remedy(desk.chance, moment, options, desk.book.now)
    if key is None:
        return
    option, thing = options[key], case.remedy(key)
    units = grant_patterns.amount(desk.chance, moment, thing, option, desk.book.now)
    reason = desk.chance.choice(grant_patterns.REASONS[moment.agent["language"]])
    held = hold(case.decision, key, units, reason=reason)
    if held.answer == GrantAnswer.GIVE:
        granting.grant(desk, case, key, units, held, reason=reason if desk.share(55) or option.may != "give" else "")
    elif held.answer == GrantAnswer.ASK and _asks(desk, case, held):
        asking.ask(desk, case, key, units, held, reason=reason)
    else:
        _lets_be(desk, case, key, units, held, reason)


def _asks(desk: Desk, case: granting.DemoCase, held: granting.Held) -> bool:
    """Whether the agent asks for approval: most do, above all if the customer is on hold anyway."""
    moment = case.moment
    if not asking.can_be_asked(desk, case) or moment.visit is None:
        return False
    if moment.visit["ended_at"] - moment.at < timedelta(seconds=45):
        return False
    is_late = bool(held.option and held.option.ask_rule_id == grant_patterns.LATE_RULE)
    if moment.agent["username"] == "jonas" and not is_late:
        return False  # Jonas grants just below his limit instead.
    return desk.share(96 if is_late or moment.agent["username"] == "priya" else 90 if moment.hold else 62)


def _lets_be(desk: Desk, case: granting.DemoCase, key: str, units: int, held: granting.Held, reason: str) -> None:
    """Record the request; then the agent grants what the rules allow, or nothing."""
    if held.answer == GrantAnswer.REFUSED and case.moment.visit is None:
        return
    if held.answer == GrantAnswer.REFUSED:
        granting.refuse(desk, case, key, units, held, reason=reason)
    else:
        granting.write(desk, case, key, units, held, state="not_asked", reason=reason)
    own = granting.own(case, key)
    if own and own[1].answer == GrantAnswer.GIVE and desk.share(80):
        granting.grant(desk, case, key, own[0], own[1], reason=reason)
