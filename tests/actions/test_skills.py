"""Agents' skills: one change at a time, effective at once."""

import pytest

from callcenter.actions.administration import company, skills
from callcenter.actions.administration.queues import QueueInUse
from callcenter.domain.errors import Invalid, NotAllowed, StaleSave
from callcenter.domain.routing import CompanyPolicy
from callcenter.storage.administration.company import BreakReason, Company, Skill
from callcenter.storage.history import History
from tests.factories import Centre


def add(centre: Centre, key: str) -> int:
    with centre.wiring.work() as work:
        names = {"en": key.title(), "zh": key}
        return skills.add(work, key=key, names=names, actor=centre.actor("robin")).id


def test_a_new_skill_brings_the_waiting_caller_at_once(centre: Centre) -> None:
    add(centre, "delivery")
    centre.change("alice", skills={})
    centre.available("alice")
    interaction_id, _ = centre.call()
    assert centre.asked(interaction_id) is None
    with centre.wiring.work() as work:
        skills.set_level(work, centre.id_of("alice"), skill="delivery", level=2, actor=centre.actor("robin"))
    assert centre.asked(interaction_id) == "alice"
    [told] = [row.data["changed"] for row in centre.rows(History) if row.kind == "SkillsChanged"]
    assert told == {"skills.delivery": [0, 2]}


def test_a_language_more_brings_the_waiting_caller_at_once(centre: Centre) -> None:
    centre.change("alice", languages=["zh"])
    centre.available("alice")
    interaction_id, _ = centre.call()
    assert centre.asked(interaction_id) is None
    with centre.wiring.work() as work:
        skills.set_language(work, centre.id_of("alice"), language="en", speaks=True, actor=centre.actor("robin"))
    assert centre.asked(interaction_id) == "alice"
    assert centre.agent("alice").languages == ["en", "zh"]


def test_limits_are_set_and_given_back_to_the_company(centre: Centre) -> None:
    robin, alice = centre.actor("robin"), centre.id_of("alice")
    with centre.wiring.work() as work:
        skills.set_conversations(work, alice, most=5, actor=robin)
        skills.set_calls_over(work, alice, most=1, actor=robin)
    assert (centre.agent("alice").max_conversations, centre.agent("alice").limits) == (5, {"calls_over": 1})
    with centre.wiring.work() as work:
        skills.set_calls_over(work, alice, most=None, actor=robin)
    assert centre.agent("alice").limits == {}


@pytest.mark.parametrize("level", [-1, 6])
def test_there_are_no_other_levels(centre: Centre, level: int) -> None:
    add(centre, "delivery")
    with pytest.raises(Invalid), centre.wiring.work() as work:
        skills.set_level(work, centre.id_of("alice"), skill="delivery", level=level, actor=centre.actor("robin"))


def test_a_skill_has_one_key_and_two_names(centre: Centre) -> None:
    add(centre, "repair")
    for key, names in (("repair", {"en": "R", "zh": "R"}), ("Re pair", {"en": "R", "zh": "R"}), ("new", {"en": "R"})):
        with pytest.raises(Invalid), centre.wiring.work() as work:
            skills.add(work, key=key, names=names, actor=centre.actor("robin"))


def test_a_skill_that_a_queue_asks_for_is_kept(centre: Centre) -> None:
    needed, idle = add(centre, "delivery"), add(centre, "repair")
    centre.change("bo", skills={"repair": 3, "delivery": 1})
    robin = centre.actor("robin")
    with pytest.raises(QueueInUse), centre.wiring.work() as work:
        skills.remove(work, needed, actor=robin)
    with centre.wiring.work() as work:
        skills.rename(work, idle, names={"en": "Repairs", "zh": "维修"}, actor=robin)
        skills.remove(work, idle, actor=robin)
    assert [row.key for row in centre.rows(Skill)] == ["delivery"]
    assert centre.agent("bo").skills == {"delivery": 1}


def test_the_companys_numbers_are_kept_with_both_values(centre: Centre) -> None:
    robin, before = centre.actor("robin"), CompanyPolicy()
    with centre.wiring.work() as work:
        changed = before.model_copy(update={"misses_allowed": 3})
        company.set_routing(work, policy=changed, version=company.version_of(before), actor=robin)
    assert centre.row(Company, 1).routing_policy.misses_allowed == 3
    [told] = [row.data["changed"] for row in centre.rows(History) if row.kind == "RoutingChanged"]
    assert told == {"misses_allowed": [2, 3]}
    with pytest.raises(StaleSave), centre.wiring.work() as work:
        company.set_routing(work, policy=before, version=company.version_of(before), actor=robin)


def test_kinds_of_break_are_added_renamed_and_retired(centre: Centre) -> None:
    robin = centre.actor("robin")
    with centre.wiring.work() as work:
        lunch = company.add_break_reason(work, key="training", names={"en": "Training", "zh": "培训"}, actor=robin)
    with pytest.raises(Invalid), centre.wiring.work() as work:
        company.add_break_reason(work, key="training", names={"en": "Training", "zh": "培训"}, actor=robin)
    with centre.wiring.work() as work:
        names = {"en": "Course", "zh": "培训"}
        company.change_break_reason(work, lunch.id, names=names, is_active=False, actor=robin)
    row = centre.row(BreakReason, lunch.id)
    assert (row.names["en"], row.is_active) == ("Course", False)


def test_nobody_else_changes_any_of_it(centre: Centre) -> None:
    for name in ("alice", "sam"):
        actor, alice = centre.actor(name), centre.id_of("alice")
        with pytest.raises(NotAllowed), centre.wiring.work() as work:
            skills.set_language(work, alice, language="en", speaks=False, actor=actor)
        with pytest.raises(NotAllowed), centre.wiring.work() as work:
            company.set_routing(work, policy=CompanyPolicy(), version=None, actor=actor)
