"""The company's causes in the reader's language, for the fields in which a ticket's cause is written."""

from callcenter import wiring
from callcenter.storage.administration import settings_cache
from callcenter.storage.empowerment import departments
from callcenter.web.wording import language


def names() -> list[str]:
    """What can be chosen; anything else may be written too."""
    return list(dict.fromkeys(_named().values()))


def shown(cause: str) -> str:
    """A cause that is kept by its key, or named in another language, as the reader calls it; other words as they are."""
    return _every().get(cause.casefold(), cause)


def _named() -> dict[str, str]:
    """{key: its name}"""
    chosen = language.chosen()
    with wiring.current().reading() as session:
        return settings_cache.figure(
            session,
            ("cause_names", chosen),
            lambda: {one.key: one.name(chosen) or one.key for one in departments.causes(session)},
        )


def _every() -> dict[str, str]:
    """{whatever a cause is called, in any language: its name}"""
    chosen = language.chosen()
    with wiring.current().reading() as session:
        return settings_cache.figure(
            session,
            ("cause_words", chosen),
            lambda: {
                str(word).casefold(): one.name(chosen) or one.key
                for one in departments.every_cause(session)
                for word in (one.key, *one.names.values())
            },
        )
