"""The promises of Trainer about what somebody wants while it runs."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from application.ports.trainer import Control, Outcome
from domain.result import Ending
from tests.courses import START, Watcher, a_course

ENDS = [Control.STOP, Control.PAUSE, Control.SKIP]


class ObedienceContract:
    @pytest.fixture
    def run(self) -> Callable[..., tuple[Watcher, Outcome]]:
        raise NotImplementedError

    @pytest.fixture
    def weights(self) -> Callable[[str], str]:
        raise NotImplementedError

    @pytest.mark.parametrize("wish", ENDS)
    @pytest.mark.parametrize("asked", [0, 7, 10])
    def test_a_wish_to_end_is_obeyed_after_the_pass_and_says_which_it_was(
        self, run: Callable[..., tuple[Watcher, Outcome]], asked: int, wish: Control
    ) -> None:
        course = a_course(32, gradient_accumulation_steps=8, num_train_epochs=3)
        watcher, outcome = run(course, stop_after=asked, wish=wish)
        assert (outcome.ending, outcome.wish) == (Ending.STOPPED, wish)
        assert watcher.asked == asked + 1, "a pass more would have been asked about"
        assert outcome.final_step == START + len(watcher.steps) == START + (asked + 1) // 8
        assert watcher.saved == [outcome.final_step] * bool(watcher.steps)

    def test_a_loop_that_nobody_ended_says_so(
        self, run: Callable[..., tuple[Watcher, Outcome]]
    ) -> None:
        _, outcome = run(a_course())
        assert outcome.wish is Control.GO_ON

    @pytest.mark.parametrize("wish", ENDS)
    def test_a_wish_to_end_is_obeyed_inside_an_evaluation(
        self, run: Callable[..., tuple[Watcher, Outcome]], wish: Control
    ) -> None:
        course = a_course(held_out=6, num_train_epochs=2, eval_steps=1)
        usual, _ = run(course)
        for asked in range(0, usual.asked, 5):
            watcher, outcome = run(course, stop_after=asked, wish=wish)
            assert (outcome.wish, watcher.asked) == (wish, asked + 1)
            assert watcher.saved == [START + len(watcher.steps)] * bool(watcher.steps)

    @pytest.mark.parametrize("packed", [False, True])
    @pytest.mark.parametrize("asked", [0, 1, 9])
    def test_a_wish_for_a_checkpoint_saves_once_and_changes_nothing(
        self,
        run: Callable[..., tuple[Watcher, Outcome]],
        weights: Callable[[str], str],
        asked: int,
        *,
        packed: bool,
    ) -> None:
        course = a_course(20, num_train_epochs=2, packed=packed, max_length=30)
        last = START + course.plan.total
        plain, _ = run(course)
        watcher, outcome = run(course, stop_after=asked, wish=Control.CHECKPOINT)
        assert (plain.saved, watcher.saved) == ([last], [START + asked // 2 + 1, last])
        assert [step.loss for step in watcher.steps] == [step.loss for step in plain.steps]
        assert weights(watcher.last) == weights(plain.last)
        assert (outcome.ending, outcome.wish) == (Ending.ALL_ROWS, Control.GO_ON)

    def test_a_checkpoint_that_was_wished_for_is_one_to_resume_from(
        self,
        run: Callable[..., tuple[Watcher, Outcome]],
        weights: Callable[[str], str],
    ) -> None:
        course = a_course(num_train_epochs=2)
        watcher, _ = run(course, stop_after=2, wish=Control.CHECKPOINT)
        first, last = (str(watcher.home / str(step)) for step in watcher.saved)
        resumed, _ = run(replace(course, resume_from=first))
        assert weights(resumed.last) == weights(last)

    def test_what_is_saved_already_is_not_saved_again(
        self, run: Callable[..., tuple[Watcher, Outcome]]
    ) -> None:
        course = a_course(num_train_epochs=2, save_steps=1)
        for asked in range(0, 12, 3):
            watcher, _ = run(course, stop_after=asked, wish=Control.CHECKPOINT)
            assert watcher.saved == [START + step for step in range(1, 7)]

    def test_a_wish_for_a_checkpoint_before_the_first_step_is_kept_for_it(
        self, run: Callable[..., tuple[Watcher, Outcome]]
    ) -> None:
        watcher, _ = run(a_course(held_out=3), stop_after=0, wish=Control.CHECKPOINT)
        assert watcher.saved == [START + 1, START + 3]
