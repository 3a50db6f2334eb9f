"""What a web server loads: the application with the settings of its environment."""

from flask import Flask

from callcenter import app, settings


def application() -> Flask:
    return app.create_app(settings.load())
