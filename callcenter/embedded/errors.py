"""Errors that an operator can resolve."""


class EmbeddedError(Exception):
    """The message says what is wrong and what to do."""
