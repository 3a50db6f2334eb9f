"""The company's own rows, and when each agent could serve."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from callcenter import passwords
from callcenter.demo import personas
from callcenter.demo.book import Book
from callcenter.demo.personas import Member
from callcenter.domain.agents import AgentState, Status
from callcenter.domain.channels import Channel
from callcenter.storage.administration.company import BreakReason, Company, Number, Queue, Skill
from callcenter.storage.agents.agents import Agent, Team

REST = timedelta(minutes=30)
# A demo visitor gets the survey soon, at any hour and every time.
SURVEYS = {"survey_delay_seconds": 15, "survey_cool_down_hours": 0, "survey_quiet_hours": False}


@dataclass
class DemoAgent:
    """An agent while the year is generated: end of the current call, ends of open conversations."""

    id: int
    member: Member
    calls_until: datetime
    conversations: list[datetime] = field(default_factory=list)

    def works_at(self, moment: datetime) -> bool:
        return any(start <= moment < end for start, end in spans(self.member, moment))

    def is_free(self, moment: datetime, *, channel: Channel) -> bool:
        talks = sum(1 for end in self.conversations if end > moment)
        return self.calls_until <= moment and (channel.is_voice or talks < 3)


def spans(member: Member, moment: datetime) -> list[tuple[datetime, datetime]]:
    """Serving times on the local day of `moment`: before and after the break."""
    zone = ZoneInfo(member.zone)
    day = moment.astimezone(zone).date()
    if day.weekday() in member.days_off:
        return []

    def at(clock: time) -> datetime:
        return datetime.combine(day, clock, zone)

    start, end = member.shift
    return [(at(start), at(member.rest)), (at(member.rest) + REST, at(end))]


def write(book: Book) -> dict[str, int]:
    """Company, queues, number, teams and staff. Returns agent ids by user name."""
    founded = book.now - timedelta(days=400)
    ours = {"zone": personas.COMPANY_ZONE, "currency": "USD", "region": "US", **SURVEYS}
    book.add(Company, names=personas.COMPANY, created_at=founded, **ours)
    queues = {queue.key: _queue(book, queue) for queue in personas.QUEUES}
    book.add(
        Number,
        e164=personas.OUR_NUMBER,
        language="en",
        menu={queue.digit: queues[queue.key] for queue in personas.QUEUES},
        queue_id=queues["delivery"],
        sms_queue_id=queues[personas.SMS_QUEUE],
    )
    for key, names in personas.SKILLS.items():
        book.add(Skill, key=key, names=names)
    for key, names in personas.BREAKS.items():
        book.add(BreakReason, key=key, names=names, is_active=True)
    teams = {name: book.add(Team, name=name)["id"] for name in personas.TEAMS}
    hashed = passwords.hashed(personas.PASSWORD)
    return {member.username: _agent(book, member, teams, hashed, founded) for member in personas.MEMBERS}


def _queue(book: Book, queue: personas.QueueOf) -> int:
    row = book.add(
        Queue,
        key=queue.key,
        names=queue.names,
        routing={"skills": {queue.key: 1}},
        priority=0,
        target_seconds=20,
        target_percent=queue.target_percent,
        handling_seconds=queue.handling_seconds,
        wrap_up_seconds=90,
        wrap_up_limit_seconds=300,
        zone=personas.COMPANY_ZONE,
        hours={},
        holidays=[],
        is_active=True,
    )
    return int(row["id"])


def _agent(book: Book, member: Member, teams: dict[str, int], hashed: str, founded: datetime) -> int:
    row = book.add(
        Agent,
        username=member.username,
        email=f"{member.username}@harbor-home.example",
        name=member.name,
        password_hash=hashed,
        role=member.role,
        team_id=teams[member.team] if member.team else None,
        language=member.language,
        zone=member.zone,
        languages=list(member.languages),
        skills=dict(member.skills),
        level=member.level,
        mobile=member.mobile,
        max_conversations=3,
        is_active=True,
        status=Status.SIGNED_OUT,
        status_since=book.now,
        status_reason="",
        state=AgentState.IDLE,
        state_since=book.now,
        idle_since=book.now,
        missed_in_a_row=0,
        session_key="",
        created_at=founded,
    )
    return int(row["id"])
