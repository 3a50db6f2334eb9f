"""The approvals' blueprint; `views` and `acts` register their routes on it."""

from flask import Blueprint

pages = Blueprint("approvals", __name__, url_prefix="/approvals")
