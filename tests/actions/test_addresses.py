"""Customer addresses: recognised by any of them, added on first use."""

from datetime import timedelta

from callcenter.actions.customers import customers as acts
from callcenter.domain.channels import AddressKind
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Address
from tests.factories import CARLA, LI_LEI, Centre


def addresses(centre: Centre, customer_id: int) -> list[Address]:
    with centre.wiring.reading() as session:
        return list(customers.addresses(session, customer_id))


def test_who_calls_for_the_first_time_is_a_customer_with_that_number_from_then_on(centre: Centre) -> None:
    centre.call(CARLA)
    (found,) = centre.rows(Address)
    assert (found.kind, found.address, found.since) == (AddressKind.PHONE, CARLA, centre.clock.now)
    assert found.verified_at == found.last_seen_at == centre.clock.now
    centre.text("Hello", CARLA)
    assert len(centre.rows(Address)) == 1


def test_a_number_that_an_agent_was_told_is_verified_once_they_come_by_it(centre: Centre) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    with centre.wiring.work() as work:
        acts.add_number(work, carla, number=LI_LEI, actor=centre.actor("alice"))
    assert [row.verified_at is None for row in addresses(centre, carla)] == [False, True]
    centre.clock.forward(60)
    centre.call(LI_LEI)
    assert addresses(centre, carla)[1].verified_at == centre.clock.now


def test_when_they_came_by_it_last_is_known_to_the_hour(centre: Centre) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    first = centre.clock.now
    for minutes in (30, 29):
        centre.clock.forward(timedelta(minutes=minutes).total_seconds())
        centre.call(CARLA)
    assert addresses(centre, carla)[0].last_seen_at == first
    centre.clock.forward(timedelta(minutes=2).total_seconds())
    centre.call(CARLA)
    assert addresses(centre, carla)[0].last_seen_at == centre.clock.now


def test_the_same_number_given_twice_is_one_address(centre: Centre) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    with centre.wiring.work() as work:
        acts.add_number(work, carla, number="(415) 555-0142", actor=centre.actor("alice"))
    assert len(addresses(centre, carla)) == 1
