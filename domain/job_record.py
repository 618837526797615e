"""A job as a flat dict for other programs, under the names of the predecessor's Job, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar

from domain.checkpoint import Checkpoint
from domain.dataset import Dataset, Priority
from domain.equipment import Equipment
from domain.ids import CampaignId, JobId
from domain.job import Completed, Failed, Job, JobState, JobStatus, Processing, Queued, Skipped
from domain.ladder import Rung
from domain.lease import Lease, Owner
from domain.receipts import MaskReceipt, PackingProof, PackingReceipt
from domain.result import Cause, Ending, TrainingResult
from domain.rows import BadRow

Record = dict[str, Any]


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


Made = TypeVar("Made", bound=_Dataclass)


def to_dict(job: Job) -> Record:
    """Give the job as plain values that JSON can hold; times are ISO 8601 in UTC."""
    return {
        "id": job.id,
        "ref": job.ref,
        "dataset_path": job.dataset.name,
        "dataset": asdict(job.dataset),
        "hero_id": job.hero_id,
        "campaign_id": job.campaign_id,
        "priority": job.priority.value,
        "status": job.status.value,
        "attempts": job.attempts,
        "failures": job.failures,
        "version": job.version,
        "created_at": job.created_at.isoformat(),
        "last_error": job.last_error or None,
        "num_examples": job.dataset.rows,
        "estimated_tokens": job.receipts[-1].tokens if job.receipts else None,
        "config_hash": job.config_hash,
        "git_commit": job.code_version,
        "duration_hours": job.duration_hours,
        "metadata": {
            "settings": dict(job.settings),
            "queued_config": job.queued_config,
            "head": job.head,
            "checkpoints": [asdict(checkpoint) for checkpoint in job.checkpoints],
            "abandoned": [asdict(checkpoint) for checkpoint in job.abandoned],
            "receipts": [asdict(receipt) for receipt in job.receipts],
            "packings": [asdict(packing) for packing in job.packings],
            "equipment": asdict(job.equipment) if job.equipment else None,
            "rung": asdict(job.rung) if job.rung else None,
        },
        **_state_facts(job.state),
    }


def from_dict(record: Mapping[str, Any]) -> Job:
    """Read what to_dict wrote; the record is left as it is and unknown keys are passed over."""
    metadata = record["metadata"]
    return Job(
        id=JobId(record["id"]),
        dataset=_made(Dataset, record["dataset"]),
        hero_id=record["hero_id"],
        campaign_id=CampaignId(record["campaign_id"]),
        priority=Priority(record["priority"]),
        created_at=datetime.fromisoformat(record["created_at"]),
        config_hash=record["config_hash"],
        queued_config=metadata["queued_config"],
        code_version=record["git_commit"],
        version=record["version"],
        attempts=record["attempts"],
        failures=record["failures"],
        last_error=record["last_error"] or "",
        settings=dict(metadata["settings"]),
        head=metadata["head"],
        checkpoints=tuple(_made(Checkpoint, facts) for facts in metadata["checkpoints"]),
        abandoned=tuple(_made(Checkpoint, facts) for facts in metadata.get("abandoned", ())),
        receipts=tuple(_receipt(facts) for facts in metadata["receipts"]),
        packings=tuple(_packing(facts) for facts in metadata.get("packings", ())),
        equipment=_equipment(found) if (found := metadata.get("equipment")) else None,
        rung=_made(Rung, found) if (found := metadata.get("rung")) else None,
        state=_state(record),
    )


_NOTHING_YET: Record = {
    "started_at": None,
    "finished_at": None,
    "start_step": None,
    "final_step": None,
    "final_loss": None,
    "final_val_loss": None,
    "ending": None,
}


def _state_facts(state: JobState) -> Record:
    facts: Record
    match state:
        case Queued(not_before=until):
            facts = {"ending": {"not_before": until.isoformat() if until else None}}
        case Processing(lease=lease, started_at=start, start_step=step):
            held = {**asdict(lease), "until": lease.until.isoformat()}
            facts = {"started_at": start.isoformat(), "start_step": step, "ending": {"lease": held}}
        case Completed(started_at=start, finished_at=end, result=result):
            facts = {
                "started_at": start.isoformat(),
                "finished_at": end.isoformat(),
                "start_step": result.start_step,
                "final_step": result.final_step,
                "final_loss": result.final_loss,
                "final_val_loss": result.final_val_loss,
                "ending": asdict(result),
            }
        case Failed(started_at=start, finished_at=end, cause=cause, message=message):
            facts = {
                "started_at": start.isoformat(),
                "finished_at": end.isoformat(),
                "ending": {"cause": cause.value, "message": message},
            }
        case Skipped(finished_at=end, reason=reason):
            facts = {"finished_at": end.isoformat(), "ending": {"reason": reason}}
    return {**_NOTHING_YET, **facts}


def _state(record: Mapping[str, Any]) -> JobState:
    ending = record["ending"]
    match JobStatus(record["status"]):
        case JobStatus.QUEUED:
            return Queued(_time(ending["not_before"]))
        case JobStatus.PROCESSING:
            held = ending["lease"]
            lease = Lease(
                owner=_made(Owner, held["owner"]),
                fence=held["fence"],
                until=datetime.fromisoformat(held["until"]),
            )
            return Processing(
                lease, datetime.fromisoformat(record["started_at"]), record["start_step"]
            )
        case JobStatus.COMPLETED:
            started, finished = _times(record)
            result = {
                **ending,
                "ending": Ending(ending["ending"]),
                "checkpoint": _made(Checkpoint, ending["checkpoint"]),
            }
            return Completed(started, finished, _made(TrainingResult, result))
        case JobStatus.FAILED:
            return Failed(*_times(record), Cause(ending["cause"]), ending["message"])
        case JobStatus.SKIPPED:
            return Skipped(datetime.fromisoformat(record["finished_at"]), ending["reason"])


def _receipt(facts: Mapping[str, Any]) -> MaskReceipt:
    lists = {name: tuple(facts[name]) for name in ("over_long_dropped", "samples")}
    bad = tuple(_made(BadRow, row) for row in facts.get("bad", ()))
    return _made(MaskReceipt, {**facts, **lists, "bad": bad})


def _packing(facts: Mapping[str, Any]) -> PackingReceipt:
    proof = facts.get("proof")
    made = _made(PackingProof, {**proof, "rows": tuple(proof["rows"])}) if proof else None
    return _made(PackingReceipt, {**facts, "proof": made})


def _equipment(facts: Mapping[str, Any]) -> Equipment:
    return _made(Equipment, {**facts, "passed_over": tuple(facts.get("passed_over", ()))})


def _made(kind: type[Made], facts: Mapping[str, Any]) -> Made:
    known = kind.__dataclass_fields__
    return kind(**{name: value for name, value in facts.items() if name in known})


def _times(record: Mapping[str, Any]) -> tuple[datetime, datetime]:
    return (
        datetime.fromisoformat(record["started_at"]),
        datetime.fromisoformat(record["finished_at"]),
    )


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
