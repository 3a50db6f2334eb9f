"""The administrator's pages of routing. Supervisors may read them. A file a subject; `pages` is the blueprint."""

from callcenter.web.admin import company, dry_run, queues, skills, stuck, what_ifs
from callcenter.web.admin.blueprint import pages

__all__ = ["company", "dry_run", "pages", "queues", "skills", "stuck", "what_ifs"]
