"""Due work: `register` lists it, `rounds` processes it."""

from callcenter.due.register import DUE, JOBS, Due, called, kind_of
from callcenter.due.rounds import Late, Round, isolated, lateness, next_moment, note, said

__all__ = [
    "DUE",
    "JOBS",
    "Due",
    "Late",
    "Round",
    "called",
    "isolated",
    "kind_of",
    "lateness",
    "next_moment",
    "note",
    "said",
]
