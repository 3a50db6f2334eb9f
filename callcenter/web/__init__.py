"""Entry point for people: pages and their parts, one module per noun; `register` lists them."""

from flask import Flask

from callcenter.web import access, admin, approvals, desk
from callcenter.web.admin import home
from callcenter.web.agents import day
from callcenter.web.callbacks import callbacks
from callcenter.web.customers import customers
from callcenter.web.empowerment import budgets, department_requests, granting, learning, rules, rules_replay
from callcenter.web.plumbing import (
    assets,
    control,
    errors,
    headers,
    health,
    live,
    page_context,
    requests,
    search,
    sign_in,
    typed,
)
from callcenter.web.supervision import waiting, wallboard
from callcenter.web.tickets import tickets
from callcenter.web.wording import formats, language

NOUNS = (
    sign_in,
    language,
    search,
    tickets,
    customers,
    callbacks,
    desk,
    approvals,
    budgets,
    department_requests,
    granting,
    day,
    waiting,
    wallboard,
    rules,
    learning,
    admin,
    home,
    rules_replay,
    health,
)


def register(app: Flask) -> None:
    # before_request hooks run in this order: request number, newest event (page_context), sign-in and CSRF (access).
    typed.register(app)
    requests.register(app)
    language.register(app)
    formats.register(app)
    assets.register(app)
    page_context.register(app)
    access.register(app)
    headers.register(app)
    errors.register(app)
    for noun in NOUNS:
        app.register_blueprint(noun.pages)
    if app.extensions["callcenter"].settings.clock_file:
        app.register_blueprint(control.routes)
    live.register(app)
