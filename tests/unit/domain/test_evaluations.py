from collections.abc import Sequence

import pytest

from domain.evaluations import Evaluations, in_vain
from domain.settings.layers import Value, with_values
from domain.settings.settings import Settings


def measured(
    *losses: float, patience: int = 0, keep_best: bool = True, every: int = 2, total: int = 100
) -> Evaluations:
    """Measure at the start and every two steps."""
    values: dict[str, Value] = {
        "hyperparams.eval_steps": every,
        "hyperparams.early_stopping_patience": patience,
        "checkpoint.keep_best": keep_best,
    }
    begun = Evaluations.of(with_values(Settings(), values), total, 3)
    return begun.and_these((2 * number, loss) for number, loss in enumerate(losses))


def test_the_best_is_the_first_with_the_lowest_loss() -> None:
    best = measured(3, 1, 2, 1).best
    assert best is not None
    assert (best.step, best.loss) == (2, 1)
    assert measured().best is None


def test_pairs_are_read_as_they_were_written() -> None:
    written = measured(3, 1.5, 2)
    assert measured().and_these(written.pairs) == written


@pytest.mark.parametrize(
    ("losses", "over"),
    [([], False), ([3], False), ([3, 3], False), ([3, 3, 4], True), ([3, 2, 4], False),
     ([3, 2, 4, 2], True), ([3, 2, 4, 1], False)],
)  # fmt: skip
def test_patience_is_over_after_two_evaluations_without_a_better_one(
    losses: Sequence[float], *, over: bool
) -> None:
    step = 2 * len(losses) - 2
    assert measured(*losses, patience=2).end_the_job(step) is over
    assert not measured(*losses, patience=0).end_the_job(step)


def test_a_job_that_is_over_is_not_ended_early() -> None:
    assert not measured(1, 2, 3, patience=1, total=4).end_the_job(4)
    assert measured(1, 2, 3, patience=1, total=5).end_the_job(4)


def test_an_evaluation_is_due_inside_the_job_until_it_is_made() -> None:
    begun = measured(3, total=6)
    assert [step for step in range(8) if begun.lack(step)] == [2, 4]
    assert not begun.and_these([(2, 1.0)]).lack(2)
    assert not any(measured(3, every=0).lack(step) for step in range(8))


def test_without_held_out_rows_none_is_due() -> None:
    settings = with_values(Settings(), {"hyperparams.eval_steps": 1})
    assert not Evaluations.of(settings, 10, 0).lack(1)
    assert Evaluations.of(settings, 10, 1).lack(1)


@pytest.mark.parametrize(
    ("losses", "step"),
    [([3, 1, 2], 2), ([3, 2, 1], None), ([1, 3, 2], None), ([3, 1, 1], 2), ([], None)],
)
def test_the_best_on_the_way_is_neither_the_start_nor_the_last(
    losses: Sequence[float], step: int | None
) -> None:
    best = measured(*losses).best_on_the_way(4)
    assert (best.step if best else None) == step
    assert measured(*losses, keep_best=False).best_on_the_way(4) is None


def test_the_best_is_found_in_the_moment_that_it_is_measured() -> None:
    assert measured(3, 1).found_best(2)
    assert not measured(3, 1, 2).found_best(4)
    assert not measured(3, 3).found_best(2)
    assert not measured(3, 1, keep_best=False).found_best(2)


def test_a_wish_that_needs_evaluations_says_what_they_lack() -> None:
    wishes: dict[str, Value] = {
        "hyperparams.early_stopping_patience": 2,
        "checkpoint.keep_best": True,
    }
    settings = with_values(Settings(), wishes)
    seeing = with_values(settings, {"hyperparams.eval_steps": 5})
    assert in_vain(settings, 3) == (
        "hyperparams.early_stopping_patience has no effect: hyperparams.eval_steps is 0",
        "checkpoint.keep_best has no effect: hyperparams.eval_steps is 0",
    )
    assert in_vain(seeing, 3) == ()
    assert in_vain(seeing, 0)[1] == "checkpoint.keep_best has no effect: no row is held out"
    assert in_vain(Settings(), 0) == ()
