"""The tables of jobs and campaigns, written in the same transaction as their events."""

import sqlite3
from dataclasses import replace
from datetime import datetime

from adapters.event_log.rows import (
    CampaignRow,
    JobRow,
    campaign_after,
    job_after,
    read_campaign,
    read_job,
)
from application.ports.event_log import Event
from domain.campaign_events import CampaignEvent
from domain.job import Job, Processing
from domain.job_events import JobEvent

_SAVE_JOB = """
INSERT INTO jobs VALUES (:id, :ref, :campaign_id, :status, :begun, :priority, :enq, :not_before,
                         :fence, :lease_until, :version, :record)
ON CONFLICT (id) DO UPDATE SET
    status = :status, begun = :begun, not_before = :not_before, version = :version,
    lease_until = CASE WHEN fence = :fence THEN lease_until ELSE :lease_until END,
    fence = :fence, record = :record
"""
_SAVE_CAMPAIGN = """
INSERT INTO campaigns VALUES (:id, :name, :enq, :activated, :version, :record)
ON CONFLICT (id) DO UPDATE SET activated = :activated, version = :version, record = :record
"""


def project(connection: sqlite3.Connection, seq: int, event: Event) -> None:
    """Bring the tables up to date with the event at this place in the log."""
    if isinstance(event, JobEvent):
        job = job_after(_job_row(connection, event.job_id), seq, event)
        facts = {**job.columns, "lease_until": job.lease_until, "record": job.record}
        connection.execute(_SAVE_JOB, facts)
    elif isinstance(event, CampaignEvent):
        campaign = campaign_after(_campaign_row(connection, event.campaign_id), seq, event)
        connection.execute(_SAVE_CAMPAIGN, {**campaign.columns, "record": campaign.record})


def job_in(row: sqlite3.Row) -> Job:
    """Read a row of the jobs table: the folded job, with its lease as heartbeats left it."""
    job = read_job(row["record"])
    if not isinstance(job.state, Processing):
        return job
    lease = replace(job.state.lease, until=datetime.fromisoformat(row["lease_until"]))
    return replace(job, state=replace(job.state, lease=lease))


def _job_row(connection: sqlite3.Connection, job_id: str) -> JobRow | None:
    row = connection.execute("SELECT record, enq FROM jobs WHERE id = ?", (job_id,)).fetchone()
    return JobRow(read_job(row["record"]), row["enq"]) if row else None


def _campaign_row(connection: sqlite3.Connection, campaign_id: str) -> CampaignRow | None:
    row = connection.execute(
        "SELECT record, enq, activated FROM campaigns WHERE id = ?", (campaign_id,)
    ).fetchone()
    if row is None:
        return None
    return CampaignRow(read_campaign(row["record"]), row["enq"], row["activated"])
