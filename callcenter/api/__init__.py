"""JSON API for programs under /api/v1, with its OpenAPI document. One file a noun; `register` adds all routes."""

from flask import Flask

from callcenter.api import (
    agents,
    allowances,
    approvals,
    attachments,
    budgets,
    callbacks,
    cards,
    customers,
    document,
    grants,
    interactions,
    messages,
    offers,
    queues,
    requests,
    surveys,
    tickets,
    transfers,
    what_ifs,
)
from callcenter.api.authentication import IdConverter, routes

NOUNS = (
    agents,
    allowances,
    approvals,
    attachments,
    budgets,
    callbacks,
    cards,
    customers,
    document,
    grants,
    interactions,
    messages,
    offers,
    queues,
    requests,
    surveys,
    tickets,
    transfers,
    what_ifs,
)


def register(app: Flask) -> None:
    app.url_map.converters["id"] = IdConverter
    app.register_blueprint(routes)
