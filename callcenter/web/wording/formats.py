"""Times, durations, amounts and numbers in the reader's locale and zone; template filters."""

import unicodedata
from datetime import UTC, date, datetime

from flask import Flask
from flask_babel import get_locale, get_timezone
from flask_babel import gettext as _

from callcenter import wiring
from callcenter.domain import customers
from callcenter.domain.empowerment.money import formatted, typed
from callcenter.domain.errors import DomainError
from callcenter.web.wording import causes, labels, language, terms

MINUTE, HOUR, DAY = 60, 3600, 86_400
FAMILY_FIRST = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA")  # how Unicode calls the letters of such names


def register(app: Flask) -> None:
    filters = (time_of, day_of, date_of, when, ago, duration, money, phone, percent, decimal, initials, sentence)
    for each in filters:
        app.add_template_filter(each)
    app.add_template_filter(terms.tier, "tier_word")
    app.add_template_filter(labels.in_template, "label")
    app.add_template_filter(causes.display_name, "cause")
    app.add_template_filter(money_typed)
    app.add_template_global(causes.names, "cause_names")


def time_of(at: datetime | None, *, seconds: bool = False) -> str:
    """ "14:33", "14:33:07"."""
    return local(at).strftime("%H:%M:%S" if seconds else "%H:%M") if at else ""


def day_of(at: datetime | None) -> str:
    """Today, Yesterday, Tuesday 17 Nov, 3 May 2025; 今天、昨天、11 月 17 日 星期二、2025 年 5 月 3 日."""
    if at is None:
        return ""
    day, today = local(at).date(), local(now()).date()
    if day == today:
        return _("Today")
    if (today - day).days == 1:
        return _("Yesterday")
    if abs((today - day).days) < 7:
        return _("%(weekday)s %(date)s", weekday=_weekday(day), date=_date(day, today))
    return _date(day, today)


def date_of(at: datetime | date | None) -> str:
    """ "17 Nov"; "3 May 2025" in another year."""
    if at is None:
        return ""
    day = local(at).date() if isinstance(at, datetime) else at
    return _date(day, local(now()).date())


def month_of(at: datetime) -> str:
    """ "November", "11 月"."""
    locale = get_locale()
    if locale is not None and locale.language == "zh":
        return f"{local(at).month} 月"
    return str(locale.months["stand-alone"]["wide"][local(at).month]) if locale else f"{local(at):%B}"


def when(at: datetime | None) -> str:
    """ "14:33" today, "Yesterday 09:41", "3 May 11:02"."""
    if at is None:
        return ""
    day, today = local(at).date(), local(now()).date()
    if day == today:
        return time_of(at)
    return f"{_('Yesterday') if (today - day).days == 1 else _date(day, today)} {time_of(at)}"


def ago(at: datetime | None) -> str:
    return duration((now() - at).total_seconds()) if at else ""


def duration(seconds: float | None, *, padded: bool = False) -> str:
    """Seconds in; "6:41" ("06:41" padded), from an hour "1 h 40", from a day "3 d 4 h"."""
    if seconds is None:
        return "–"
    whole = max(0, int(seconds))
    if whole >= DAY:
        return _("%(days)d d %(hours)d h", days=whole // DAY, hours=whole % DAY // HOUR)
    if whole >= HOUR:
        return _("%(hours)d h %(minutes)s", hours=whole // HOUR, minutes=f"{whole % HOUR // MINUTE:02d}")
    minutes = f"{whole // MINUTE:02d}" if padded else str(whole // MINUTE)
    return f"{minutes}:{whole % MINUTE:02d}"


def money(minor: int | None, currency: str = "USD") -> str:
    """Minor units in; "$60", "¥80", "$14.90"."""
    if minor is None:
        return "–"
    return formatted(minor, currency, language.chosen())


def money_typed(minor: int | None, currency: str = "USD") -> str:
    """Minor units in; "14.90" for an input field."""
    return typed(minor, currency)


def phone(number: str | None) -> str:
    return customers.shown(number)


def percent(share: float | None, digits: int = 0) -> str:
    """ "78 %", "3.4 %"; "–" for None."""
    return f"{100 * share:.{digits}f} %" if share is not None else "–"


def decimal(value: float | None, digits: int = 1) -> str:
    return f"{value:.{digits}f}" if value is not None else "–"


def first_name(name: str) -> str:
    """ "Sam" for Sam Keller, "José" for José García; "李雷" unchanged."""
    return name.split()[0] if name.strip() and not _begins_with_family(name) else name


def _begins_with_family(name: str) -> bool:
    # Chinese, Japanese and Korean names are written family first, often without a space.
    return any(unicodedata.name(letter, "").startswith(FAMILY_FIRST) for letter in name)


def initials(name: str | None) -> str:
    """ "AM" for Alice Moreau, "李雷" for 李雷."""
    words = (name or "").split()
    if not words:
        return "–"
    if _begins_with_family(words[0]):
        return words[0][:2]
    return "".join(word[0] for word in (words[0], words[-1])[: len(words)]).upper()


def local(at: datetime) -> datetime:
    return at.astimezone(get_timezone() or UTC)


def now() -> datetime:
    return wiring.current().clock()


def _weekday(day: date) -> str:
    locale = get_locale()
    names = locale.days["format"]["wide"] if locale else {}
    return str(names.get(day.weekday(), ""))


def _date(day: date, today: date) -> str:
    locale = get_locale()
    if locale is not None and locale.language == "zh":
        text = f"{day.month} 月 {day.day} 日"
        return text if day.year == today.year else f"{day.year} 年 {text}"
    text = f"{day.day} {day:%b}"
    return text if day.year == today.year else f"{text} {day.year}"


def sentence(error: DomainError) -> str:
    return _(error.text, **error.values)
