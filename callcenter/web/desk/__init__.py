"""The agent's desk: three zones, each part of them fetched again by itself (`parts`), and what an agent does there (`acts`,
`transfer`, `give`)."""

from callcenter.web.desk import acts, files, parts, transfer
from callcenter.web.desk.blueprint import pages
from callcenter.web.desk.give import asked, doors

__all__ = ["acts", "asked", "doors", "files", "pages", "parts", "transfer"]
