"""What jobs and campaigns should be, said once more in plain dicts."""

from datetime import datetime, timedelta
from typing import Any

from domain.ids import CampaignId, JobId
from domain.job import Completed, Failed, Job, Processing, Queued, Skipped
from domain.result import Cause

FREE = {"stopped_by_user", "paused", "drained", "disk_full"}
BIG = {"out_of_gpu_memory", "out_of_host_memory"}
LOST = {"lost_worker", "stalled"}
WAITS = {1: timedelta(seconds=30), 2: timedelta(seconds=120), 3: timedelta(seconds=600)}
RANKS = ["high", "normal", "low"]
Facts = dict[str, Any]


class LogModel:
    """Jobs and campaigns as dicts; detail is what the status brings with it."""

    def __init__(self) -> None:
        self.jobs: dict[JobId, Facts] = {}
        self.campaigns: dict[CampaignId, Facts] = {}
        self.active: CampaignId | None = None
        self.claims: list[tuple[JobId, int]] = []
        self.smaller: set[JobId] = set()

    def created(self, key: CampaignId) -> None:
        self.campaigns[key] = {"version": 1, "line": [], "step": 0}

    def activated(self, key: CampaignId) -> None:
        self.campaigns[key]["version"] += 1
        self.active = key

    def advanced(self, key: CampaignId, digest: str, step: int) -> None:
        facts = self.campaigns[key]
        facts |= {"version": facts["version"] + 1, "step": step, "line": [*facts["line"], digest]}

    def queued(self, job_id: JobId, campaign: CampaignId, priority: str) -> None:
        self.jobs[job_id] = {
            "campaign": campaign,
            "rank": RANKS.index(priority),
            "status": "queued",
            "version": 1,
            "attempts": 0,
            "failures": 0,
            "last_error": "",
            "checkpoints": [],
            "receipts": 0,
            "detail": None,
        }

    def claimed(self, job_id: JobId, fence: int, until: datetime) -> None:
        self.claims.append((job_id, fence))
        self.moved(job_id, "processing", (fence, until))["attempts"] += 1

    def moved(self, job_id: JobId, status: str, detail: object = None) -> Facts:
        facts = self.jobs[job_id]
        facts |= {"status": status, "detail": detail, "version": facts["version"] + 1}
        return facts

    def recorded(self, job_id: JobId) -> Facts:
        self.jobs[job_id]["version"] += 1
        return self.jobs[job_id]

    def given_up(self, job_id: JobId, cause: Cause, message: str, at: datetime) -> None:
        if cause in FREE:
            self.moved(job_id, "queued")
            return
        facts = self.jobs[job_id]
        facts |= {"failures": facts["failures"] + 1, "last_error": message}
        if cause in LOST and facts["failures"] < 3:
            self.moved(job_id, "queued")["last_error"] = str(cause)
        elif cause in BIG and job_id not in self.smaller:
            self.smaller.add(job_id)  # a batch of one row: only activations are left to try
            self.moved(job_id, "queued")
        elif cause == "internal_error" and facts["failures"] <= 3:
            self.moved(job_id, "queued", at + WAITS[facts["failures"]])
        else:
            self.moved(job_id, "failed", str(cause))

    def where(self, *statuses: str) -> list[JobId]:
        return [key for key, facts in self.jobs.items() if facts["status"] in statuses]

    def busy(self) -> list[CampaignId]:
        return [self.jobs[key]["campaign"] for key in self.where("processing")]

    def free(self) -> list[CampaignId]:
        waiting = {self.jobs[key]["campaign"]: None for key in self.where("queued")}
        return [key for key in waiting if key not in self.busy()]

    def old_claims(self) -> list[tuple[JobId, int]]:
        held = [(key, self.jobs[key]["detail"][0]) for key in self.where("processing")]
        return [claim for claim in self.claims if claim not in held]

    def next(self, campaign: CampaignId, at: datetime) -> JobId | None:
        order = list(self.jobs)
        ready = [
            (not facts["checkpoints"], facts["rank"], order.index(key), key)
            for key, facts in self.jobs.items()
            if facts["campaign"] == campaign
            and facts["status"] == "queued"
            and (facts["detail"] or at) <= at
        ]
        return min(ready)[-1] if ready else None


def seen(job: Job) -> Facts:
    """Describe a job as the model does."""
    return {
        "campaign": job.campaign_id,
        "rank": RANKS.index(job.priority),
        "status": str(job.status),
        "version": job.version,
        "attempts": job.attempts,
        "failures": job.failures,
        "last_error": job.last_error,
        "checkpoints": [checkpoint.digest for checkpoint in job.checkpoints],
        "receipts": len(job.receipts),
        "detail": _detail(job),
    }


def _detail(job: Job) -> tuple[int, datetime] | datetime | str | None:
    match job.state:
        case Queued(not_before=until):
            return until
        case Processing(lease=lease):
            return lease.fence, lease.until
        case Completed(result=result):
            return result.checkpoint.digest
        case Failed(cause=cause):
            return str(cause)
        case Skipped(reason=reason):
            return reason
