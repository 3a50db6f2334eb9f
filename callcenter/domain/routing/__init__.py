"""Two questions: which agent takes this interaction, and what does this agent take next. Pure."""

from callcenter.domain.routing.capacity import Flow, Pace
from callcenter.domain.routing.expected import Error, Forecast, error_of, forecast
from callcenter.domain.routing.explain import Explanation, explain, explanation, verdict
from callcenter.domain.routing.people import Candidate, CandidatePool, Limits, Profile, no_room, profile
from callcenter.domain.routing.policy import CallbackRule, CompanyPolicy, Hold, QueuePolicy, RingRule
from callcenter.domain.routing.questions import Choice, openings, ring_of, rings_fitting, what_next, who_should_take
from callcenter.domain.routing.waiting import Affinity, Asked, Line, Lines, Needs, Ring, Waiting, needs

__all__ = [
    "Affinity",
    "Asked",
    "CallbackRule",
    "Candidate",
    "CandidatePool",
    "Choice",
    "CompanyPolicy",
    "Error",
    "Explanation",
    "Flow",
    "Forecast",
    "Hold",
    "Limits",
    "Line",
    "Lines",
    "Needs",
    "Pace",
    "Profile",
    "QueuePolicy",
    "Ring",
    "RingRule",
    "Waiting",
    "error_of",
    "explain",
    "explanation",
    "forecast",
    "needs",
    "no_room",
    "openings",
    "profile",
    "ring_of",
    "rings_fitting",
    "verdict",
    "what_next",
    "who_should_take",
]
