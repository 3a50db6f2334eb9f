"""Queues jobs. A job only says "look": due rows are in PostgreSQL, and the clock asks again."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from redis import Redis
from rq import Queue
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.job import Job as QueuedJob
from rq.job import JobStatus

TIMEOUT_SECONDS = 60
LONG_TIMEOUT_SECONDS = 1800
FORGET_FAILED_SECONDS = 60
ABANDONED = timedelta(seconds=30)  # no job takes half as long; a long one is due again only after its lease ends


class Job(StrEnum):
    SEND_MESSAGE = "workers.messages.send"
    FETCH_ATTACHMENT = "workers.messages.fetch_attachment"
    INVITE_TO_SURVEY = "workers.surveys.invite"
    RING_AGENT = "workers.calls.ring_agent"
    BRING_BACK = "workers.calls.bring_back"
    CALL_CUSTOMER = "workers.calls.call_customer"
    END_LEGS = "workers.calls.end_legs"
    REPUBLISH = "workers.reactions.republish"
    FULFIL = "workers.empowerment.fulfil"
    TEXT_APPROVERS = "workers.empowerment.text_approvers"
    PLAY_WHAT_IF = "workers.what_ifs.play"
    REPLAY_RULES = "workers.replays.replay"


# SimpleWorker: jobs are short, and a fork per job would cost five sixths of the rate (docs/measures.md).
QUEUES = ("live", "later")
LONG = "long"  # computations of minutes; its workers fork
ON = {
    Job.RING_AGENT: "live",
    Job.BRING_BACK: "live",
    Job.CALL_CUSTOMER: "live",
    Job.END_LEGS: "live",
    Job.SEND_MESSAGE: "live",
    Job.FETCH_ATTACHMENT: "later",
    Job.INVITE_TO_SURVEY: "later",
    Job.REPUBLISH: "later",
    Job.FULFIL: "later",
    Job.TEXT_APPROVERS: "live",
    Job.PLAY_WHAT_IF: LONG,
    Job.REPLAY_RULES: LONG,
}


class Background:
    """The same job with the same arguments is queued once."""

    def __init__(self, redis_url: str) -> None:
        self.redis = Redis.from_url(redis_url, socket_connect_timeout=0.5, socket_timeout=2)
        self._queues = {name: Queue(name, connection=self.redis) for name in (*QUEUES, LONG)}

    def enqueue(self, job: Job, **arguments: int) -> None:
        """Raises redis.RedisError."""
        about = "-".join(str(value) for value in arguments.values())
        try:
            self._queues[ON[job]].enqueue_call(
                job.value,
                kwargs=arguments,
                job_id=f"{job.name.lower()}-{about}" if about else None,
                unique=bool(about),
                timeout=LONG_TIMEOUT_SECONDS if ON[job] == LONG else TIMEOUT_SECONDS,
                result_ttl=0,
                failure_ttl=FORGET_FAILED_SECONDS,
            )
        except DuplicateJobError:
            if self._is_abandoned(f"{job.name.lower()}-{about}"):
                self.enqueue(job, **arguments)

    def _is_abandoned(self, job_id: str) -> bool:
        """Deletes a job that a killed worker left behind."""
        try:
            found = QueuedJob.fetch(job_id, connection=self.redis)
        except NoSuchJobError:
            return True
        began = found.started_at.replace(tzinfo=UTC) if found.started_at else None
        if found.get_status(refresh=False) != JobStatus.STARTED or not began or datetime.now(UTC) - began < ABANDONED:
            return False
        # RQ's own clean-up takes ten minutes.
        found.delete()
        return True

    def close(self) -> None:
        self.redis.close()
