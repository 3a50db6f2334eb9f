"""Texts to customers, in their language. Pages have their own gettext."""

from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel.support import Translations

from callcenter.domain import languages

CATALOGUE = Path(__file__).parent / "translations"


def say(language: str, text: str, **values: object) -> str:
    """`text`: English, the gettext id."""
    translated = _translations(languages.locale(language)).gettext(text)
    return translated % values if values else translated


@cache
def _translations(locale: str) -> NullTranslations:
    return Translations.load(str(CATALOGUE), [locale])
