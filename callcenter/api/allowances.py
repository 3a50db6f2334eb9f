"""The agent's current allowance for a ticket, and a preview of one grant request."""

from typing import Annotated, Any, Literal

from pydantic import Field

from callcenter import wiring
from callcenter.actions.empowerment import granting
from callcenter.api.authentication import actor, me
from callcenter.api.operations import operation
from callcenter.api.shapes import Id, QueryParameters, ResponseBody
from callcenter.declared import everyone
from callcenter.domain.empowerment import Decision, May, RuleBook, hold
from callcenter.domain.errors import NotFound, NotYourInteraction
from callcenter.domain.permissions import may_grant
from callcenter.storage.tickets import tickets


class OptionShown(ResponseBody):
    """A remedy in the decision."""

    remedy: str
    names: dict[str, str]
    kind: str
    is_money: bool
    is_fixed: Annotated[bool, Field(description="The whole amount or nothing.")]
    may: May
    most: Annotated[int, Field(description="May be given now without asking: minor units, or pieces.")]
    bound: Annotated[str | None, Field(description="What `most` is bounded by.")]
    rule_id: int | None
    ask_rule_id: int | None
    ask_most: Annotated[int | None, Field(description="The most that somebody may say yes to; null: as they see fit.")]
    asked: Annotated[
        list[dict[str, Any]], Field(description="The escalation steps: who is asked, for how long, up to how much.")
    ]


class GrantPreview(ResponseBody):
    """The result of one grant request, if it were made now."""

    answer: Literal["give", "needs_reason", "ask", "refused"]
    refusal: str | None
    bound: str | None
    split: Annotated[bool, Field(description="Small by itself, too much with what was given on the same ticket.")]


class AllowanceShown(ResponseBody):
    """Your allowance for this ticket now; forbidden remedies are left out."""

    rule_book: int
    currency: str
    sentence: dict[str, str]
    options: list[OptionShown]
    preview: GrantPreview | None


class AllowanceQuery(QueryParameters):
    interaction_id: Id | None = None
    remedy: Annotated[
        str | None, Field(max_length=40, description="With `units`: what would become of this request.")
    ] = None
    units: Annotated[int | None, Field(ge=1)] = None


@operation(
    "GET",
    "/tickets/{ticket_id}/allowance",
    query=AllowanceQuery,
    answer=AllowanceShown,
    refuses={403: ("not-your-interaction", "no-agent")},
)
@everyone
def allowance_for_ticket(ticket_id: int, query: AllowanceQuery) -> AllowanceShown:
    """Get your allowance for a ticket now.

    With `interaction_id`, in that contact. With `remedy` and `units`, also the result of that grant request.
    """
    with wiring.current().work() as work:
        ticket = tickets.get(work.session, ticket_id)
        if ticket is None:
            raise NotFound
        case = granting.look(work, me(), ticket, query.interaction_id)
        serving = case.interaction.agent_id if case.interaction else None
        if not may_grant(actor(), ticket_owner_id=ticket.granting_owner_id, interaction_agent_id=serving):
            raise NotYourInteraction
    rules = case.known.rules
    preview = _preview(case.decision, query) if query.remedy and query.units else None
    return AllowanceShown(
        rule_book=rules.number,
        currency=case.decision.currency,
        sentence=case.decision.sentence,
        options=_options(case.decision, rules.book),
        preview=preview,
    )


def _options(decision: Decision, book: RuleBook) -> list[OptionShown]:
    found = []
    for option in decision.options:
        remedy = book.remedy(option.remedy)
        if remedy is None or option.may in (May.NEVER, May.GAP):
            continue
        steps = option.ask.steps if option.ask else ()
        found.append(
            OptionShown(
                remedy=option.remedy,
                names=remedy.names,
                kind=remedy.kind,
                is_money=option.is_money,
                is_fixed=option.is_fixed,
                may=option.may,
                most=option.most,
                bound=option.tightest.bound.value if option.tightest else None,
                rule_id=option.rule_id,
                ask_rule_id=option.ask_rule_id,
                ask_most=option.ask_most,
                asked=[step.model_dump(mode="json") for step in steps],
            )
        )
    return found


def _preview(decision: Decision, query: AllowanceQuery) -> GrantPreview:
    held = hold(decision, query.remedy or "", query.units or 0)
    return GrantPreview(
        answer=held.answer.value,
        refusal=held.refusal.value if held.refusal else None,
        bound=held.bound.value if held.bound else None,
        split=held.split,
    )
