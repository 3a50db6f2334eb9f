"""Due work: `register` lists it, `rounds` processes it."""

from callcenter.due.register import DUE, JOBS, Due, called, kind_of
from callcenter.due.rounds import Round, isolated, lateness, next_moment, note, said

__all__ = [
    "DUE",
    "JOBS",
    "Due",
    "Round",
    "called",
    "isolated",
    "kind_of",
    "lateness",
    "next_moment",
    "note",
    "said",
]
