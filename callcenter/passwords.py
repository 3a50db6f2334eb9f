"""Passwords are kept as argon2id hashes with the library's current costs, and hashed anew when those rise."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()

SHORTEST = 8


def hashed(password: str) -> str:
    return _hasher.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password; `kept` is None where there is no such person."""
    try:
        return _hasher.verify(kept or _nobody(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """Checked where there is no such name, so that an unknown name takes as long as a known one. Made at the first use, as
    it takes a tenth of a second and most programs of the house never look at a password."""
    return _hasher.hash("nobody has this password")


def is_dated(kept: str) -> bool:
    return _hasher.check_needs_rehash(kept)
