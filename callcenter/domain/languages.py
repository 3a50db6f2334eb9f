"""The languages we serve in, by their short codes, and how other systems name them."""

from functools import cache

from babel import Locale

DEFAULT = "en"
SERVED = ("en", "zh")
LOCALES = {"en": "en", "zh": "zh_CN"}
SPOKEN = {"en": "en-US", "zh": "cmn-CN"}


def served(code: str | None) -> str:
    """The served language for any code ("zh-TW", "zh_CN", "fr", None), or the default."""
    short = (code or "").replace("_", "-").split("-")[0].lower()
    return short if short in SERVED else DEFAULT


def locale(code: str | None) -> str:
    return LOCALES[served(code)]


@cache
def babel(code: str | None) -> Locale:
    """The locale for Babel, cached: Babel looks a name up among a thousand files each time."""
    return Locale.parse(locale(code))


def of(texts: dict[str, str], language: str) -> str:
    """One text of a {language: text} set; falls back to another language."""
    return texts.get(language) or texts.get(DEFAULT) or next(iter(texts.values()), "")
