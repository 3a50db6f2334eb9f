"""Routing administration; supervisors may read. `pages` is the blueprint."""

from callcenter.web.admin import company, dry_run, queues, skills, stuck, what_ifs
from callcenter.web.admin.blueprint import pages

__all__ = ["company", "dry_run", "pages", "queues", "skills", "stuck", "what_ifs"]
