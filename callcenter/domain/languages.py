"""Languages we serve in, and their names elsewhere."""

from functools import cache

from babel import Locale

DEFAULT = "en"
SERVED = ("en", "zh")
LOCALES = {"en": "en", "zh": "zh_CN"}
SPOKEN = {"en": "en-US", "zh": "cmn-CN"}


def served(code: str | None) -> str:
    """The served language of any code (zh-TW, zh_CN, None), else the default."""
    short = (code or "").replace("_", "-").split("-")[0].lower()
    return short if short in SERVED else DEFAULT


def locale(code: str | None) -> str:
    return LOCALES[served(code)]


# Babel searches a thousand files for each name.
@cache
def babel(code: str | None) -> Locale:
    return Locale.parse(locale(code))


def of(texts: dict[str, str], language: str) -> str:
    """Falls back to another language."""
    return texts.get(language) or texts.get(DEFAULT) or next(iter(texts.values()), "")
