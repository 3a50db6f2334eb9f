"""The phone page in English and Chinese, from a small catalogue of its own."""

import io
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, request
from flask_babel import Babel, Domain, get_locale

CATALOGUE = Path(__file__).parent / "translations" / "zh_CN" / "LC_MESSAGES" / "messages.po"
LANGUAGES = {"en": "en", "zh": "zh_CN"}
COOKIE = "phone_language"


class OwnDomain(Domain):
    def __init__(self) -> None:
        super().__init__(translation_directories=[])
        # Compiled in memory at start, so that no .mo file has to be built.
        self._chinese = _compiled(CATALOGUE)

    def get_translations(self) -> NullTranslations:
        return self._chinese if str(get_locale()).startswith("zh") else NullTranslations()


def _compiled(path: Path) -> Translations:
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale="zh_CN"))
    compiled.seek(0)
    return Translations(compiled)


domain = OwnDomain()


def chosen() -> str:
    """`en` or `zh`: the cookie's choice, else the browser's preference."""
    kept = request.cookies.get(COOKIE, "")
    return kept if kept in LANGUAGES else request.accept_languages.best_match(["en", "zh"]) or "en"


def speak(app: Flask) -> None:
    Babel(app, configure_jinja=False, locale_selector=lambda: LANGUAGES[chosen()])
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        domain.gettext, domain.ngettext, newstyle=True, pgettext=domain.pgettext
    )
