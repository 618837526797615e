"""Jobs and campaigns as the rows of their tables: pure functions of the events."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from domain import campaign as campaigns
from domain import job_evolution as jobs
from domain.campaign import Campaign
from domain.campaign_events import CampaignActivated, CampaignEvent
from domain.job import Job, Processing, Queued
from domain.job_events import JobEvent
from domain.job_record import from_dict, to_dict

Columns = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job and the place of its first event in the log."""

    job: Job
    enq: int

    @property
    def columns(self) -> Columns:
        """Give what jobs are found and sorted by."""
        job = self.job
        lease = job.state.lease if isinstance(job.state, Processing) else None
        waits = job.state.not_before if isinstance(job.state, Queued) else None
        return {
            "id": job.id,
            "ref": job.ref,
            "campaign_id": job.campaign_id,
            "status": job.status.value,
            "begun": int(job.attempts > 0 and bool(job.checkpoints)),
            "priority": job.priority.rank,
            "enq": self.enq,
            "not_before": as_text(waits) if waits else None,
            "fence": lease.fence if lease else None,
            "version": job.version,
        }

    @property
    def lease_until(self) -> str | None:
        """Give the end of the lease as the claim set it; heartbeats move it in the table alone."""
        state = self.job.state
        return as_text(state.lease.until) if isinstance(state, Processing) else None

    @property
    def record(self) -> str:
        """Give the whole job as JSON."""
        return json.dumps(to_dict(self.job), ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign and the places of its first event and its last activation, 0 without one."""

    campaign: Campaign
    enq: int
    activated: int = 0

    @property
    def columns(self) -> Columns:
        """Give what campaigns are found and sorted by."""
        return {
            "id": self.campaign.id,
            "name": self.campaign.name,
            "enq": self.enq,
            "activated": self.activated,
            "version": self.campaign.version,
        }

    @property
    def record(self) -> str:
        """Give the whole campaign as JSON."""
        facts = _campaigns().dump_python(self.campaign, mode="json")
        return json.dumps(facts, ensure_ascii=False, allow_nan=False)


def job_after(row: JobRow | None, seq: int, event: JobEvent) -> JobRow:
    """Fold one event, at this place in the log, into the row."""
    if row is None:
        return JobRow(jobs.replay((event,)), seq)
    return replace(row, job=jobs.evolve(row.job, event))


def campaign_after(row: CampaignRow | None, seq: int, event: CampaignEvent) -> CampaignRow:
    """Fold one event, at this place in the log, into the row."""
    if row is None:
        return CampaignRow(campaigns.replay((event,)), seq)
    activated = seq if isinstance(event, CampaignActivated) else row.activated
    return replace(row, campaign=campaigns.evolve(row.campaign, event), activated=activated)


def read_job(record: str) -> Job:
    """Read a job's record."""
    return from_dict(json.loads(record))


def read_campaign(record: str) -> Campaign:
    """Read a campaign's record."""
    campaign: Campaign = _campaigns().validate_json(record)
    return campaign


def as_text(at: datetime) -> str:
    """Write a time so that times sort as texts."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@cache
def _campaigns() -> TypeAdapter[Any]:
    return TypeAdapter(Campaign)
