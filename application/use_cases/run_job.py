"""The engine: one job from its settings to its result."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from application.course import PrepareMaterial
from application.ports.checkpoint_store import CheckpointStore
from application.ports.dataset_source import DatasetSource
from application.ports.model_loader import Loaded, Model, ModelLoader
from application.ports.profile_catalog import ProfileCatalog
from application.ports.token_store import TokenStore
from application.ports.trainer import Control, Course, Outcome, Save, Trainer, Write
from application.preparing import Preparation
from domain.architecture import LockedArchitecture
from domain.checkpoint import Checkpoint
from domain.dataset import Dataset
from domain.hero import Hero
from domain.ids import CampaignId, JobId
from domain.planning import steps_of
from domain.profiles.profile import Profile
from domain.reports import CheckpointCommitted, Phase, PhaseBegun, Report
from domain.result import Cause, Ending, TrainingError, TrainingResult
from domain.settings.settings import Settings

Tell = Callable[[Report], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """All that a job needs; head is None at the base model, resume None at a fresh start.

    start_step is the campaign's step under the job; plan is the digest of the pack plan that it
    goes on with, '' at a fresh start.
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
    plan: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJob(Generic[Model]):
    """Validate, load, prepare, prove, train, commit; it knows no queue and no log.

    - the model is what the campaign is locked to, or nothing is trained;
    - only what the assistant says is trained, and packed rows never see each other: two receipts
      prove it before the first step;
    - the result's checkpoint is committed.
    """

    datasets: DatasetSource
    tokens: TokenStore
    profiles: ProfileCatalog
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
        profile = self.profiles.get(work.settings)
        tell(PhaseBegun(Phase.LOADING, work.hero.id))
        loaded = self._load(work, profile)
        tell(PhaseBegun(Phase.PREPARING, f"{work.dataset.rows} rows of {work.dataset.name}"))
        course = self._prepare(work, profile, loaded, control, tell)
        committed: list[Checkpoint] = [work.resume] if work.resume else []
        facts = loaded.facts
        tell(PhaseBegun(Phase.TRAINING, f"{facts.device}, {facts.dtype}, {facts.attention}"))
        save = self._saver(work, committed, tell)
        outcome = self.trainer.train(loaded.model, course, save=save, control=control, tell=tell)
        if outcome.ending is Ending.STOPPED:
            raise TrainingError(Cause.STOPPED_BY_USER, f"stopped at step {outcome.final_step}")
        return _result(work, course, outcome, committed[-1])

    def _load(self, work: Assignment, profile: Profile) -> Loaded[Model]:
        start = work.resume or work.head
        if start is not None:
            self.checkpoints.verify(start)
        location = self.checkpoints.locate(start) if start else ""
        loaded = self.models.load(
            work.hero, location, work.settings, plain_chat=profile.own_thinking
        )
        work.locked.require(
            loaded.facts.architecture,
            locked_by=f"campaign {work.campaign_id}",
            found_in=location or f"base model {work.hero.model.name}",
        )
        return loaded

    def _prepare(
        self,
        work: Assignment,
        profile: Profile,
        loaded: Loaded[Model],
        control: Callable[[], Control],
        tell: Tell,
    ) -> Course:
        def check() -> None:
            if control() is Control.STOP:
                raise TrainingError(Cause.STOPPED_BY_USER, "stopped while rows were prepared")

        prepare = PrepareMaterial(datasets=self.datasets, tokens=self.tokens, trainer=self.trainer)
        wanted = Preparation(settings=work.settings, profile=profile, encoder=loaded.encoder)
        material = prepare.execute(work.dataset, wanted, loaded, work.plan, check=check, tell=tell)
        return Course(
            train=material.train,
            plan=steps_of(material.train.lengths, material.batches, work.settings),
            held_out=material.held_out,
            measured=material.measured,
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
    return TrainingResult(
        ending=outcome.ending,
        start_step=work.start_step,
        final_step=outcome.final_step,
        rows=course.plan.rows_in(outcome.final_step - work.start_step),
        tokens=outcome.tokens,
        seconds=outcome.seconds,
        final_loss=outcome.final_loss,
        initial_val_loss=outcome.initial_val_loss,
        final_val_loss=outcome.final_val_loss,
        checkpoint=checkpoint,
    )
