"""Reports for supervisors in both languages: cost and effect, trust and train, anomalies."""

import re

import pytest
from sqlalchemy import update

from callcenter.actions.empowerment import approvals, asking, proposals
from callcenter.domain.empowerment.approving import ApprovalAnswer
from callcenter.storage.agents.agents import Agent
from callcenter.storage.empowerment.proposals import Proposal
from callcenter.storage.empowerment.rule_books import RuleBookRow
from tests.empowered import Counter
from tests.site import SignIn, csrf_token

PAGES = ("/rules/effect", "/rules/proposals", "/rules/worth-a-look", "/rules/cases?ids=1,2")


def six_times_yes(counter: Counter) -> None:
    for _ in range(6):
        grant = counter.ask("refund", 12_000)
        counter.centre.clock.forward(40)
        with counter.centre.wiring.work() as work:
            approvals.answer(work, counter.approval(grant).id, actor=counter.actor("sam"), answer=ApprovalAnswer.YES)
        with counter.centre.wiring.work() as work:
            asking.withdraw(work, grant.id, actor=counter.actor("alice"))
    with counter.centre.wiring.work() as work:
        proposals.refresh(work)


@pytest.mark.parametrize("path", PAGES)
def test_agents_do_not_see_what_is_for_those_who_lead(counter: Counter, signed_in: SignIn, path: str) -> None:
    assert signed_in("alice").get(path).status_code == 403
    assert signed_in("sam").get(path).status_code == 200


@pytest.mark.parametrize("by", ["remedy", "rule", "cause", "department", "team", "tier", "nonsense"])
def test_what_was_given_is_grouped(counter: Counter, signed_in: SignIn, by: str) -> None:
    counter.make_grant("credit", 2000)
    page = signed_in("sam").get(f"/rules/effect?by={by}").text
    assert "$20" in page


def test_a_proposal_to_trust_becomes_a_draft_with_its_rule_in_front(counter: Counter, signed_in: SignIn) -> None:
    six_times_yes(counter)
    sam = signed_in("sam")
    page = sam.get("/rules/proposals").text
    assert "Refund of the price up to $120" in page
    assert "6 times answered with yes" in page
    (row,) = counter.centre.rows(Proposal)
    token = csrf_token(sam)
    answer = sam.post(f"/rules/proposals/{row.id}/accept", data={"csrf_token": token})
    (_, draft) = counter.centre.rows(RuleBookRow)
    assert answer.location.endswith(f"/rules/{draft.number}")
    assert (draft.state, draft.book.rules[0].remedies, draft.book.rules[0].limits.grant) == (
        "draft",
        ("refund",),
        12_000,
    )
    assert draft.book.rules[0].conditions() == {"role": ("agent",), "cause": ("late",)}
    page = sam.get("/rules/proposals").text
    assert re.search(r"Accepted · <a href=\"/rules/2\">", page)
    assert "asked 6 times, 0 times no" in page
    again = sam.post(f"/rules/proposals/{row.id}/accept", data={"csrf_token": token})
    assert again.status_code == 409
    assert len(counter.centre.rows(RuleBookRow)) == 2


def test_a_proposal_is_dismissed_with_a_reason(counter: Counter, signed_in: SignIn) -> None:
    six_times_yes(counter)
    sam = signed_in("sam")
    (row,) = counter.centre.rows(Proposal)
    token = csrf_token(sam)
    assert sam.post(f"/rules/proposals/{row.id}/dismiss", data={"csrf_token": token}).status_code == 422
    sam.post(f"/rules/proposals/{row.id}/dismiss", data={"csrf_token": token, "note": "Christmas only"})
    assert "Christmas only" in sam.get("/rules/proposals").text


def test_the_cases_behind_a_pattern_are_shown_one_by_one(counter: Counter, signed_in: SignIn) -> None:
    for _ in range(4):
        counter.make_grant("credit", 1000)
    sam = signed_in("sam")
    page = sam.get("/rules/worth-a-look").text
    assert "Alice Moreau, again for Carla Mendes" in page
    link = re.search(r'href="(/rules/cases\?ids=[^"]+)"', page)
    assert link is not None
    assert sam.get(link[1].replace("%2C", ",")).text.count("$10 Credit on account") == 4


def test_the_pages_speak_chinese(counter: Counter, signed_in: SignIn) -> None:
    with counter.centre.wiring.work() as work:
        work.session.execute(update(Agent).where(Agent.username == "sam").values(language="zh"))
    six_times_yes(counter)
    page = signed_in("sam").get("/rules/proposals").text
    assert "信任与辅导" in page
    assert "退款" in page
