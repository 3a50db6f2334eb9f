"""The desk's own place among the pages; `parts` and `acts` hang their routes on it."""

from flask import Blueprint

pages = Blueprint("desk", __name__)
