"""Proposals to trust or teach: open and decided ones, with figures before and since."""

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from callcenter import wiring
from callcenter.actions.empowerment import proposals as acts
from callcenter.domain.states import ProposalState
from callcenter.storage.empowerment import learning, proposals
from callcenter.storage.empowerment.proposals import Proposal
from callcenter.web import access
from callcenter.web.empowerment.learning.blueprint import pages
from callcenter.web.empowerment.learning.names import LearningNames, names
from callcenter.web.wording import formats


@dataclass(frozen=True)
class ProposalView:
    """A proposal in words. `since`: an accepted one's figures of the last four weeks."""

    row: Proposal
    head: str
    sentence: str
    offer: str
    cases: str
    before: str = ""
    since: str = ""


@pages.get("/proposals")
@access.leaders
def proposed() -> str:
    now = wiring.current().clock()
    with wiring.current().reading() as session:
        called = names(session)
        open_ones = [_view(row, called) for row in proposals.open_ones(session)]
        decided = [
            _view(row, called, measured=learning.measured(session, row, until=now))
            for row in proposals.decided(session)
        ]
    return render_template(
        "learning/proposals.html", here="learning.proposed", open_ones=open_ones, decided=decided, names=called
    )


@pages.post("/proposals/look")
@access.leaders
def look_again() -> Response:
    with wiring.current().work() as work:
        acts.refresh(work)
    return redirect(url_for("learning.proposed"))


@pages.post("/proposals/<int:proposal_id>/accept")
@access.leaders
def accept(proposal_id: int) -> Response:
    """Trust: drafts the rule, to be replayed and reviewed. Teach: records it and tracks the effect."""
    with wiring.current().work() as work:
        found = proposals.get(work.session, proposal_id)
        act = acts.draft if found and found.kind == "trust" else acts.accept
        row = act(work, proposal_id, actor=access.current_actor(), note=request.form.get("note", ""))
    if row.rule_book:
        return redirect(url_for("rules.page", number=row.rule_book))
    return redirect(url_for("learning.proposed"))


@pages.post("/proposals/<int:proposal_id>/dismiss")
@access.leaders
def dismiss(proposal_id: int) -> Response:
    with wiring.current().work() as work:
        acts.dismiss(work, proposal_id, actor=access.current_actor(), note=request.form.get("note", ""))
    return redirect(url_for("learning.proposed"))


def _view(row: Proposal, called: LearningNames, *, measured: dict[str, Any] | None = None) -> ProposalView:
    kept = measured if row.state == ProposalState.ACCEPTED else None
    head, sentence, offer = _words(row, called)
    cases = url_for("learning.cases", ids=",".join(map(str, row.cases[:200]))) if row.cases else ""
    before = _how_it_was(row.kind, row.before) if kept is not None else ""
    since = _how_it_was(row.kind, kept) if kept is not None else ""
    return ProposalView(row, head, sentence, offer, cases, before, since)


def _words(row: Proposal, called: LearningNames) -> tuple[str, str, str]:
    data = row.data
    agent = called.agents.get(row.agent_id or 0, "")
    if row.kind == "trust":
        limit = called.how_much(data["remedy"], data["limit"], data["currency"])
        return (
            _("%(remedy)s up to %(limit)s for “%(cause)s”", remedy=called.remedy(data["remedy"]), limit=limit,
              cause=called.of("cause", data["cause"])),
            _("Asked %(asked)s times in four weeks by %(agents)s colleagues, %(yes)s times answered with yes. The customer waited"
              " %(took)s for each answer.",
              asked=data["asked"], agents=data["agents"], yes=data["yes"], took=formats.duration(data["seconds"])),
            _("Let agents give it without asking: makes a draft with this rule, to be replayed on the past and reviewed."),
        )  # fmt: skip
    if row.kind == "teach_no":
        return (
            _("%(agent)s keeps hearing no", agent=agent),
            _("%(no)s of %(asked)s questions in four weeks were answered with no.", no=data["no"], asked=data["asked"]),
            _("Go through the cases together: what the rules are for, and what can be given instead."),
        )
    return (
        _("%(agent)s never gives anything", agent=agent),
        ngettext(
            "Served %(num)d case in four weeks and granted nothing; colleagues granted something in %(share)s %% of theirs.",
            "Served %(num)d cases in four weeks and granted nothing; colleagues granted something in %(share)s %% of theirs.",
            data["served"],
            share=data["colleagues"],
        ),
        _("Show what may be given, and that it is meant to be."),
    )


def _how_it_was(kind: str, data: dict[str, Any]) -> str:
    if not data:
        return "–"
    if kind == "teach_unused":
        return _("%(given)s of %(served)s cases", given=data["given"], served=data["served"])
    return _("asked %(asked)s times, %(no)s times no", asked=data["asked"], no=data["no"])
