"""Register of pushes and jobs by event. No rows are read or written."""

from collections.abc import Callable
from dataclasses import dataclass

from callcenter.background import Job
from callcenter.domain import callback_events, empowerment_events, events, setup_events
from callcenter.domain.events import Event

SUPERVISORS = "supervisors"


@dataclass(frozen=True, slots=True)
class Pushed:
    rooms: tuple[str, ...]
    name: str
    ids: dict[str, int]


@dataclass(frozen=True, slots=True)
class Ordered:
    job: Job
    arguments: dict[str, int]


def pushes(event: Event) -> tuple[Pushed, ...]:
    return tuple(
        Pushed(rooms=rooms(event, alone=alone), name=name, ids=ids(event))
        for name, alone in PUSHES.get(type(event), ())
    )


def jobs(event: Event) -> tuple[Ordered, ...]:
    return tuple(Ordered(job, arguments(event)) for job, arguments in JOBS.get(type(event), ()))


def rooms(event: Event, *, alone: bool) -> tuple[str, ...]:
    """`alone`: without supervisors."""
    about = f"agent:{event.agent_id}" if event.agent_id else ""
    doer = event.actor if event.actor.startswith("agent:") else ""
    concerned = dict.fromkeys(room for room in (about, doer) if room)
    return tuple(concerned) if alone else (*concerned, SUPERVISORS)


def ids(event: Event) -> dict[str, int]:
    named = (
        *("interaction_id", "ticket_id", "customer_id", "agent_id", "offer_id", "message_id", "survey_id"),
        *("grant_id", "approval_id", "budget_id", "number", "request_id", "what_if_id", "replay_id"),
    )
    return {name: value for name in named if isinstance(value := getattr(event, name, None), int)}


_CHANGED = (("interaction.changed", False),)
_AGENT = (("agent.changed", False),)
_TICKET = (("ticket.changed", False),)
_GRANT = (("grant.changed", False),)
_APPROVAL = (("approval.changed", False),)
_WHAT_IF = (("what_if.changed", False),)
_REPLAY = (("replay.changed", False),)

PUSHES: dict[type[Event], tuple[tuple[str, bool], ...]] = {
    events.CallReceived: _CHANGED,
    events.MenuChosen: _CHANGED,
    events.QueueEntered: _CHANGED,
    events.ConversationStarted: _CHANGED,
    events.OfferMade: (("offer.made", True),),
    events.OfferEnded: (("offer.ended", True), *_CHANGED),
    events.InteractionAccepted: _CHANGED,
    events.CallConnected: _CHANGED,
    events.CallHeld: _CHANGED,
    events.CallResumed: _CHANGED,
    events.CallEnded: _CHANGED,
    events.ConversationEnded: _CHANGED,
    events.WrapUpExtended: _CHANGED,
    events.WrapUpFinished: _CHANGED,
    events.NoteWritten: _CHANGED,
    events.CustomerRecognised: _CHANGED,
    events.MessageReceived: (("message.received", False),),
    events.MessageQueued: _CHANGED,
    events.AttachmentFetched: _CHANGED,
    events.MessageStatusChanged: _CHANGED,
    events.TicketOpened: _TICKET,
    events.TicketChanged: _TICKET,
    events.TicketSolved: _TICKET,
    events.CommentWritten: _TICKET,
    events.SurveyAnswered: (("survey.answered", False),),
    events.StatusChanged: _AGENT,
    events.StateChanged: _AGENT,
    events.SignedOut: _AGENT,
    setup_events.SkillsChanged: _AGENT,
    setup_events.WhatIfAsked: _WHAT_IF,
    setup_events.WhatIfEnded: _WHAT_IF,
    callback_events.CallbackPromised: _CHANGED,
    callback_events.CustomerToCall: _CHANGED,
    callback_events.CallbackTried: _CHANGED,
    callback_events.CallbackKept: _CHANGED,
    callback_events.CallbackFailed: _CHANGED,
    callback_events.CallbackCancelled: _CHANGED,
    callback_events.CallbackChanged: _CHANGED,
    callback_events.Overflowed: _CHANGED,
    callback_events.VoicemailLeft: _CHANGED,
    callback_events.Transferred: _CHANGED,
    empowerment_events.RemedyGranted: _GRANT,
    empowerment_events.GrantRefused: _GRANT,
    empowerment_events.GrantLapsed: _GRANT,
    empowerment_events.GrantFulfilled: _GRANT,
    empowerment_events.GrantNotFulfilled: _GRANT,
    empowerment_events.GrantReversed: _GRANT,
    empowerment_events.ApprovalAsked: (("approval.asked", False),),
    empowerment_events.ApprovalSeen: _APPROVAL,
    empowerment_events.ApprovalClaimed: _APPROVAL,
    empowerment_events.ApprovalLetGo: _APPROVAL,
    empowerment_events.ApprovalEscalated: (("approval.asked", False),),
    empowerment_events.ApprovalAnswered: (("approval.answered", False),),
    empowerment_events.ApprovalChanged: _APPROVAL,
    empowerment_events.ApprovalWithdrawn: _APPROVAL,
    empowerment_events.ApprovalTalked: _APPROVAL,
    empowerment_events.BudgetRunsLow: (("budget.changed", False),),
    empowerment_events.BudgetSet: (("budget.changed", False),),
    empowerment_events.RuleBookPublished: (("rules.changed", False),),
    empowerment_events.ReplayAsked: _REPLAY,
    empowerment_events.ReplayEnded: _REPLAY,
    empowerment_events.DepartmentAsked: (("request.changed", False),),
    empowerment_events.DepartmentAnswered: (("request.changed", False),),
}


