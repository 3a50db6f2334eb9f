"""The demo company, Harbor Home, with a year of invented work. Writes rows once, into an empty database."""

from callcenter.demo.personas import OUR_NUMBER, PASSWORD
from callcenter.demo.phone_people import write_people
from callcenter.demo.seeding import NotEmpty, seed

__all__ = ["OUR_NUMBER", "PASSWORD", "NotEmpty", "seed", "write_people"]
