"""The pages of the empowerment rules: the table with its draft, what a rule refers to, and files. `pages` is the blueprint."""

from callcenter.web.empowerment.rules import company, editing, remedies, steps, table, yaml_files
from callcenter.web.empowerment.rules.blueprint import pages

__all__ = ["company", "editing", "pages", "remedies", "steps", "table", "yaml_files"]
