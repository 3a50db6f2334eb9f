"""Passwords are kept as argon2id hashes with the library's current costs, and hashed anew when those rise."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
# Checked where there is no such name, so that an unknown name takes as long as a known one.
_nobody = _hasher.hash("nobody has this password")

SHORTEST = 8


def hashed(password: str) -> str:
    return _hasher.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password; `kept` is None where there is no such person."""
    try:
        return _hasher.verify(kept or _nobody, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_dated(kept: str) -> bool:
    return _hasher.check_needs_rehash(kept)
