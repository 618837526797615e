"""The jobs of the log, from the table beside it."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from adapters.event_log.projections import job_in
from adapters.event_log.rows import as_text
from adapters.event_log.transactions import transaction, translated
from adapters.event_log.verification import last_seq
from application.ports.event_log import Append, EventLog, job_stream
from application.ports.job_repository import (
    CampaignBusyError,
    JobNotFoundError,
    JobRepository,
    Start,
)
from domain.errors import AmbiguousReferenceError
from domain.ids import CampaignId, JobId
from domain.job import Job, JobStatus
from domain.job_evolution import evolve
from domain.lease import LeaseLostError

_SHORTEST_REFERENCE = 4
_PROCESSING = "SELECT * FROM jobs WHERE campaign_id = ? AND status = 'processing'"
_NEXT = """
SELECT * FROM jobs
WHERE campaign_id = ? AND status = 'queued' AND (not_before IS NULL OR not_before <= ?)
ORDER BY begun DESC, priority, enq LIMIT 1
"""
_BY_BEGINNING = """
SELECT * FROM jobs
WHERE id BETWEEN :begin AND :end OR ref BETWEEN :begin AND :end ORDER BY enq
"""
_FITTING = """
SELECT * FROM jobs
WHERE campaign_id = coalesce(?, campaign_id) AND status = coalesce(?, status) ORDER BY enq
"""
_HEARTBEAT = "UPDATE jobs SET lease_until = ? WHERE id = ? AND fence = ?"


class SqliteJobRepository(JobRepository):
    """Jobs in the database of a SqliteEventLog; both have the same connection."""

    def __init__(self, connection: sqlite3.Connection, log: EventLog) -> None:
        self._connection = connection
        self._log = log

    def claim(self, campaign_id: CampaignId, at: datetime, start: Start) -> Job | None:
        """Record what start(job, fence) decides for the next job and give it, None if none waits.

        Raises CampaignBusyError while a job of the campaign is processing.
        """
        with transaction(self._connection):
            if busy := self._jobs(_PROCESSING, (campaign_id,)):
                raise CampaignBusyError(busy[0])
            waiting = self._jobs(_NEXT, (campaign_id, as_text(at)))
            if not waiting:
                return None
            job = waiting[0]
            event = start(job, last_seq(self._connection) + 1)
            self._log.append(Append(job_stream(job.id), (event,), job.version))
            return evolve(job, event)

    def heartbeat(self, job_id: JobId, fence: int, until: datetime) -> None:
        """Prolong a claim; raise LeaseLostError if it is over."""
        with transaction(self._connection):
            changed = self._connection.execute(_HEARTBEAT, (as_text(until), job_id, fence))
            if not changed.rowcount:
                raise LeaseLostError(f"claim {fence} of job {job_id} is over")

    @translated()
    def get(self, reference: str) -> Job:
        """Find a job by id, or by at least four first characters of its id or reference.

        Raises JobNotFoundError or AmbiguousReferenceError.
        """
        if len(reference) < _SHORTEST_REFERENCE or not reference.isascii():
            raise JobNotFoundError(reference)
        bounds = {"begin": reference, "end": f"{reference}\x7f"}
        found = {row["id"]: row for row in self._connection.execute(_BY_BEGINNING, bounds)}
        if not found:
            raise JobNotFoundError(reference)
        if len(found) > 1 and reference not in found:
            raise AmbiguousReferenceError(reference, tuple(found))
        return job_in(found.get(reference) or next(iter(found.values())))

    @translated()
    def find(
        self, *, campaign_id: CampaignId | None = None, status: JobStatus | None = None
    ) -> Sequence[Job]:
        """Give the jobs that fit, the one queued first at the front."""
        return self._jobs(_FITTING, (campaign_id, status))

    def _jobs(self, query: str, values: Sequence[object]) -> list[Job]:
        return [job_in(row) for row in self._connection.execute(query, values)]
