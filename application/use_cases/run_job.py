"""The engine: one job from its settings to its result."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from application.ports.checkpoint_store import CheckpointStore
from application.ports.dataset_source import DatasetSource
from application.ports.model_loader import ChatEncoder, Loaded, Model, ModelLoader
from application.ports.trainer import Control, Course, Outcome, Save, Trainer, Write
from domain.architecture import LockedArchitecture
from domain.batching import rows_in
from domain.checkpoint import Checkpoint
from domain.dataset import Dataset
from domain.hero import Hero
from domain.ids import CampaignId, JobId
from domain.lengths import fitting
from domain.masking import Encoded
from domain.profiles.profile import Profile
from domain.profiles.registry import profile_of
from domain.receipts import mask_receipt
from domain.reports import CheckpointCommitted, Phase, PhaseBegun, ReceiptMade, Report
from domain.result import Cause, Ending, TrainingError, TrainingResult
from domain.rows import conversations
from domain.settings.settings import Settings
from domain.splitting import Row, split

Tell = Callable[[Report], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """All that a job needs; head is None at the base model, resume None at a fresh start.

    start_step is the campaign's step under the job.
    """

    job_id: JobId
    campaign_id: CampaignId
    fence: int
    hero: Hero
    locked: LockedArchitecture
    settings: Settings
    dataset: Dataset
    start_step: int
    head: Checkpoint | None
    resume: Checkpoint | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJob(Generic[Model]):
    """Validate, load, prepare, prove, train, commit; it knows no queue and no log.

    - the model is what the campaign is locked to, or nothing is trained;
    - only what the assistant says is trained, and a receipt proves it before the first step;
    - the result's checkpoint is committed.
    """

    datasets: DatasetSource
    models: ModelLoader[Model]
    trainer: Trainer[Model]
    checkpoints: CheckpointStore

    def check(self, hero: Hero, head: Checkpoint | None) -> None:
        """Refuse early what could not be loaded."""
        self.models.check(hero, self.checkpoints.locate(head) if head else "")

    def execute(
        self, work: Assignment, *, control: Callable[[], Control], tell: Tell
    ) -> TrainingResult:
        """Run the job; raise a GuildError that application.causes can name."""
        profile = profile_of(work.settings.profile)
        tell(PhaseBegun(Phase.LOADING, work.hero.id))
        loaded = self._load(work)
        tell(PhaseBegun(Phase.PREPARING, f"{work.dataset.rows} rows of {work.dataset.name}"))
        course = self._prepare(work, profile, loaded.encoder, tell)
        committed: list[Checkpoint] = [work.resume] if work.resume else []
        facts = loaded.facts
        tell(PhaseBegun(Phase.TRAINING, f"{facts.device}, {facts.dtype}, {facts.attention}"))
        save = self._saver(work, committed, tell)
        outcome = self.trainer.train(loaded.model, course, save=save, control=control, tell=tell)
        if outcome.ending is Ending.STOPPED:
            raise TrainingError(Cause.STOPPED_BY_USER, f"stopped at step {outcome.final_step}")
        return _result(work, course, outcome, committed[-1])

    def _load(self, work: Assignment) -> Loaded[Model]:
        start = work.resume or work.head
        if start is not None:
            self.checkpoints.verify(start)
        location = self.checkpoints.locate(start) if start else ""
        loaded = self.models.load(work.hero, location, work.settings)
        work.locked.require(
            loaded.facts.architecture,
            locked_by=f"campaign {work.campaign_id}",
            found_in=location or f"base model {work.hero.model.name}",
        )
        return loaded

    def _prepare(
        self, work: Assignment, profile: Profile, encoder: ChatEncoder, tell: Tell
    ) -> Course:
        data = work.settings.data
        rows = [row for _, row in conversations(self.datasets.rows(work.dataset))]
        train, held_out = split(rows, data.validation_split, data.validation_max_samples)
        limit = work.settings.hyperparams.max_length

        def encoded(some: tuple[Row, ...]) -> tuple[tuple[Encoded, ...], tuple[int, ...]]:
            seed = work.settings.hyperparams.seed
            rewritten = [(number, profile.transform(row, number, seed)) for number, row in some]
            return fitting(encoder.encode(rewritten), limit, data.over_long)

        trained, dropped = encoded(train)
        measured, dropped_too = encoded(held_out)
        every_dropped = tuple(sorted((*dropped, *dropped_too)))
        tell(ReceiptMade(mask_receipt(trained, encoder.end_of_turn, every_dropped)))
        return Course(
            train=trained,
            held_out=measured,
            settings=work.settings,
            start_step=work.start_step,
            resume_from=self.checkpoints.locate(work.resume) if work.resume else "",
        )

    def _saver(self, work: Assignment, committed: list[Checkpoint], tell: Tell) -> Save:
        def save(step: int, write: Write) -> None:
            tell(PhaseBegun(Phase.SAVING, f"step {step}"))
            draft = self.checkpoints.draft(work.campaign_id, work.job_id, work.fence, step)
            try:
                write(draft.location)
                checkpoint = self.checkpoints.commit(draft)
            except BaseException:
                self.checkpoints.discard(draft)
                raise
            committed.append(checkpoint)
            tell(CheckpointCommitted(checkpoint))
            tell(PhaseBegun(Phase.TRAINING))

        return save


def _result(
    work: Assignment, course: Course, outcome: Outcome, checkpoint: Checkpoint
) -> TrainingResult:
    hyperparams = work.settings.hyperparams
    return TrainingResult(
        ending=outcome.ending,
        start_step=work.start_step,
        final_step=outcome.final_step,
        rows=rows_in(
            outcome.final_step - work.start_step,
            len(course.train),
            hyperparams.per_device_train_batch_size * hyperparams.gradient_accumulation_steps,
        ),
        tokens=outcome.tokens,
        seconds=outcome.seconds,
        final_loss=outcome.final_loss,
        initial_val_loss=outcome.initial_val_loss,
        final_val_loss=outcome.final_val_loss,
        checkpoint=checkpoint,
    )
