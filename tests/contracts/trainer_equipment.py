"""What a Trainer says of what it runs on, and how it makes the same steps in smaller passes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from application.ports.trainer import Course, Outcome, Trainer
from domain.ladder import Rung, on_rung
from domain.reports import Equipped, StepDone
from tests.contracts.trainer import Run, Weights
from tests.courses import Watcher, a_course

HALF = Rung(micro_batch=1, accumulation=4, activation_checkpointing=False)
LEAST = replace(HALF, activation_checkpointing=True)


def smaller(course: Course, rung: Rung) -> Course:
    return replace(course, settings=on_rung(course.settings, rung))


class TrainerEquipmentContract:
    @pytest.fixture
    def calm(self) -> Callable[[], object]:
        """Gives the same base model each time; training it draws no random number."""
        raise NotImplementedError

    @pytest.fixture
    def calmly(
        self, trainer: Trainer[Any], calm: Callable[[], object], watch: Callable[..., Watcher]
    ) -> Run:
        def once(course: Course, **wishes: float) -> tuple[Watcher, Outcome]:
            watcher = watch(**wishes)
            return watcher, watcher.train(trainer, calm(), course)

        return once

    def test_it_says_once_what_it_runs_on_before_the_first_step(self, run: Run) -> None:
        watcher, _ = run(a_course(held_out=3, num_train_epochs=2))
        told = [type(each) for each in watcher.reports if isinstance(each, Equipped | StepDone)]
        assert told == [Equipped, *[StepDone] * 6]

    def test_what_it_runs_on_is_what_was_asked_for(self, run: Run) -> None:
        course = a_course()
        (found,) = run(course)[0].equipments
        assert found.differences(course.settings) == ()
        assert (found.threads, found.micro_batch, found.accumulation) == (1, 2, 2)
        assert (found.world_size, found.activation_checkpointing) == (1, False)
        assert found.parameters == found.trainable_parameters > 0
        assert found.device
        assert found.wrapper

    def test_a_stop_before_the_first_step_saves_nothing(self, run: Run) -> None:
        watcher, _ = run(a_course(), stop_after=0)
        assert watcher.steps == []
        assert watcher.saved == []

    @pytest.mark.parametrize("rung", [HALF, LEAST])
    @pytest.mark.parametrize("packed", [False, True])
    def test_smaller_passes_make_the_same_steps(
        self, calmly: Run, rung: Rung, *, packed: bool
    ) -> None:
        course = a_course(11, held_out=3, packed=packed, max_length=64, num_train_epochs=2)
        (whole, done), (parts, also) = calmly(course), calmly(smaller(course, rung))
        (found,) = parts.equipments
        assert found.rung == rung
        told = [(s.step, s.total, s.tokens, s.learning_rate) for s in parts.steps]
        assert told == [(s.step, s.total, s.tokens, s.learning_rate) for s in whole.steps]
        assert [s.loss for s in parts.steps] == pytest.approx(
            [s.loss for s in whole.steps], rel=1e-4
        )
        assert also.final_val_loss == pytest.approx(done.final_val_loss, rel=1e-4)

    @pytest.mark.parametrize("packed", [False, True])
    def test_smaller_passes_go_on_from_a_checkpoint_of_larger_ones(
        self, calmly: Run, *, packed: bool
    ) -> None:
        course = a_course(11, packed=packed, max_length=34, num_train_epochs=2)
        (whole, _), (first, _) = calmly(course), calmly(course, stop_after=4)
        assert 0 < len(first.steps) < course.plan.total
        second, outcome = calmly(smaller(replace(course, resume_from=first.last), HALF))
        told = [(s.step, s.tokens) for s in first.steps + second.steps]
        assert told == [(s.step, s.tokens) for s in whole.steps]
        assert second.steps[-1].loss == pytest.approx(whole.steps[-1].loss, rel=1e-4)
        assert outcome.final_step == calmly(course)[1].final_step

    def test_the_same_small_passes_give_the_same_weights(self, run: Run, weights: Weights) -> None:
        course = smaller(a_course(11), LEAST)
        assert weights(run(course)[0].last) == weights(run(course)[0].last)
