"""What giving costs and brings, where to trust and where to teach, and what is worth a second look: for those who lead."""

from callcenter.web.empowerment.learning import cases, effect, proposals
from callcenter.web.empowerment.learning.blueprint import pages

__all__ = ["cases", "effect", "pages", "proposals"]
