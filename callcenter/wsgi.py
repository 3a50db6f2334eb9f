"""The WSGI entry point: the application with the environment's settings, its templates compiled."""

from flask import Flask

from callcenter import app, settings


def application() -> Flask:
    """Called once, before the web processes fork, so that none of them has to compile templates."""
    made = app.create_app(settings.load())
    for name in made.jinja_env.list_templates(extensions=["html"]):
        made.jinja_env.get_template(name)
    return made
