"""In which order rows are trained."""

from hypothesis import given
from hypothesis import strategies as st

from domain.batching import batches

sizes = st.integers(1, 9)
seeds = st.integers(0, 2**31)
epochs = st.integers(0, 5)


@given(st.integers(0, 60), sizes, seeds, epochs)
def test_every_row_is_trained_once_an_epoch_and_only_the_last_batch_may_be_short(
    rows: int, size: int, seed: int, epoch: int
) -> None:
    found = batches(rows, size, seed, epoch)
    assert sorted(row for batch in found for row in batch) == list(range(rows))
    assert all(len(batch) == size for batch in found[:-1])
    assert all(1 <= len(batch) <= size for batch in found)


@given(st.integers(0, 60), sizes, seeds, epochs)
def test_the_order_is_always_the_same(rows: int, size: int, seed: int, epoch: int) -> None:
    assert batches(rows, size, seed, epoch) == batches(rows, size, seed, epoch)


def test_the_order_is_the_same_on_every_machine_and_tomorrow() -> None:
    assert batches(6, 4, seed=42, epoch=0) == [(4, 5, 1, 0), (3, 2)]


@given(seeds, epochs)
def test_another_epoch_or_seed_has_another_order(seed: int, epoch: int) -> None:
    # Of 60! orders two are the same by chance in no lifetime.
    orders = {tuple(batches(60, 60, seed, each)[0]) for each in range(epoch, epoch + 4)}
    orders.add(batches(60, 60, seed + 1, epoch)[0])
    assert len(orders) == 5


@given(st.integers(1, 60), sizes, seeds)
def test_the_size_of_a_batch_does_not_change_the_order(rows: int, size: int, seed: int) -> None:
    order = [row for batch in batches(rows, size, seed, 0) for row in batch]
    assert tuple(order) == batches(rows, rows, seed, 0)[0]
