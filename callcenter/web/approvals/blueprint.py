"""The approvals' own place among the pages; `views` and `acts` hang their routes on it."""

from flask import Blueprint

pages = Blueprint("approvals", __name__, url_prefix="/approvals")
