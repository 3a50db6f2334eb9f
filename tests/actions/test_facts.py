"""Who may set the facts that rules of grants ask for."""

import pytest
from sqlalchemy.exc import ProgrammingError

from callcenter.actions.customers import customers
from callcenter.actions.tickets import tickets
from callcenter.domain.agents import Role
from callcenter.domain.empowerment import RuleBook, decide
from callcenter.domain.errors import NotYourInteraction, NotYoursToState, NotYourTicket
from callcenter.domain.permissions import Actor
from callcenter.storage.customers.customers import Customer
from callcenter.storage.tickets.tickets import Ticket
from tests.empowered import BOOK, Counter, texts

IMPORT = Actor(Role.AGENT, None, "shop")


def patch(counter: Counter, by: str, *, confirmed: tuple[str, ...] = (), **values: str | int | None) -> Ticket:
    with counter.centre.wiring.work() as work:
        who = counter.actor(by)
        return tickets.change(work, counter.ticket, values=values, version=None, actor=who, confirmed=confirmed)


def change_customer(counter: Counter, who: Actor, **values: str | int) -> Customer:
    with counter.centre.wiring.work() as work:
        return customers.change(work, counter.carla, values=values, version=None, actor=who)


def test_an_agent_sets_no_tier_and_no_value(counter: Counter) -> None:
    for values in ({"tier": "silver"}, {"value_minor": 10**9}):
        with pytest.raises(NotYoursToState):
            change_customer(counter, counter.actor("alice"), **values)
    # The page sends all fields: a tier that stays is no change.
    assert change_customer(counter, counter.actor("alice"), tier="gold", place="Oakland").place == "Oakland"


def test_a_supervisor_and_a_program_set_tier_and_value(counter: Counter) -> None:
    assert change_customer(counter, counter.actor("sam"), tier="silver").tier == "silver"
    assert change_customer(counter, IMPORT, tier="gold", value_minor=5_000_000_000).value_minor == 5_000_000_000


def test_an_agent_sets_no_fact_of_a_colleagues_case(counter: Counter) -> None:
    for values in ({"price": 5_000_000}, {"cause": "broken"}, {"responsible": "ours"}):
        with pytest.raises(NotYourTicket):
            patch(counter, "bo", **values)
    changed = patch(counter, "bo", subject="Dishwasher, second try", priority="high")
    assert changed.claims["priority"] == counter.centre.id_of("bo")


def test_what_an_agent_sets_is_a_claim_until_it_is_confirmed(counter: Counter) -> None:
    alice = counter.centre.id_of("alice")
    assert patch(counter, "alice", price=45_900).claims["price"] == alice
    assert "price" in counter.decision().case.facts.case.claimed
    assert patch(counter, "alice", confirmed=("price",), subject="Dishwasher").claims["price"] == alice
    confirmed = patch(counter, "sam", confirmed=("price",))
    assert "price" not in confirmed.claims
    assert set(counter.decision().case.facts.case.claimed) == {"cause", "fault", "type"}
    assert "price" not in patch(counter, "sam", price=50_000).claims


def test_a_stated_price_is_not_replaced_by_an_agents(counter: Counter) -> None:
    patch(counter, "sam", price=45_900)
    with pytest.raises(NotYoursToState):
        patch(counter, "alice", price=5_000_000)
    with pytest.raises(NotYoursToState):
        patch(counter, "alice", price=None)


def test_a_rule_may_ask_for_confirmed_facts(counter: Counter) -> None:
    rule = {
        "id": 1,
        "what": {"price_confirmed": True, "fault_confirmed": True},
        "remedies": ["refund"],
        "limits": {"share_of_price": 10},
        "outcome": "may",
        "why": texts("a tenth of the price"),
    }
    book = RuleBook.model_validate({**BOOK, "rules": [rule]})
    patch(counter, "alice", price=45_900)

    def most() -> int:
        case = counter.decision().case
        option = decide(case.facts, book, now=case.now).option("refund")
        return option.most if option else 0

    assert most() == 0
    patch(counter, "sam", confirmed=("price",))
    assert most() == 0
    patch(counter, "sam", confirmed=("responsible",))
    assert most() == 4590


def test_a_case_that_an_agent_took_over_entitles_them_to_nothing(counter: Counter) -> None:
    bo = counter.centre.id_of("bo")
    assert patch(counter, "bo", owner_id=bo).owner_id == bo
    with pytest.raises(NotYourInteraction):
        counter.make_grant("credit", 1000, by="bo")
    with pytest.raises(NotYourInteraction):
        counter.ask("credit", 14_000, by="bo")
    patch(counter, "sam", confirmed=("owner_id",))
    assert counter.make_grant("credit", 1000, by="bo").state == "fulfilled"


def test_a_case_that_was_handed_over_is_the_colleagues(counter: Counter) -> None:
    patch(counter, "alice", owner_id=counter.centre.id_of("bo"))
    assert counter.make_grant("credit", 1000, by="bo").state == "fulfilled"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rule_books SET document = jsonb_set(document, '{rules,0,limits}', '{}')",
        "UPDATE rule_books SET effective_from = now() + interval '1 day'",
        "DELETE FROM rule_books",
        "TRUNCATE rule_books CASCADE",
    ],
)
def test_published_rules_are_changed_by_nobody(counter: Counter, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="published rules stay as they are"):
        counter.centre.run(statement)
