"""Customers and their cases: what is stored, and errors in entries."""

import pytest

from callcenter.actions.customers import customers
from callcenter.actions.tickets import tickets
from callcenter.domain.errors import Invalid, NotFound, StaleSave
from callcenter.storage.customers.customers import Customer
from callcenter.storage.tickets.tickets import Comment, Ticket
from tests.factories import CARLA, Centre


def test_a_number_typed_by_a_person_is_read_as_its_region_says(centre: Centre) -> None:
    with centre.wiring.work() as work:
        made = customers.create(
            work, name=" Carla Diaz ", number="(415) 555-0142", language="en", zone=None, actor=centre.actor("alice")
        )
    assert (made.name, made.zone) == ("Carla Diaz", "America/Los_Angeles")
    centre.call(CARLA)
    assert len(centre.rows(Customer)) == 1
    for number, language in (("no number", "en"), ("", "en"), (CARLA, "fr")):
        with pytest.raises(Invalid), centre.wiring.work() as work:
            customers.create(work, name="", number=number, language=language, zone=None, actor=centre.actor("alice"))


@pytest.mark.parametrize(
    "values",
    [
        {"language": "fr"},
        {"zone": "Mars/Olympus"},
        {"tier": "platinum"},
        {"value_minor": "100"},
        {"id": "1"},
    ],
)
def test_what_cannot_be_so_is_refused(centre: Centre, values: dict[str, str]) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    with pytest.raises(Invalid), centre.wiring.work() as work:
        customers.change(work, carla, values=values, version=None, actor=centre.actor("alice"))
    assert centre.row(Customer, carla).version == 1


def test_of_two_who_save_the_second_is_told(centre: Centre) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    alice, bo = centre.actor("alice"), centre.actor("bo")
    with centre.wiring.work() as work:
        customers.change(work, carla, values={"name": "Carla Díaz"}, version=1, actor=alice)
    with pytest.raises(StaleSave), centre.wiring.work() as work:
        customers.change(work, carla, values={"name": "C. Diaz"}, version=1, actor=bo)
    assert centre.row(Customer, carla).name == "Carla Díaz"
    with centre.wiring.work() as work:
        ticket = tickets.open_by(work, actor=alice, subject="A bed", customer_id=carla)
    with centre.wiring.work() as work:
        tickets.change(work, ticket.id, values={"priority": "high"}, version=1, actor=alice)
    with pytest.raises(StaleSave) as told, centre.wiring.work() as work:
        tickets.change(work, ticket.id, values={"priority": "low"}, version=1, actor=bo)
    assert "Alice Moreau" in str(told.value)
    assert centre.row(Ticket, ticket.id).priority == "high"


def test_a_ticket_refuses_what_cannot_be_so(centre: Centre) -> None:
    alice = centre.actor("alice")
    with pytest.raises(Invalid), centre.wiring.work() as work:
        tickets.open_by(work, actor=alice, subject=" \x00 ")
    with pytest.raises(NotFound), centre.wiring.work() as work:
        tickets.open_by(work, actor=alice, subject="A bed", customer_id=999)
    with centre.wiring.work() as work:
        ticket = tickets.open_by(work, actor=alice, subject="A bed")
    assert ticket.number.endswith("-4000")
    wrong: list[dict[str, str | int | None]] = [
        {"status": "done"},
        {"priority": ""},
        {"subject": "  "},
        {"owner_id": 999},
        {"owner_id": "mallory"},
        {"number": "26-1"},
    ]
    for values in wrong:
        with pytest.raises(Invalid), centre.wiring.work() as work:
            tickets.change(work, ticket.id, values=values, version=None, actor=alice)
    with pytest.raises(Invalid), centre.wiring.work() as work:
        tickets.comment(work, ticket.id, body=" ", actor=alice)
    with centre.wiring.work() as work:
        tickets.comment(work, ticket.id, body="<b>床架</b> 😀", actor=alice)
    assert [row.body for row in centre.rows(Comment)] == ["<b>床架</b> 😀"]
    assert centre.row(Ticket, ticket.id).version == 1


def test_a_second_number_leads_to_the_same_person(centre: Centre) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    for _ in range(2):
        with centre.wiring.work() as work:
            customers.add_number(work, carla, number="+14155550199", actor=centre.actor("alice"))
    id_, _ = centre.call("+14155550199")
    assert centre.interaction(id_).customer_id == carla
    assert centre.kinds().count("CustomerChanged") == 1
