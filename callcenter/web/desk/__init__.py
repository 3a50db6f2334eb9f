"""The agent's desk: three zones, each part of them fetched again by itself (`parts`), and what an agent does there (`acts`)."""

from callcenter.web.desk import acts, parts, transfer
from callcenter.web.desk.blueprint import pages

__all__ = ["acts", "pages", "parts", "transfer"]
