"""What a web server loads: the application with the settings of its environment, its templates compiled."""

from flask import Flask

from callcenter import app, settings


def application() -> Flask:
    """Called once, before the web processes are forked: what is compiled here, none of them compiles at its first pages."""
    made = app.create_app(settings.load())
    for name in made.jinja_env.list_templates(extensions=["html"]):
        made.jinja_env.get_template(name)
    return made
