"""The engine: one job from its settings to its result."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic

from application.course import PrepareMaterial
from application.ports.checkpoint_store import CheckpointStore
from application.ports.dataset_source import DatasetSource
from application.ports.model_loader import Loaded, Model, ModelLoader
from application.ports.profile_catalog import ProfileCatalog
from application.ports.token_store import TokenStore
from application.ports.trainer import Announce, Control, Course, Outcome, Save, Trainer, Write
from application.preparing import Preparation
from application.wishes import Wishes, interruption
from domain.architecture import LockedArchitecture
from domain.checkpoint import BrokenCheckpointError, Checkpoint
from domain.dataset import Dataset
from domain.evaluations import in_vain
from domain.hero import Hero
from domain.ids import CampaignId, JobId
from domain.ladder import Rung, first_rung, on_rung, rung_that_fits
from domain.planning import steps_of
from domain.profiles.profile import Profile
from domain.reports import CheckpointCommitted, Phase, PhaseBegun, Report, Warned
from domain.result import Ending, TrainingResult
from domain.settings.continuation import OptimizerState
from domain.settings.settings import Settings

Tell = Callable[[Report], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """All that a job needs; head is None at the base model, resume None at a fresh start.

    start_step is the campaign's step under the job; plan is the digest of the pack plan that it
    goes on with, '' at a fresh start. committed are the checkpoints of earlier attempts on the way
    to resume, oldest first. rung is how much went through the model at once in an earlier attempt,
    fitted what fitted in earlier jobs, by device.
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
    committed: tuple[Checkpoint, ...] = ()
    rung: Rung | None = None
    fitted: Mapping[str, Rung] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJob(Generic[Model]):
    """Validate, load, prepare, prove, train, commit; it knows no queue and no log.

    - what it begins from was verified by whom assigned it;
    - the model is what the campaign is locked to, or nothing is trained;
    - only what the assistant says is trained, and packed rows never see each other: two receipts
      prove it before the first step;
    - the result's checkpoint is committed; it is the last, or the best where that is wanted.
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
        wishes, profile = Wishes(control), self.profiles.get(work.settings)
        tell(PhaseBegun(Phase.LOADING, work.hero.id))
        wishes.require("before its model was loaded")
        loaded = self._load(work, profile)
        wishes.require("after its model was loaded")
        tell(PhaseBegun(Phase.PREPARING, f"{work.dataset.rows} rows of {work.dataset.name}"))
        course = self._prepare(work, profile, loaded, wishes, tell)
        for remark in in_vain(work.settings, len(course.held_out)):
            tell(Warned(remark))
        committed = [*work.committed, *((work.resume,) if work.resume else ())]
        facts = loaded.facts
        tell(PhaseBegun(Phase.TRAINING, f"{facts.device}, {facts.dtype}, {facts.attention}"))
        save = self._saver(work, committed, tell)
        outcome = self.trainer.train(
            loaded.model, course, save=save, control=wishes.control, tell=tell
        )
        if outcome.ending is Ending.STOPPED:
            raise interruption(outcome.wish, f"at step {outcome.final_step}")
        kept = self._best(outcome, committed, tell) or committed[-1]
        return _result(work, course, outcome, kept)

    def _load(self, work: Assignment, profile: Profile) -> Loaded[Model]:
        start = work.resume or work.head
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
        wishes: Wishes,
        tell: Tell,
    ) -> Course:
        def check() -> None:
            wishes.require("while rows were prepared")

        prepare = PrepareMaterial(datasets=self.datasets, tokens=self.tokens, trainer=self.trainer)
        wanted = Preparation(settings=work.settings, profile=profile, encoder=loaded.encoder)
        material = prepare.execute(work.dataset, wanted, loaded, work.plan, check=check, tell=tell)
        return Course(
            train=material.train,
            plan=steps_of(material.train.lengths, material.batches, work.settings),
            held_out=material.held_out,
            measured=material.measured,
            settings=self._fitting(work, loaded.facts.device, tell),
            start_step=work.start_step,
            on_head=work.head is not None,
            carry_from=self._carried(work),
            resume_from=self.checkpoints.locate(work.resume) if work.resume else "",
        )

    def _fitting(self, work: Assignment, device: str, tell: Tell) -> Settings:
        hyperparams = work.settings.hyperparams
        rung = work.rung or rung_that_fits(hyperparams, work.fitted.get(device))
        if rung != first_rung(hyperparams):
            tell(Warned(f"the steps are those that were asked for, in smaller passes: {rung}"))
        return on_rung(work.settings, rung)

    def _carried(self, work: Assignment) -> str:
        carries = work.settings.continuation.optimizer_state is OptimizerState.CARRY
        fresh = work.resume is None
        return self.checkpoints.locate(work.head) if carries and fresh and work.head else ""

    def _best(
        self, outcome: Outcome, committed: Sequence[Checkpoint], tell: Tell
    ) -> Checkpoint | None:
        if outcome.best_step is None:
            return None
        try:
            found = next(each for each in reversed(committed) if each.step == outcome.best_step)
            self.checkpoints.verify(found)
        except (StopIteration, BrokenCheckpointError):
            tell(Warned(f"the best checkpoint, of step {outcome.best_step}, is gone: not kept"))
            return None
        return found

    def _saver(self, work: Assignment, committed: list[Checkpoint], tell: Tell) -> Save:
        def save(step: int, write: Write) -> Announce:
            draft = self.checkpoints.draft(work.campaign_id, work.job_id, work.fence, step)
            try:
                write(draft.location)
                checkpoint = self.checkpoints.commit(draft)
            except BaseException:
                self.checkpoints.discard(draft)
                raise

            def announce() -> None:
                committed.append(checkpoint)
                tell(CheckpointCommitted(checkpoint))

            return announce

        return save


def _result(
    work: Assignment, course: Course, outcome: Outcome, checkpoint: Checkpoint
) -> TrainingResult:
    best = checkpoint.step == outcome.best_step
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
        best_step=outcome.best_step if best else None,
        best_val_loss=outcome.best_val_loss if best else None,
    )
