"""The agent's desk: three zones, fetched in parts (`parts`), and the agent's actions (`acts`, `transfer`, `give`)."""

from callcenter.web.desk import acts, files, parts, transfer
from callcenter.web.desk.blueprint import pages
from callcenter.web.desk.give import asked, doors

__all__ = ["acts", "asked", "doors", "files", "pages", "parts", "transfer"]
