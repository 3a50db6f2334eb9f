"""Approvals: the supervisor's side of a question that an agent asks while a customer waits."""

from callcenter.web.approvals import acts, views
from callcenter.web.approvals.blueprint import pages

__all__ = ["acts", "pages", "views"]
