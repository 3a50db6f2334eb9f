"""Skills, languages, capacity and trust of agents; changes apply at once."""

from typing import Any

from callcenter.actions.administration.queues import QueueInUse, checked_names, must_administer
from callcenter.actions.routing import routing
from callcenter.domain import customers, languages, queues
from callcenter.domain.errors import N_, Invalid, NotFound
from callcenter.domain.permissions import Actor
from callcenter.domain.setup_events import RoutingChanged, SkillsChanged
from callcenter.storage.administration import company
from callcenter.storage.administration.company import Skill
from callcenter.storage.agents import agents
from callcenter.storage.agents.agents import Agent
from callcenter.storage.work import Work

HIGHEST = 5
HIGHEST_TRUST = 9
MOST_CONVERSATIONS = 20


def add(work: Work, *, key: str, names: dict[str, str], actor: Actor) -> Skill:
    """Invalid for a malformed or taken key."""
    must_administer(actor)
    if not queues.KEY.fullmatch(key):
        text = "A key is of small letters, digits and hyphens, and begins with a letter."
        raise Invalid(text, field="key")
    if any(skill.key == key for skill in company.skills(work.session)):
        raise Invalid("There is already a skill of this key.", field="key")
    row = Skill(key=key, names=checked_names(names))
    work.session.add(row)
    work.session.flush()
    work.record(RoutingChanged(changed={f"skill.{key}": [None, row.names]}, actor=actor.label))
    return row


def rename(work: Work, skill_id: int, *, names: dict[str, str], actor: Actor) -> Skill:
    must_administer(actor)
    row = _skill(work, skill_id)
    before, row.names = row.names, checked_names(names)
    if row.names != before:
        work.record(RoutingChanged(changed={f"skill.{row.key}": [before, row.names]}, actor=actor.label))
    return row


def remove(work: Work, skill_id: int, *, actor: Actor) -> None:
    """QueueInUse where a queue or ring requires it."""
    must_administer(actor)
    row = _skill(work, skill_id)
    for queue in company.queues(work.session):
        policy = queue.policy
        if any(row.key in asked for asked in (policy.skills, policy.prefers, *(r.skills or {} for r in policy.rings))):
            text = N_("The queue %(name)s asks for this skill. Change that first.")
            raise QueueInUse(text, name=queue.name(languages.DEFAULT))
    # Agents lose the skill as well.
    for agent in agents.all_active(work.session):
        if row.key in agent.skills:
            agent.skills = {key: level for key, level in agent.skills.items() if key != row.key}
    work.session.delete(row)
    work.record(RoutingChanged(changed={f"skill.{row.key}": [row.names, None]}, actor=actor.label))


def _skill(work: Work, skill_id: int) -> Skill:
    row = work.session.get(Skill, skill_id)
    if row is None:
        raise NotFound
    return row


def set_level(work: Work, agent_id: int, *, skill: str, level: int, actor: Actor) -> Agent:
    """`level` 1 to 5; 0 removes the skill."""
    if not 0 <= level <= HIGHEST:
        raise Invalid("A level is a number from 0 to %(most)d.", field="level", most=HIGHEST)
    if skill not in {row.key for row in company.skills(work.session)}:
        raise Invalid("There is no such skill.", field="skill")
    agent = _agent(work, agent_id, actor)
    before = agent.skills.get(skill, 0)
    others = {key: value for key, value in agent.skills.items() if key != skill}
    agent.skills = {**others, skill: level} if level else others
    return _told(work, agent, f"skills.{skill}", before, level, actor)


def set_language(work: Work, agent_id: int, *, language: str, speaks: bool, actor: Actor) -> Agent:
    if language not in languages.SERVED:
        raise Invalid("We do not serve in this language.", field="language")
    agent = _agent(work, agent_id, actor)
    before = language in agent.languages
    others = [code for code in agent.languages if code != language]
    agent.languages = sorted([*others, language]) if speaks else others
    return _told(work, agent, f"languages.{language}", before, speaks, actor)


def set_conversations(work: Work, agent_id: int, *, most: int, actor: Actor) -> Agent:
    """The limit of parallel conversations; 0: calls only."""
    if not 0 <= most <= MOST_CONVERSATIONS:
        raise Invalid("Write a number from 0 to %(most)d.", field="most", most=MOST_CONVERSATIONS)
    agent = _agent(work, agent_id, actor)
    before, agent.max_conversations = agent.max_conversations, most
    return _told(work, agent, "max_conversations", before, most, actor)


def set_calls_over(work: Work, agent_id: int, *, most: int | None, actor: Actor) -> Agent:
    """Up to how many open conversations still allow a call; None: the company's default."""
    if most is not None and not 0 <= most <= MOST_CONVERSATIONS:
        raise Invalid("Write a number from 0 to %(most)d.", field="most", most=MOST_CONVERSATIONS)
    agent = _agent(work, agent_id, actor)
    before = agent.limits.get("calls_over")
    others = {key: value for key, value in agent.limits.items() if key != "calls_over"}
    agent.limits = others if most is None else {**others, "calls_over": most}
    return _told(work, agent, "limits.calls_over", before, most, actor)


def set_trust(work: Work, agent_id: int, *, level: int, mobile: str, actor: Actor) -> Agent:
    """Level 1 to 9; `mobile` for approval requests by SMS, "" for none."""
    if not 1 <= level <= HIGHEST_TRUST:
        raise Invalid("A level is a number from 1 to %(most)d.", field="level", most=HIGHEST_TRUST)
    agent = _agent(work, agent_id, actor)
    number = customers.e164(mobile) if mobile.strip() else None
    if mobile.strip() and number is None:
        raise Invalid("This is no telephone number; write it as +14155550142.", field="mobile")
    other = agents.by_mobile(work.session, number) if number else None
    if other is not None and other.id != agent.id:
        raise Invalid("%(name)s has this number already.", field="mobile", name=other.name)
    before = {"level": agent.level, "mobile": agent.mobile}
    agent.level, agent.mobile = level, number
    changes = {name: [was, getattr(agent, name)] for name, was in before.items() if was != getattr(agent, name)}
    if changes:
        work.record(SkillsChanged(agent_id=agent.id, changed=changes, actor=actor.label))
    return agent


def _agent(work: Work, agent_id: int, actor: Actor) -> Agent:
    must_administer(actor)
    agent = agents.get(work.session, agent_id, lock=True)
    if agent is None or not agent.is_active:
        raise NotFound
    return agent


def _told(work: Work, agent: Agent, name: str, before: Any, after: Any, actor: Actor) -> Agent:
    if before != after:
        work.record(SkillsChanged(agent_id=agent.id, changed={name: [before, after]}, actor=actor.label))
        work.session.flush()
        # The change may qualify the agent for waiting work.
        routing.next_for(work, agent.id)
    return agent
