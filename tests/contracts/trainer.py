"""The promises of Trainer."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from application.ports.trainer import Control, Course, Outcome, Trainer
from domain.result import Cause, Ending, TrainingError
from tests.contracts.trainer_wishes import ObedienceContract
from tests.courses import START, Watcher, a_course, a_row

Run = Callable[..., tuple[Watcher, Outcome]]
Weights = Callable[[str], str]


class TrainerContract(ObedienceContract):
    @pytest.fixture
    def trainer(self) -> Trainer[Any]:
        raise NotImplementedError

    @pytest.fixture
    def fresh(self) -> Callable[[], object]:
        """Gives the same base model each time, as nobody has trained it yet."""
        raise NotImplementedError

    @pytest.fixture
    def weights(self) -> Weights:
        """Gives a digest of the weights in a checkpoint."""
        raise NotImplementedError

    @pytest.fixture
    def diverging(self) -> tuple[Trainer[Any], object]:
        """A trainer and a model of which the first loss is not finite."""
        raise NotImplementedError

    @pytest.fixture
    def watch(self, tmp_path: Path) -> Callable[..., Watcher]:
        numbers = itertools.count()
        return lambda **wishes: Watcher(tmp_path / str(next(numbers)), **wishes)

    @pytest.fixture
    def run(
        self, trainer: Trainer[Any], fresh: Callable[[], object], watch: Callable[..., Watcher]
    ) -> Run:
        """Trains a fresh model; gives who watched, and the outcome."""

        def once(course: Course, **wishes: float) -> tuple[Watcher, Outcome]:
            watcher = watch(**wishes)
            return watcher, watcher.train(trainer, fresh(), course)

        return once

    def test_rows_are_trained_in_the_order_of_the_seed(self, run: Run) -> None:
        single = {"per_device_train_batch_size": 1, "gradient_accumulation_steps": 1}
        course = a_course(5, num_train_epochs=2, **single)
        watcher, _ = run(course)
        plan = course.plan
        order = [
            row for epoch in (0, 1) for batch in plan.order(epoch) for row in plan.batches[batch]
        ]
        assert [step.tokens for step in watcher.steps] == [
            len(course.train[row].ids) for row in order
        ]

    def test_a_short_last_batch_and_group_are_trained_too(self, run: Run) -> None:
        course = a_course(11)
        watcher, outcome = run(course)
        assert len(watcher.steps) == 3
        assert sum(step.tokens for step in watcher.steps) == sum(len(r.ids) for r in course.train)
        assert outcome.tokens == sum(step.tokens for step in watcher.steps)
        assert outcome.ending is Ending.ALL_ROWS

    def test_packed_rows_are_trained_too(self, run: Run) -> None:
        course = a_course(11, packed=True, max_length=64, held_out=4)
        watcher, outcome = run(course)
        assert course.plan.batches.packed
        assert len(watcher.steps) == course.plan.whole
        assert outcome.tokens == sum(len(row.ids) for row in course.train)
        assert outcome.final_val_loss is not None

    def test_two_rows_are_proven_not_to_see_each_other(
        self, trainer: Trainer[Any], fresh: Callable[[], object]
    ) -> None:
        proof = trainer.prove(fresh(), a_row(1), a_row(2))
        assert proof.holds
        assert (proof.rows, proof.layer) == ((1, 2), "")
        assert proof.difference <= proof.tolerance

    def test_a_proof_leaves_the_model_as_it_was(
        self,
        trainer: Trainer[Any],
        fresh: Callable[[], object],
        watch: Callable[..., Watcher],
        weights: Weights,
    ) -> None:
        model, untouched = fresh(), fresh()
        trainer.prove(model, a_row(1), a_row(2))
        proven, other = watch(), watch()
        proven.train(trainer, model, a_course())
        other.train(trainer, untouched, a_course())
        assert weights(proven.last) == weights(other.last)

    def test_another_grouping_of_rows_is_no_plan_to_resume_on(self, run: Run) -> None:
        first, _ = run(a_course(12, save_steps=2))
        regrouped = a_course(12, per_device_train_batch_size=1, gradient_accumulation_steps=4)
        with pytest.raises(TrainingError) as fault:
            run(replace(regrouped, resume_from=str(first.home / str(START + 2))))
        assert fault.value.cause is Cause.UNTRUSTED_CHECKPOINT

    def test_every_step_is_told_with_its_place_in_job_and_campaign(self, run: Run) -> None:
        watcher, outcome = run(a_course(num_train_epochs=2))
        assert [(s.step, s.total, s.campaign_step) for s in watcher.steps] == [
            (step, 6, START + step) for step in range(1, 7)
        ]
        assert all(math.isfinite(s.loss) and s.grad_norm > 0 for s in watcher.steps)
        assert (outcome.final_step, outcome.final_loss) == (START + 6, watcher.steps[-1].loss)

    def test_the_loss_falls(self, run: Run) -> None:
        watcher, _ = run(a_course(num_train_epochs=4))
        assert watcher.steps[-1].loss < watcher.steps[0].loss

    def test_max_steps_cuts_a_job_short_but_never_repeats_rows(self, run: Run) -> None:
        (short, cut), (long, whole) = run(a_course(max_steps=2)), run(a_course(max_steps=9))
        assert (len(short.steps), cut.ending) == (2, Ending.MAX_STEPS)
        assert (len(long.steps), whole.ending) == (3, Ending.ALL_ROWS)

    @pytest.mark.parametrize(("every", "saved"), [(4, [4, 8, 9]), (3, [3, 6, 9]), (10, [9])])
    def test_it_saves_now_and_then_and_once_at_the_end(
        self, run: Run, every: int, saved: list[int]
    ) -> None:
        watcher, _ = run(a_course(num_train_epochs=3, save_steps=every))
        assert watcher.saved == [START + step for step in saved]

    def test_held_out_rows_are_measured_at_the_start_in_between_and_at_the_end(
        self, run: Run
    ) -> None:
        watcher, outcome = run(a_course(held_out=3, num_train_epochs=2, eval_steps=2))
        told = watcher.evaluations
        assert [e.campaign_step - START for e in told] == [0, 2, 4, 6]
        assert {e.rows for e in told} == {3}
        assert outcome.initial_val_loss == told[0].loss
        assert outcome.final_val_loss == told[-1].loss

    def test_without_held_out_rows_nothing_is_measured(self, run: Run) -> None:
        watcher, outcome = run(a_course())
        assert (outcome.initial_val_loss, outcome.final_val_loss) == (None, None)
        assert watcher.evaluations == []

    def test_measuring_changes_nothing(self, run: Run, weights: Weights) -> None:
        blind, _ = run(a_course(num_train_epochs=2))
        seeing, _ = run(a_course(held_out=3, num_train_epochs=2, eval_steps=1))
        assert weights(blind.last) == weights(seeing.last)

    def test_control_is_asked_at_every_batch(self, run: Run) -> None:
        watcher, _ = run(a_course(11))
        assert watcher.asked >= 6

    @pytest.mark.parametrize("asked", [1, 2, 3, 4, 5])
    def test_a_wish_to_stop_ends_the_loop_and_keeps_the_finished_steps(
        self, run: Run, asked: int
    ) -> None:
        watcher, outcome = run(a_course(num_train_epochs=3), stop_after=asked)
        assert outcome.ending is Ending.STOPPED
        assert len(watcher.steps) < 4
        assert outcome.final_step == START + len(watcher.steps)
        assert watcher.saved == [START + len(watcher.steps)] * bool(watcher.steps)
        assert watcher.asked <= asked + 2

    def test_a_stop_before_the_first_step_saves_nothing(self, run: Run) -> None:
        watcher, outcome = run(a_course(held_out=3), stop_after=0)
        assert (outcome.ending, outcome.final_step) == (Ending.STOPPED, START)
        assert (watcher.steps, watcher.saved, watcher.evaluations) == ([], [], [])

    @pytest.mark.parametrize("packed", [False, True])
    @pytest.mark.parametrize("asked", [3, 6, 7, 13])
    def test_resuming_gives_the_same_weights_as_never_having_stopped(
        self, run: Run, weights: Weights, asked: int, *, packed: bool
    ) -> None:
        course = a_course(num_train_epochs=3, packed=packed, max_length=17)
        (whole, _), (first, _) = run(course), run(course, stop_after=asked)
        second, outcome = run(replace(course, resume_from=first.last))
        assert 0 < len(first.steps) < course.plan.total
        told = [(s.step, s.loss, s.learning_rate, s.tokens) for s in first.steps + second.steps]
        assert told == [(s.step, s.loss, s.learning_rate, s.tokens) for s in whole.steps]
        assert weights(second.last) == weights(whole.last)
        assert outcome.final_step == START + course.plan.total

    def test_resuming_is_no_second_start(self, run: Run) -> None:
        course = a_course(held_out=3, num_train_epochs=2)
        first, _ = run(course, stop_after=6)
        second, outcome = run(replace(course, resume_from=first.last))
        assert outcome.initial_val_loss == first.evaluations[0].loss
        assert [e.campaign_step for e in second.evaluations] == [START + 6]
        assert outcome.tokens == sum(step.tokens for step in first.steps + second.steps)

    def test_resuming_at_the_end_only_measures(self, run: Run) -> None:
        course = a_course(held_out=3, max_steps=2)
        first, done = run(course)
        second, again = run(replace(course, resume_from=first.last))
        assert (second.steps, second.saved) == ([], [])
        assert again.final_val_loss == pytest.approx(done.final_val_loss)
        assert (again.ending, again.final_step) == (Ending.MAX_STEPS, START + 2)

    def test_a_checkpoint_without_its_state_is_not_trusted(self, run: Run) -> None:
        first, _ = run(a_course(save_steps=2))
        half = first.home / str(START + 2)
        (half / "trainer_state.json").unlink()
        with pytest.raises(TrainingError) as fault:
            run(a_course(resume_from=str(half)))
        assert fault.value.cause is Cause.UNTRUSTED_CHECKPOINT

    def test_a_loss_that_is_not_finite_ends_the_job_before_a_step(
        self, diverging: tuple[Trainer[Any], object], watch: Callable[..., Watcher]
    ) -> None:
        watcher = watch()
        with pytest.raises(TrainingError) as fault:
            watcher.train(*diverging, a_course())
        assert fault.value.cause is Cause.DIVERGED
        assert (watcher.steps, watcher.saved) == ([], [])

    @pytest.mark.parametrize("where", ["tell", "control", "save"])
    def test_what_the_outside_raises_passes_through(
        self,
        trainer: Trainer[Any],
        fresh: Callable[[], object],
        watch: Callable[..., Watcher],
        where: str,
    ) -> None:
        fault = RuntimeError("the hall is on fire")

        def burn(*_: object) -> Control:
            raise fault

        watcher = watch()
        setattr(watcher, where, burn)
        with pytest.raises(RuntimeError) as found:
            watcher.train(trainer, fresh(), a_course())
        assert found.value is fault
