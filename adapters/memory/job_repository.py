"""The jobs of a log in memory, folded anew at every question."""

import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adapters.memory.event_log import MemoryEventLog
from application.ports.event_log import START, Append, job_stream
from application.ports.job_repository import (
    CampaignBusyError,
    JobNotFoundError,
    JobRepository,
    Start,
)
from domain.errors import AmbiguousReferenceError
from domain.ids import CampaignId, JobId
from domain.job import Job, JobStatus, Processing, Queued
from domain.job_events import JobEvent
from domain.job_evolution import evolve, replay
from domain.lease import LeaseLostError
from domain.turns import turn

_SHORTEST_REFERENCE = 4


class MemoryJobRepository(JobRepository):
    """Jobs of a MemoryEventLog."""

    def __init__(self, log: MemoryEventLog) -> None:
        self._log = log
        self._heartbeats: dict[int, datetime] = {}

    def claim(self, campaign_id: CampaignId, at: datetime, start: Start) -> Job | None:
        """Record what start(job, fence) decides for the next job and give it, None if none waits.

        Raises CampaignBusyError while a job of the campaign is processing.
        """
        with self._log.lock:
            if busy := self.find(campaign_id=campaign_id, status=JobStatus.PROCESSING):
                raise CampaignBusyError(busy[0])
            queued = self.find(campaign_id=campaign_id, status=JobStatus.QUEUED)
            # min takes the first of equals, and find gives the one queued first at the front.
            job = min((job for job in queued if _ready(job, at)), key=turn, default=None)
            if job is None:
                return None
            event = start(job, len(self._log.read_after(START, sys.maxsize)) + 1)
            self._log.append(Append(job_stream(job.id), (event,), job.version))
            return evolve(job, event)

    def heartbeat(self, job_id: JobId, fence: int, until: datetime) -> None:
        """Prolong a claim; raise LeaseLostError if it is over."""
        with self._log.lock:
            if fence != self._fences().get(job_id):
                raise LeaseLostError(f"claim {fence} of job {job_id} is over")
            self._heartbeats[fence] = until

    def get(self, reference: str) -> Job:
        """Find a job by id, or by at least four first characters of its id or reference.

        Raises JobNotFoundError or AmbiguousReferenceError.
        """
        jobs = self._jobs()
        found = {key: job for key, job in jobs.items() if _fits(job, reference)}
        if not found:
            raise JobNotFoundError(reference)
        if len(found) > 1 and reference not in found:
            raise AmbiguousReferenceError(reference, tuple(found))
        return found[JobId(reference)] if reference in found else next(iter(found.values()))

    def find(
        self, *, campaign_id: CampaignId | None = None, status: JobStatus | None = None
    ) -> Sequence[Job]:
        """Give the jobs that fit, the one queued first at the front."""
        return [
            job
            for job in self._jobs().values()
            if campaign_id in (None, job.campaign_id) and status in (None, job.status)
        ]

    def _jobs(self) -> dict[JobId, Job]:
        histories: dict[JobId, list[JobEvent]] = defaultdict(list)
        for recorded in self._log.read_after(START, sys.maxsize):
            if isinstance(recorded.event, JobEvent):
                histories[recorded.event.job_id].append(recorded.event)
        return {key: self._alive(replay(history)) for key, history in histories.items()}

    def _fences(self) -> dict[JobId, int]:
        held = self.find(status=JobStatus.PROCESSING)
        return {job.id: job.state.lease.fence for job in held if isinstance(job.state, Processing)}

    def _alive(self, job: Job) -> Job:
        if not isinstance(job.state, Processing):
            return job
        lease = job.state.lease
        lease = replace(lease, until=self._heartbeats.get(lease.fence, lease.until))
        return replace(job, state=replace(job.state, lease=lease))


def _ready(job: Job, at: datetime) -> bool:
    return isinstance(job.state, Queued) and (
        job.state.not_before is None or job.state.not_before <= at
    )


def _fits(job: Job, reference: str) -> bool:
    return len(reference) >= _SHORTEST_REFERENCE and (
        job.id.startswith(reference) or job.ref.startswith(reference)
    )
