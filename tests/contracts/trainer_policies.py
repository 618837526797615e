"""The promises of Trainer about rates, the optimizer's memory, and the best of a job."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from application.ports.trainer import Course, Trainer
from domain.result import Cause, Ending, TrainingError
from domain.schedule import rate_factor
from domain.settings.continuation import LearningRate
from tests.contracts.trainer import Run, Weights
from tests.courses import START, Watcher, a_course, with_settings

CONSTANT = {"continuation.learning_rate": "constant"}


def an_overfitting_course(**wishes: Any) -> Course:
    """Measure after each of 12 steps; an overfitting trainer is at its best after step 2."""
    course = a_course(held_out=3, eval_steps=1, num_train_epochs=4, learning_rate=0.03, **wishes)
    return with_settings(course, {"checkpoint.keep_best": True})


def one_step_an_epoch(epochs: int) -> Course:
    return with_settings(a_course(2, num_train_epochs=epochs), CONSTANT)


def measured(*watchers: Watcher) -> dict[int, float]:
    return {each.campaign_step: each.loss for watcher in watchers for each in watcher.evaluations}


class TrainerPolicyContract:
    @pytest.fixture
    def calm(self) -> Callable[[], object]:
        """Gives the same base model each time; training it draws no random number."""
        raise NotImplementedError

    @pytest.fixture
    def trained(self) -> Callable[[str], object]:
        """Gives the model of a checkpoint; training it draws no random number."""
        raise NotImplementedError

    @pytest.fixture
    def forget(self) -> Callable[[str], None]:
        """Takes the optimizer's memory out of a checkpoint."""
        raise NotImplementedError

    @pytest.fixture
    def overfitting(self) -> Trainer[Any]:
        """A trainer that does an overfitting course."""
        raise NotImplementedError

    @pytest.fixture
    def spoiling(self) -> tuple[Trainer[Any], object, Course]:
        """A course of which step 2 leaves weights that are not finite, though its loss is."""
        raise NotImplementedError

    @pytest.fixture
    def overfit(
        self,
        overfitting: Trainer[Any],
        fresh: Callable[[], object],
        watch: Callable[..., Watcher],
    ) -> Run:
        def once(course: Course, **wishes: float) -> tuple[Watcher, Any]:
            watcher = watch(**wishes)
            return watcher, watcher.train(overfitting, fresh(), course)

        return once

    @pytest.mark.parametrize("rates", list(LearningRate))
    def test_a_job_on_a_head_has_the_rates_of_its_course_also_after_resuming(
        self, run: Run, rates: LearningRate
    ) -> None:
        course = with_settings(
            a_course(num_train_epochs=3, warmup_steps=3),
            {"continuation.learning_rate": rates},
        )
        first, _ = run(course, stop_after=6)
        second, _ = run(replace(course, resume_from=first.last))
        told = [step.learning_rate for step in first.steps + second.steps]
        assert 0 < len(first.steps) < 9
        assert told == [
            1e-2 * rate_factor(step, 9, course.settings, continues=True) for step in range(1, 10)
        ]

    def test_a_job_from_the_base_model_has_its_own_schedule(self, run: Run) -> None:
        course = replace(one_step_an_epoch(4), start_step=0)
        on_base, _ = run(course)
        on_head, _ = run(replace(course, on_head=True))
        own = [1e-2 * rate_factor(n, 4, course.settings, continues=False) for n in range(1, 5)]
        assert [step.learning_rate for step in on_base.steps] == own
        assert [step.learning_rate for step in on_head.steps] == [1e-2] * 4

    def test_two_jobs_that_carry_are_as_one_long_job(
        self,
        trainer: Trainer[Any],
        calm: Callable[[], object],
        trained: Callable[[str], object],
        watch: Callable[..., Watcher],
        weights: Weights,
    ) -> None:
        long, first, carried, reset = watch(), watch(), watch(), watch()
        long.train(trainer, calm(), one_step_an_epoch(2))
        first.train(trainer, calm(), one_step_an_epoch(1))
        course = one_step_an_epoch(1)
        carried.train(trainer, trained(first.last), replace(course, carry_from=first.last))
        reset.train(trainer, trained(first.last), course)
        assert weights(carried.last) == weights(long.last)
        assert weights(reset.last) != weights(long.last)

    def test_a_job_that_carries_is_resumed_like_any_other(self, run: Run, weights: Weights) -> None:
        head, _ = run(a_course(max_steps=1))
        course = a_course(num_train_epochs=2)
        carrying = replace(course, carry_from=head.last)
        (whole, _), (first, _) = run(carrying), run(carrying, stop_after=6)
        second, _ = run(replace(course, resume_from=first.last))
        assert len(first.steps + second.steps) == 6
        assert weights(second.last) == weights(whole.last)

    def test_a_head_without_the_memory_of_an_optimizer_is_not_carried(
        self, run: Run, forget: Callable[[str], None]
    ) -> None:
        head, _ = run(a_course(max_steps=1))
        forget(head.last)
        with pytest.raises(TrainingError, match="carried") as fault:
            run(a_course(carry_from=head.last))
        assert fault.value.cause is Cause.CONFIG_ERROR
        assert fault.value.fix == ("continuation.optimizer_state=reset",)

    def test_weights_that_are_not_finite_are_never_saved(
        self, spoiling: tuple[Trainer[Any], object, Course], watch: Callable[..., Watcher]
    ) -> None:
        watcher, (trainer, model, course) = watch(), spoiling
        with pytest.raises(TrainingError, match="step 2") as fault:
            watcher.train(trainer, model, course)
        assert fault.value.cause is Cause.DIVERGED
        assert watcher.saved == [START + 1]
        assert [path.name for path in watcher.home.iterdir()] == [str(START + 1)]

    def test_the_best_evaluation_on_the_way_has_a_checkpoint_and_is_told(
        self, overfit: Run
    ) -> None:
        watcher, outcome = overfit(an_overfitting_course())
        assert watcher.saved == [START + 2, START + 12]
        assert min(measured(watcher), key=measured(watcher).__getitem__) == START + 2
        assert (outcome.ending, outcome.final_step) == (Ending.ALL_ROWS, START + 12)
        assert (outcome.best_step, outcome.best_val_loss) == (
            START + 2,
            measured(watcher)[START + 2],
        )

    def test_only_who_keeps_the_best_saves_it(self, overfit: Run) -> None:
        course = with_settings(an_overfitting_course(), {"checkpoint.keep_best": False})
        watcher, outcome = overfit(course)
        assert watcher.saved == [START + 12]
        assert (outcome.best_step, outcome.best_val_loss) == (None, None)

    def test_where_the_last_is_the_best_no_other_is_told(self, run: Run) -> None:
        course = a_course(held_out=3, eval_steps=1, num_train_epochs=2)
        watcher, outcome = run(with_settings(course, {"checkpoint.keep_best": True}))
        assert outcome.final_val_loss == min(measured(watcher).values())
        assert (outcome.best_step, outcome.best_val_loss) == (None, None)

    def test_a_job_ends_after_so_many_evaluations_without_a_better_one(self, overfit: Run) -> None:
        watcher, outcome = overfit(an_overfitting_course(early_stopping_patience=3))
        assert (outcome.ending, outcome.final_step) == (Ending.EARLY_STOPPED, START + 5)
        assert watcher.saved == [START + 2, START + 5]
        assert [each.campaign_step - START for each in watcher.evaluations] == [0, 1, 2, 3, 4, 5]
        assert outcome.final_val_loss == watcher.evaluations[-1].loss
        assert outcome.best_step == START + 2

    def test_a_job_that_gets_better_is_not_ended(self, run: Run) -> None:
        course = a_course(held_out=3, eval_steps=2, num_train_epochs=2, early_stopping_patience=1)
        watcher, outcome = run(course)
        assert (outcome.ending, len(watcher.steps)) == (Ending.ALL_ROWS, 6)

    @pytest.mark.parametrize("asked", [4, 8, 9, 10, 12])
    @pytest.mark.parametrize("save_steps", [1, 100])
    def test_best_and_patience_count_on_after_resuming(
        self, overfit: Run, weights: Weights, asked: int, save_steps: int
    ) -> None:
        course = an_overfitting_course(early_stopping_patience=3, save_steps=save_steps)
        (whole, unbroken), (first, _) = overfit(course), overfit(course, stop_after=asked)
        second, outcome = overfit(replace(course, resume_from=first.last))
        assert 0 < len(first.steps) < 5
        assert len(first.steps + second.steps) == 5
        assert measured(first, second) == measured(whole)
        assert {*first.saved, *second.saved} >= set(whole.saved)
        assert (outcome.ending, outcome.final_step) == (Ending.EARLY_STOPPED, START + 5)
        assert outcome.best_step == unbroken.best_step
        assert outcome.best_val_loss == unbroken.best_val_loss
        assert weights(second.last) == weights(whole.last)

    def test_a_job_that_was_ended_early_is_not_taken_up_again(self, overfit: Run) -> None:
        course = an_overfitting_course(early_stopping_patience=3)
        first, _ = overfit(course)
        second, outcome = overfit(replace(course, resume_from=first.last))
        assert (second.steps, second.saved) == ([], [])
        assert outcome.ending is Ending.EARLY_STOPPED