def _message(event: Event) -> dict[str, int]:
    return {"message_id": ids(event)["message_id"]}


def _offer(event: Event) -> dict[str, int]:
    return {"offer_id": ids(event)["offer_id"]}


def _what_if(event: Event) -> dict[str, int]:
    return {"what_if_id": ids(event)["what_if_id"]}


def _replay(event: Event) -> dict[str, int]:
    return {"replay_id": ids(event)["replay_id"]}


def _interaction(event: Event) -> dict[str, int]:
    return {"interaction_id": ids(event)["interaction_id"]}


def _grant(event: Event) -> dict[str, int]:
    return {"grant_id": ids(event)["grant_id"]}


def _approval(event: Event) -> dict[str, int]:
    return {"approval_id": ids(event)["approval_id"]}


JOBS: dict[type[Event], tuple[tuple[Job, Callable[[Event], dict[str, int]]], ...]] = {
    events.MessageQueued: ((Job.SEND_MESSAGE, _message),),
    events.DeskTelephoneToRing: ((Job.RING_AGENT, _offer),),
    setup_events.WhatIfAsked: ((Job.PLAY_WHAT_IF, _what_if),),
    events.CallerLeftAlone: ((Job.BRING_BACK, _interaction),),
    callback_events.CallerToBringBack: ((Job.BRING_BACK, _interaction),),
    callback_events.CustomerToCall: ((Job.CALL_CUSTOMER, _interaction),),
    callback_events.LegToEnd: ((Job.END_LEGS, _interaction),),
    callback_events.Overflowed: ((Job.BRING_BACK, _interaction),),
    callback_events.Transferred: ((Job.BRING_BACK, _interaction), (Job.END_LEGS, _interaction)),
    empowerment_events.ReplayAsked: ((Job.REPLAY_RULES, _replay),),
    empowerment_events.RemedyGranted: ((Job.FULFIL, _grant),),
    empowerment_events.GrantReversed: ((Job.FULFIL, _grant),),
    empowerment_events.ApprovalAsked: ((Job.TEXT_APPROVERS, _approval),),
    empowerment_events.ApprovalEscalated: ((Job.TEXT_APPROVERS, _approval),),
}
