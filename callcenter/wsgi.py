"""The WSGI entry point."""

from flask import Flask

from callcenter import app, settings


def application() -> Flask:
    made = app.create_app(settings.load())
    # Compiled before the web processes fork.
    for name in made.jinja_env.list_templates(extensions=["html"]):
        made.jinja_env.get_template(name)
    return made
