"""The desk's blueprint; `parts`, `acts`, `transfer`, `files` and `granting` register their routes on it."""

from flask import Blueprint

pages = Blueprint("desk", __name__)
