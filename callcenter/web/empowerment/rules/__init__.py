"""Rule pages: table and draft, reference data, files. `pages` is the blueprint."""

from callcenter.web.empowerment.rules import company, editing, remedies, steps, table, yaml_files
from callcenter.web.empowerment.rules.blueprint import pages

__all__ = ["company", "editing", "pages", "remedies", "steps", "table", "yaml_files"]
