"""The promises of Trainer about saves, which it may make beside the training."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from application.ports.trainer import Announce, Course, Trainer, Write
from domain.reports import Phase, PhaseBegun, Report, StepDone
from domain.result import Ending
from tests.contracts.trainer import Run, Weights
from tests.courses import START, Watcher, a_course, with_settings

_PATIENCE = 0.5


@dataclass
class Dawdler(Watcher):
    """Writes nothing before the next step is done, or some time is over; notes who is there."""

    calls: list[tuple[int, int]] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)
    inside: int = 0
    most_inside: int = 0
    fault: Exception | None = None

    def save(self, step: int, write: Write) -> Announce:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.calls.append((step, len(self.steps)))
        deadline = time.monotonic() + _PATIENCE
        while START + len(self.steps) <= step and time.monotonic() < deadline:
            time.sleep(0.001)
        try:
            if self.fault:
                raise self.fault
            announce = super().save(step, write)
        finally:
            self.inside -= 1

        def announce_here() -> None:
            self.threads.add(threading.get_ident())
            announce()

        return announce_here


class TrainerSavingContract:
    @pytest.fixture
    def dawdle(
        self, trainer: Trainer[Any], fresh: Callable[[], object], tmp_path_factory: Any
    ) -> Callable[..., Dawdler]:
        """Trains a fresh model to its end, watched by somebody who saves slowly."""

        def once(course: Course, **wishes: Any) -> Dawdler:
            dawdler = Dawdler(tmp_path_factory.mktemp("dawdler"), **wishes)
            dawdler.train(trainer, fresh(), course)
            return dawdler

        return once

    @pytest.mark.parametrize("asynchronous", [True, False])
    def test_saves_are_made_one_by_one_and_announced_in_their_order_by_who_trains(
        self, dawdle: Callable[..., Dawdler], *, asynchronous: bool
    ) -> None:
        course = a_course(num_train_epochs=2, save_steps=1)
        dawdler = dawdle(with_settings(course, {"checkpoint.asynchronous": asynchronous}))
        steps = [START + step for step in range(1, 7)]
        assert dawdler.saved == [step for step, _ in dawdler.calls] == steps
        assert dawdler.most_inside == 1
        assert dawdler.threads == {threading.get_ident()}

    def test_a_checkpoint_is_of_its_step_however_late_it_is_written(
        self, run: Run, dawdle: Callable[..., Dawdler], weights: Weights
    ) -> None:
        course = a_course(num_train_epochs=2, save_steps=2)
        prompt, _ = run(with_settings(course, {"checkpoint.asynchronous": False}))
        late = dawdle(course)
        assert late.saved == prompt.saved == [START + 2, START + 4, START + 6]
        for step in late.saved:
            places = (str(watcher.home / str(step)) for watcher in (prompt, late))
            assert len({weights(place) for place in places}) == 1
        resumed, _ = run(replace(course, resume_from=str(late.home / str(START + 2))))
        assert weights(resumed.last) == weights(prompt.last)

    @pytest.mark.parametrize("asked", [2, 3, 4, 5])
    def test_a_wish_to_end_while_something_is_saved_waits_for_that_save(
        self, dawdle: Callable[..., Dawdler], asked: int
    ) -> None:
        dawdler = dawdle(a_course(num_train_epochs=2, save_steps=1), stop_after=asked)
        assert dawdler.inside == 0
        assert dawdler.saved == [START + step for step in range(1, len(dawdler.steps) + 1)]

    def test_what_a_save_raises_ends_the_loop(
        self, trainer: Trainer[Any], fresh: Callable[[], object], watch: Callable[..., Watcher]
    ) -> None:
        fault = RuntimeError("the disk is on fire")
        dawdler = Dawdler(watch().home, fault=fault)
        with pytest.raises(RuntimeError) as found:
            dawdler.train(trainer, fresh(), a_course(num_train_epochs=4, save_steps=1))
        assert found.value is fault
        assert (dawdler.saved, [step for step, _ in dawdler.calls]) == ([], [START + 1])
        assert len(dawdler.steps) <= 2

    def test_nothing_is_being_saved_any_more_when_the_loop_has_failed(
        self, trainer: Trainer[Any], fresh: Callable[[], object], watch: Callable[..., Watcher]
    ) -> None:
        fault = RuntimeError("the hall is on fire")

        class Burning(Dawdler):
            def tell(self, report: Report) -> None:
                super().tell(report)
                if isinstance(report, StepDone) and report.step == 2:
                    raise fault

        burning = Burning(watch().home)
        with pytest.raises(RuntimeError) as found:
            burning.train(trainer, fresh(), a_course(num_train_epochs=2, save_steps=1))
        assert found.value is fault
        assert (burning.inside, burning.saved) == (0, [START + 1])

    def test_the_best_is_saved_before_the_outcome_names_it(
        self, dawdle: Callable[..., Dawdler], overfitting: Trainer[Any], calm: Callable[[], object]
    ) -> None:
        course = a_course(held_out=3, eval_steps=1, num_train_epochs=4, learning_rate=0.03)
        course = with_settings(course, {"checkpoint.keep_best": True})
        dawdler = dawdle(course)
        dawdler.reports.clear()
        outcome = dawdler.train(overfitting, calm(), replace(course, start_step=2 * START))
        assert outcome.ending is Ending.ALL_ROWS
        assert outcome.best_step in dawdler.saved

    def test_the_phase_says_that_training_waits_for_a_save(self, run: Run) -> None:
        watcher, _ = run(a_course(num_train_epochs=2, save_steps=2))
        phases = [each for each in watcher.reports if isinstance(each, PhaseBegun)]
        saving = [each.detail for each in phases if each.phase is Phase.SAVING]
        assert {f"step {START + step}" for step in (2, 4, 6)} <= set(saving)
        assert phases[-1].phase is Phase.TRAINING
