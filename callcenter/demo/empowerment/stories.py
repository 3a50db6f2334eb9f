"""Scripted grants of the customers in screenshots."""

from collections.abc import Iterator
from datetime import timedelta

from callcenter.demo.empowerment.occasions import Occasion, Year

# (customer, word of the subject): remedy, minor units, minutes after the contact began, reason
TOLD = {
    ("Carla Mendes", "Coffee grinder"): ("credit", 2000, 14, "late delivery of a coffee grinder"),
    ("李雷", "代金券"): ("voucher", 3000, 3, "券码失效，换新券"),
}


def moments(year: Year) -> Iterator[tuple[Occasion, str, int, str]]:
    """Yields (moment, remedy, units, reason)."""
    for visit in year.served():
        ticket = year.tickets[visit["ticket_id"]]
        name = year.customers[ticket["customer_id"]]["name"]
        for (who, word), (remedy, units, minutes, reason) in TOLD.items():
            if name == who and word in ticket["subject"]:
                yield year.moment(visit, visit["created_at"] + timedelta(minutes=minutes)), remedy, units, reason
