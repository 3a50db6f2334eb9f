"""Passwords as argon2id hashes, hashed again when the library's costs rise."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()

SHORTEST = 8
DEMO = "harbor-demo"  # of everybody in the demo; everybody knows it


def hashed(password: str) -> str:
    return _hasher.hash(password)


def matches(password: str, kept: str | None) -> bool:
    try:
        # An unknown name takes as long as a known one.
        return _hasher.verify(kept or _nobody(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    # At first use: it takes a tenth of a second, and most programs never check a password.
    return _hasher.hash("nobody has this password")


def is_dated(kept: str) -> bool:
    return _hasher.check_needs_rehash(kept)
