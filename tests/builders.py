"""Values for tests: small, valid, and told apart by what a test names."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from domain.architecture import LockedArchitecture
from domain.campaign_events import CampaignActivated, CampaignCreated, HeadAdvanced
from domain.checkpoint import Checkpoint
from domain.dataset import Dataset, Priority
from domain.equipment import Equipment
from domain.ids import CampaignId, JobId, campaign_id, new_job_id
from domain.job_events import JobQueued, JobStarted
from domain.lease import Lease, Owner
from domain.receipts import MaskReceipt, PackingProof, PackingReceipt
from domain.result import Ending, TrainingResult
from domain.settings.layers import Value

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)
HERO = "baby-mage"
CAMPAIGN = campaign_id(HERO, "first")


def a_dataset(name: str = "lessons.jsonl", *, sha256: str = "", rows: int = 12) -> Dataset:
    return Dataset(
        sha256=sha256 or name.encode().hex().ljust(64, "0")[:64],
        name=name,
        size=1200,
        rows=rows,
        format="messages",
    )


def a_job_id(number: int = 0, *, at: datetime = NOON, name: str = "lessons.jsonl") -> JobId:
    return new_job_id(at, number, name)


def a_job_queued(
    number: int = 0,
    *,
    campaign: CampaignId = CAMPAIGN,
    priority: Priority = Priority.NORMAL,
    at: datetime = NOON,
    dataset: Dataset | None = None,
) -> JobQueued:
    dataset = dataset or a_dataset()
    return JobQueued(
        job_id=a_job_id(number, at=at, name=dataset.name),
        at=at,
        dataset=dataset,
        hero_id=HERO,
        campaign_id=campaign,
        priority=priority,
        config_hash="sha256:0123456789abcdef",
        code_version="0.1.0",
    )


def an_owner(pid: int = 1, *, host: str = "tower") -> Owner:
    return Owner(host=host, boot_id="boot-1", pid=pid, started=1000.25)


def a_lease(
    fence: int = 1, *, owner: Owner | None = None, until: datetime = NOON + A_MINUTE
) -> Lease:
    return Lease(owner=owner or an_owner(), fence=fence, until=until)


def a_job_started(
    job_id: JobId,
    *,
    fence: int = 1,
    attempt: int = 1,
    at: datetime = NOON,
    settings: Mapping[str, Value] | None = None,
    head: str = "",
    start_step: int = 0,
) -> JobStarted:
    return JobStarted(
        job_id=job_id,
        at=at,
        attempt=attempt,
        lease=a_lease(fence, until=at + A_MINUTE),
        settings={"hyperparams.num_train_epochs": 1} if settings is None else settings,
        config_hash="sha256:0123456789abcdef",
        head=head,
        start_step=start_step,
    )


def a_checkpoint(
    job_id: JobId | None = None,
    *,
    campaign: CampaignId = CAMPAIGN,
    fence: int = 1,
    step: int = 10,
    digest: str = "",
) -> Checkpoint:
    job_id = job_id or a_job_id()
    return Checkpoint(
        campaign_id=campaign,
        job_id=job_id,
        fence=fence,
        step=step,
        name=f"{job_id.split('-')[1]}.{fence}/checkpoint-{step}",
        digest=digest or f"{fence:08x}{step:08x}".ljust(64, "0"),
    )


def a_receipt(rows: int = 12) -> MaskReceipt:
    return MaskReceipt(
        rows=rows,
        tokens=rows * 20,
        trained_min=4,
        trained_median=8.5,
        trained_total=rows * 8,
        end_of_turn_trained=True,
        over_long_dropped=(3, 7),
        samples=("hello⟦ you⟧", "bye⟦ all⟧"),
    )


def an_equipment(
    *, device: str = "cpu", batch: int = 1, passes: int = 16, twice: bool = False
) -> Equipment:
    return Equipment(
        device=device,
        dtype="float32",
        attention="sdpa",
        world_size=1,
        wrapper="Qwen3ForCausalLM",
        parameters=1000,
        trainable_parameters=1000,
        tied_weights=True,
        threads=2,
        micro_batch=batch,
        accumulation=passes,
        activation_checkpointing=twice,
    )


def a_packing(*, packed: bool = True) -> PackingReceipt:
    proof = PackingProof(rows=(1, 2), difference=1e-7, tolerance=1e-3, attention="sdpa")
    return PackingReceipt(
        packed=packed,
        batches=3,
        capacity=2048,
        fill=0.98,
        plan="ab" * 32,
        proof=proof if packed else None,
    )


def a_result(
    checkpoint: Checkpoint | None = None,
    *,
    ending: Ending = Ending.ALL_ROWS,
    start_step: int = 0,
    final_loss: float | None = 1.25,
) -> TrainingResult:
    checkpoint = checkpoint or a_checkpoint()
    return TrainingResult(
        ending=ending,
        start_step=start_step,
        final_step=checkpoint.step,
        rows=12,
        tokens=240,
        seconds=3.5,
        final_loss=final_loss,
        initial_val_loss=None,
        final_val_loss=None,
        checkpoint=checkpoint,
    )


def an_architecture() -> LockedArchitecture:
    return LockedArchitecture(
        base_model="tiny/qwen3", architecture="Qwen3ForCausalLM", vocab_size=512, max_context=256
    )


def a_campaign_created(
    name: str = "first",
    *,
    hero: str = HERO,
    at: datetime = NOON,
    settings: Mapping[str, Value] | None = None,
) -> CampaignCreated:
    return CampaignCreated(
        campaign_id=campaign_id(hero, name),
        at=at,
        name=name,
        hero_id=hero,
        locked=an_architecture(),
        settings={} if settings is None else settings,
        code_version="0.1.0",
        config_hash="sha256:0123456789abcdef",
    )


def a_campaign_activated(
    campaign: CampaignId = CAMPAIGN, *, at: datetime = NOON
) -> CampaignActivated:
    return CampaignActivated(campaign_id=campaign, at=at)


def a_head_advanced(checkpoint: Checkpoint, *, at: datetime = NOON) -> HeadAdvanced:
    return HeadAdvanced(
        campaign_id=checkpoint.campaign_id, at=at, job_id=checkpoint.job_id, checkpoint=checkpoint
    )
