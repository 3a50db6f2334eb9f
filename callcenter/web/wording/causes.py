"""The company's ticket causes in the reader's language."""

from callcenter import wiring
from callcenter.storage.administration import settings_cache
from callcenter.storage.empowerment import departments
from callcenter.web.wording import language


def names() -> list[str]:
    """Suggestions; the field also takes other text."""
    return list(dict.fromkeys(_named().values()))


def display_name(cause: str) -> str:
    """The reader's name of a cause stored by key or in another language; free text unchanged."""
    return _every().get(cause.casefold(), cause)


def _named() -> dict[str, str]:
    """{key: name}"""
    chosen = language.chosen()
    with wiring.current().reading() as session:
        return settings_cache.figure(
            session,
            ("cause_names", chosen),
            lambda: {one.key: one.name(chosen) or one.key for one in departments.causes(session)},
        )


def _every() -> dict[str, str]:
    """{key or name in any language, casefolded: name}"""
    chosen = language.chosen()
    with wiring.current().reading() as session:
        return settings_cache.figure(
            session,
            ("cause_words", chosen),
            lambda: {
                str(word).casefold(): one.name(chosen) or one.key
                # Inactive causes too: tickets keep them.
                for one in departments.every_cause(session)
                for word in (one.key, *one.names.values())
            },
        )
