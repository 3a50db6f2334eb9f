"""The agent's desk: three zones, fetched in parts (`parts`), and the agent's actions (`acts`, `transfer`, `granting`)."""

from callcenter.web.desk import acts, files, parts, transfer
from callcenter.web.desk.blueprint import pages
from callcenter.web.desk.granting import approval_routes, granting_routes

__all__ = ["acts", "approval_routes", "files", "granting_routes", "pages", "parts", "transfer"]
