"""Harbor Home, the demo's company: made up, complete with a year of work. It writes rows once, before anything is live."""

from callcenter.demo.personas import OUR_NUMBER, PASSWORD
from callcenter.demo.phone_people import write_people
from callcenter.demo.seeding import NotEmpty, seed

__all__ = ["OUR_NUMBER", "PASSWORD", "NotEmpty", "seed", "write_people"]
