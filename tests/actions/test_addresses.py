"""Customer addresses: recognised by any of them, added on first use."""

from datetime import timedelta

from callcenter.actions.customers import customers as acts
from callcenter.domain.channels import AddressKind
from callcenter.storage.customers import customers
from callcenter.storage.customers.customers import Address
from tests.factories import CARLA, LI_LEI, Shop


def addresses(shop: Shop, customer_id: int) -> list[Address]:
    with shop.wiring.reading() as session:
        return list(customers.addresses(session, customer_id))


def test_who_calls_for_the_first_time_is_a_customer_with_that_number_from_then_on(shop: Shop) -> None:
    shop.call(CARLA)
    (found,) = shop.rows(Address)
    assert (found.kind, found.address, found.since) == (AddressKind.PHONE, CARLA, shop.clock.now)
    assert found.verified_at == found.last_seen_at == shop.clock.now
    shop.text("Hello", CARLA)
    assert len(shop.rows(Address)) == 1


def test_a_number_that_an_agent_was_told_is_verified_once_they_come_by_it(shop: Shop) -> None:
    carla = shop.customer("Carla Diaz", CARLA)
    with shop.wiring.work() as work:
        acts.add_number(work, carla, number=LI_LEI, actor=shop.actor("alice"))
    assert [row.verified_at is None for row in addresses(shop, carla)] == [False, True]
    shop.clock.forward(60)
    shop.call(LI_LEI)
    assert addresses(shop, carla)[1].verified_at == shop.clock.now


def test_when_they_came_by_it_last_is_known_to_the_hour(shop: Shop) -> None:
    carla = shop.customer("Carla Diaz", CARLA)
    first = shop.clock.now
    for minutes in (30, 29):
        shop.clock.forward(timedelta(minutes=minutes).total_seconds())
        shop.call(CARLA)
    assert addresses(shop, carla)[0].last_seen_at == first
    shop.clock.forward(timedelta(minutes=2).total_seconds())
    shop.call(CARLA)
    assert addresses(shop, carla)[0].last_seen_at == shop.clock.now


def test_the_same_number_given_twice_is_one_address(shop: Shop) -> None:
    carla = shop.customer("Carla Diaz", CARLA)
    with shop.wiring.work() as work:
        acts.add_number(work, carla, number="(415) 555-0142", actor=shop.actor("alice"))
    assert len(addresses(shop, carla)) == 1
