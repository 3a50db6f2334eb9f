"""The reader's language and zone: the signed-in agent's own, else the browser's language and the company's zone."""

import re
from functools import cache

from babel.support import NullTranslations, Translations
from flask import Blueprint, Flask, g, redirect, request, url_for
from flask_babel import Babel, Domain
from werkzeug.wrappers import Response

from callcenter import wiring, words
from callcenter.actions.administration import access as acts
from callcenter.domain import languages
from callcenter.storage.administration import company
from callcenter.web import access

COOKIE = "language"
YEAR = 31_536_000
# Browsers read "/\\evil" and "/<tab>/evil" as another site's address.
INSIDE = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")
pages = Blueprint("language", __name__)


class CachedTranslations(Domain):
    """One catalogue per language, loaded once per process."""

    # Under our language codes: Babel's own name of zh_CN is zh_Hans_CN.
    def get_translations(self) -> NullTranslations:
        # Looked up once per request: a page has hundreds of texts.
        if "catalogue" not in g:
            g.catalogue = _catalogue(languages.locale(chosen()))
        found: NullTranslations = g.catalogue
        return found


class Speech(Babel):
    domain_instance = CachedTranslations()


@cache
def _catalogue(locale: str) -> NullTranslations:
    return Translations.load(str(words.CATALOGUE), [locale])


def register(app: Flask) -> None:
    Speech(app, locale_selector=lambda: languages.locale(chosen()), timezone_selector=zone)


def chosen() -> str:
    """ "en" or "zh"."""
    # `g.alone`: the database is down, so the agent cannot be read.
    if not g.get("alone") and access.is_signed_in():
        return languages.served(access.current_agent().language)
    cookie = request.cookies.get(COOKIE)
    if cookie in languages.SERVED:
        return cookie
    wanted = [languages.served(code) for code, _ in request.accept_languages if code[:2] in languages.SERVED]
    return wanted[0] if wanted else languages.DEFAULT


def zone() -> str:
    if g.get("alone"):
        return "UTC"
    return access.current_agent().zone if access.is_signed_in() else ours().zone


def ours() -> company.Company:
    """The company, read once per request; before setup an unnamed one in UTC."""
    if "company" not in g:
        with wiring.current().reading() as session:
            g.company = company.get(session) or company.Company(
                names={"en": "Contact centre", "zh": "客户服务中心"}, zone="UTC", currency="USD", region="US"
            )
    kept: company.Company = g.company
    return kept


@pages.get("/language/<code>")
@access.public
def choose(code: str) -> Response:
    """Stores the language in a cookie and, when signed in, at the agent. Ignores cross-site requests."""
    back = redirect(here(request.args.get("next")))
    # A GET that writes: a link on another site must not change the language.
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return back
    language = languages.served(code)
    if access.is_signed_in():
        with wiring.current().work() as work:
            acts.choose_language(work, access.current_agent().id, language=language)
    back.set_cookie(
        COOKIE, language, max_age=YEAR, httponly=True, samesite="Lax", secure=wiring.current().settings.is_secure
    )
    return back


def here(path: str | None) -> str:
    """The path if it is on this site, else the home page."""
    return path if path and INSIDE.fullmatch(path) else url_for("sign_in.home")
