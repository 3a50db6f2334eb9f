"""Passwords are stored as argon2id hashes with the library's current costs, and hashed again when those rise."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()

SHORTEST = 8


def hashed(password: str) -> str:
    return _hasher.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password; `kept` is None if there is no such user."""
    try:
        return _hasher.verify(kept or _nobody(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """The hash to check for an unknown name, so that it takes as long as a known one. Made at first use: it takes a
    tenth of a second, and most programs of the system never check a password."""
    return _hasher.hash("nobody has this password")


def is_dated(kept: str) -> bool:
    return _hasher.check_needs_rehash(kept)
