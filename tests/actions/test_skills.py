"""Agents' skills: one change at a time, effective at once."""

import pytest

from callcenter.actions.administration import company, skills
from callcenter.actions.administration.queues import QueueInUse
from callcenter.domain.errors import Invalid, NotAllowed, StaleSave
from callcenter.domain.routing import CompanyPolicy
from callcenter.storage.administration.company import BreakReason, Company, Skill
from callcenter.storage.history import History
from tests.factories import Shop


def add(shop: Shop, key: str) -> int:
    with shop.wiring.work() as work:
        names = {"en": key.title(), "zh": key}
        return skills.add(work, key=key, names=names, actor=shop.actor("robin")).id


def test_a_new_skill_brings_the_waiting_caller_at_once(shop: Shop) -> None:
    add(shop, "delivery")
    shop.change("alice", skills={})
    shop.available("alice")
    interaction_id, _ = shop.call()
    assert shop.asked(interaction_id) is None
    with shop.wiring.work() as work:
        skills.set_level(work, shop.id_of("alice"), skill="delivery", level=2, actor=shop.actor("robin"))
    assert shop.asked(interaction_id) == "alice"
    [told] = [row.data["changed"] for row in shop.rows(History) if row.kind == "SkillsChanged"]
    assert told == {"skills.delivery": [0, 2]}


def test_a_language_more_brings_the_waiting_caller_at_once(shop: Shop) -> None:
    shop.change("alice", languages=["zh"])
    shop.available("alice")
    interaction_id, _ = shop.call()
    assert shop.asked(interaction_id) is None
    with shop.wiring.work() as work:
        skills.set_language(work, shop.id_of("alice"), language="en", speaks=True, actor=shop.actor("robin"))
    assert shop.asked(interaction_id) == "alice"
    assert shop.agent("alice").languages == ["en", "zh"]


def test_limits_are_set_and_given_back_to_the_company(shop: Shop) -> None:
    robin, alice = shop.actor("robin"), shop.id_of("alice")
    with shop.wiring.work() as work:
        skills.set_conversations(work, alice, most=5, actor=robin)
        skills.set_calls_over(work, alice, most=1, actor=robin)
    assert (shop.agent("alice").max_conversations, shop.agent("alice").limits) == (5, {"calls_over": 1})
    with shop.wiring.work() as work:
        skills.set_calls_over(work, alice, most=None, actor=robin)
    assert shop.agent("alice").limits == {}


@pytest.mark.parametrize("level", [-1, 6])
def test_there_are_no_other_levels(shop: Shop, level: int) -> None:
    add(shop, "delivery")
    with pytest.raises(Invalid), shop.wiring.work() as work:
        skills.set_level(work, shop.id_of("alice"), skill="delivery", level=level, actor=shop.actor("robin"))


def test_a_skill_has_one_key_and_two_names(shop: Shop) -> None:
    add(shop, "repair")
    for key, names in (("repair", {"en": "R", "zh": "R"}), ("Re pair", {"en": "R", "zh": "R"}), ("new", {"en": "R"})):
        with pytest.raises(Invalid), shop.wiring.work() as work:
            skills.add(work, key=key, names=names, actor=shop.actor("robin"))


def test_a_skill_that_a_queue_asks_for_is_kept(shop: Shop) -> None:
    needed, idle = add(shop, "delivery"), add(shop, "repair")
    shop.change("bo", skills={"repair": 3, "delivery": 1})
    robin = shop.actor("robin")
    with pytest.raises(QueueInUse), shop.wiring.work() as work:
        skills.remove(work, needed, actor=robin)
    with shop.wiring.work() as work:
        skills.rename(work, idle, names={"en": "Repairs", "zh": "维修"}, actor=robin)
        skills.remove(work, idle, actor=robin)
    assert [row.key for row in shop.rows(Skill)] == ["delivery"]
    assert shop.agent("bo").skills == {"delivery": 1}


def test_the_companys_numbers_are_kept_with_both_values(shop: Shop) -> None:
    robin, before = shop.actor("robin"), CompanyPolicy()
    with shop.wiring.work() as work:
        changed = before.model_copy(update={"misses_allowed": 3})
        company.set_routing(work, policy=changed, version=company.version_of(before), actor=robin)
    assert shop.row(Company, 1).routing_policy.misses_allowed == 3
    [told] = [row.data["changed"] for row in shop.rows(History) if row.kind == "RoutingChanged"]
    assert told == {"misses_allowed": [2, 3]}
    with pytest.raises(StaleSave), shop.wiring.work() as work:
        company.set_routing(work, policy=before, version=company.version_of(before), actor=robin)


def test_kinds_of_break_are_added_renamed_and_retired(shop: Shop) -> None:
    robin = shop.actor("robin")
    with shop.wiring.work() as work:
        lunch = company.add_break_reason(work, key="training", names={"en": "Training", "zh": "培训"}, actor=robin)
    with pytest.raises(Invalid), shop.wiring.work() as work:
        company.add_break_reason(work, key="training", names={"en": "Training", "zh": "培训"}, actor=robin)
    with shop.wiring.work() as work:
        names = {"en": "Course", "zh": "培训"}
        company.change_break_reason(work, lunch.id, names=names, is_active=False, actor=robin)
    row = shop.row(BreakReason, lunch.id)
    assert (row.names["en"], row.is_active) == ("Course", False)


def test_nobody_else_changes_any_of_it(shop: Shop) -> None:
    for name in ("alice", "sam"):
        actor, alice = shop.actor(name), shop.id_of("alice")
        with pytest.raises(NotAllowed), shop.wiring.work() as work:
            skills.set_language(work, alice, language="en", speaks=False, actor=actor)
        with pytest.raises(NotAllowed), shop.wiring.work() as work:
            company.set_routing(work, policy=CompanyPolicy(), version=None, actor=actor)
