"""The desk's blueprint; `parts`, `acts`, `transfer`, `files` and `give` register their routes on it."""

from flask import Blueprint

pages = Blueprint("desk", __name__)
