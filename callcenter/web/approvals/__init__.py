"""Approvals: the approver's side of a grant request."""

from callcenter.web.approvals import acts, views
from callcenter.web.approvals.blueprint import pages

__all__ = ["acts", "pages", "views"]
