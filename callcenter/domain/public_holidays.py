"""Public holidays by country, from the `holidays` library."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

from callcenter.domain import languages


@lru_cache(maxsize=1)
def countries() -> tuple[str, ...]:
    return tuple(sorted(code for code in holidays.list_supported_countries() if len(code) == 2))


@lru_cache(maxsize=200)
def of(country: str, year: int, language: str) -> Mapping[date, str]:
    """{day: name} in date order; empty for an unknown country."""
    if country not in countries():
        return {}
    known = holidays.country_holidays(country).supported_languages
    wanted = {"en": "en_US"}.get(language) or languages.locale(language)
    # None: the library's own language.
    spoken = wanted if wanted in known else None
    days = holidays.country_holidays(country, years=year, language=spoken)
    return {day: days[day] for day in sorted(days)}
