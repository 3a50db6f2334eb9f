"""Learning from grants, for leaders: cost and effect, proposals to trust or teach, anomalies."""

from callcenter.web.empowerment.learning import cases, effect, proposals
from callcenter.web.empowerment.learning.blueprint import pages

__all__ = ["cases", "effect", "pages", "proposals"]
