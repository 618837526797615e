"""In which order and company rows are trained."""

from itertools import chain, pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.batching import (
    BatchPlan,
    StepPlan,
    epoch_order,
    grouped_batches,
    packed_batches,
)

sizes = st.integers(1, 9)
seeds = st.integers(0, 2**31)
epochs = st.integers(0, 5)
lengths_of_rows = st.lists(st.integers(1, 40), max_size=60)


def rows_of(plan: BatchPlan) -> list[int]:
    return sorted(chain.from_iterable(plan))


@given(lengths_of_rows, sizes, seeds)
def test_every_row_is_in_one_batch_and_only_the_last_may_be_short(
    lengths: list[int], size: int, seed: int
) -> None:
    plan = grouped_batches(lengths, size, seed)
    assert rows_of(plan) == list(range(len(lengths)))
    assert all(len(batch) == size for batch in list(plan)[:-1])
    assert not plan.packed


@given(lengths_of_rows, sizes, seeds)
def test_rows_of_about_the_same_length_share_a_batch(
    lengths: list[int], size: int, seed: int
) -> None:
    plan = grouped_batches(lengths, size, seed)
    spans = [[lengths[row] for row in batch] for batch in plan]
    assert all(min(before) >= max(after) for before, after in pairwise(spans))


@given(lengths_of_rows, sizes, seeds)
def test_packed_batches_hold_every_row_once_and_at_most_so_many_packs(
    lengths: list[int], packs: int, seed: int
) -> None:
    plan = packed_batches(lengths, 40, packs, seed)
    assert rows_of(plan) == list(range(len(lengths)))
    assert all(sum(lengths[row] for row in batch) <= 40 * packs for batch in plan)
    assert plan.packed


@given(lengths_of_rows, sizes, seeds)
def test_the_digest_says_all_that_decides_which_rows_meet(
    lengths: list[int], size: int, seed: int
) -> None:
    plan = grouped_batches(lengths, size, seed)
    assert plan.digest == BatchPlan.of(list(plan), packed=False).digest
    assert plan.digest != BatchPlan.of(list(plan), packed=True).digest
    if len(plan) > 1:
        assert plan.digest != BatchPlan.of(list(plan)[::-1], packed=False).digest


def test_a_plan_is_the_same_on_every_machine_and_tomorrow() -> None:
    plan = packed_batches([5, 9, 30, 31, 2, 40, 8], 40, 1, seed=42)
    assert [list(batch) for batch in plan] == [[5], [1, 3], [2, 4, 6], [0]]
    assert plan.digest == "bbd6ab5f778e75f841775d7d82c57c339ff77537f7bbf7e0b3a5de6993e76c76"


def test_the_order_is_the_same_on_every_machine_and_tomorrow() -> None:
    assert list(epoch_order(6, seed=42, epoch=0)) == [4, 5, 1, 0, 3, 2]


@given(seeds, epochs)
def test_another_epoch_or_seed_has_another_order(seed: int, epoch: int) -> None:
    # Of 60! orders two are the same by chance in no lifetime.
    orders = {tuple(epoch_order(60, seed, each)) for each in range(epoch, epoch + 4)}
    orders.add(tuple(epoch_order(60, seed + 1, epoch)))
    assert len(orders) == 5


def steps(lengths: list[int], size: int, accumulation: int, **wishes: int) -> StepPlan:
    return StepPlan(
        batches=grouped_batches(lengths, size, 7),
        lengths=lengths,
        accumulation=accumulation,
        **{"epochs": 2, "seed": 7, **wishes},
    )


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), sizes, sizes)
def test_the_steps_of_an_epoch_see_every_row_once(
    lengths: list[int], size: int, accumulation: int
) -> None:
    plan = steps(lengths, size, accumulation)
    for epoch in (0, 1):
        first = epoch * plan.steps_an_epoch + 1
        seen = [
            row for step in range(first, first + plan.steps_an_epoch) for row in plan.rows_of(step)
        ]
        assert sorted(seen) == list(range(len(lengths)))
    assert sum(plan.tokens(step) for step in range(1, plan.whole + 1)) == 2 * sum(lengths)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), sizes, sizes)
def test_rows_are_counted_as_they_are_seen(
    lengths: list[int], size: int, accumulation: int
) -> None:
    plan = steps(lengths, size, accumulation)
    seen = 0
    for step in range(1, plan.whole + 1):
        seen += len(plan.rows_of(step))
        assert plan.rows_in(step) == seen


def test_most_ends_a_job_early_but_never_repeats_rows() -> None:
    assert steps([5] * 11, 2, 2, most=2).total == 2
    assert steps([5] * 11, 2, 2, most=99).total == 6
