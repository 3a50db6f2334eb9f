"""What a person can do something about."""


class EmbeddedError(Exception):
    """A sentence that says what is wrong and what to do."""
