"""Smaller passes for the same steps."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.batching import cut
from domain.ladder import (
    Rung,
    first_rung,
    next_rung,
    on_rung,
    rung_that_fits,
    rungs,
    tried,
)
from domain.packing import best_fit
from domain.planning import passes_of
from domain.settings.hyperparams import Hyperparams
from domain.settings.settings import Settings

sizes = st.integers(1, 70)


def asked(size: int, passes: int = 2, *, twice: bool = False) -> Hyperparams:
    return Hyperparams(
        per_device_train_batch_size=size,
        gradient_accumulation_steps=passes,
        activation_checkpointing=twice,
    )


def rung(size: int, passes: int, *, twice: bool = False) -> Rung:
    return Rung(micro_batch=size, accumulation=passes, activation_checkpointing=twice)


def test_passes_are_halved_and_at_last_activations_are_computed_twice() -> None:
    assert list(rungs(asked(4))) == [rung(4, 2), rung(2, 4), rung(1, 8), rung(1, 8, twice=True)]
    assert list(rungs(asked(1, 16))) == [rung(1, 16), rung(1, 16, twice=True)]
    assert list(rungs(asked(5, 1))) == [rung(5, 1), rung(2, 3), rung(1, 5), rung(1, 5, twice=True)]


def test_who_asked_for_it_computes_activations_twice_from_the_first() -> None:
    assert list(rungs(asked(2, twice=True))) == [rung(2, 2, twice=True), rung(1, 4, twice=True)]


@given(size=sizes, twice=st.booleans())
def test_each_rung_takes_less_memory_and_all_are_walked(size: int, *, twice: bool) -> None:
    hyperparams = asked(size, twice=twice)
    ladder = list(rungs(hyperparams))
    assert all(after.weight < before.weight for before, after in pairwise(ladder))
    walked, here = [], first_rung(hyperparams)
    while here:
        walked.append(here)
        assert tried(hyperparams, here) == tuple(walked)
        here = next_rung(hyperparams, here)
    assert walked == ladder


def test_what_worked_before_is_where_another_batch_size_begins() -> None:
    assert rung_that_fits(asked(8), None) == rung(8, 2)
    assert rung_that_fits(asked(8), rung(3, 7)) == rung(2, 8)
    assert rung_that_fits(asked(2), rung(4, 7)) == rung(2, 2)
    assert rung_that_fits(asked(8), rung(1, 9, twice=True)) == rung(1, 16, twice=True)
    assert rung_that_fits(asked(4, twice=True), rung(1, 9)) == rung(4, 2, twice=True)


def test_as_asked_nothing_is_changed() -> None:
    settings = Settings(hyperparams=asked(3))
    assert on_rung(settings, first_rung(settings.hyperparams)) == settings


@given(st.lists(st.integers(1, 9), min_size=1), st.integers(1, 20))
def test_a_cut_keeps_the_order_and_holds_no_more_than_it_may(things: list[int], most: int) -> None:
    parts = [things[part] for part in cut(things, most)]
    assert [thing for part in parts for thing in part] == things
    assert all(sum(part) <= most or len(part) == 1 for part in parts)
    assert all(sum(one) + other[0] > most for one, other in pairwise(parts))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), st.integers(1, 8))
def test_a_batch_of_packs_is_whole_as_asked_and_no_part_is_larger_than_its_packs(
    lengths: list[int], size: int
) -> None:
    settings = Settings(hyperparams=Hyperparams(max_length=40, per_device_train_batch_size=size))
    packs = best_fit(lengths, 40)[:size]
    batch = [lengths[row] for pack in packs for row in pack]
    assert passes_of(batch, settings, packed=True) == [slice(0, len(batch))]
    for each in rungs(settings.hyperparams):
        parts = passes_of(batch, on_rung(settings, each), packed=True)
        assert len(parts) <= -(-size // each.micro_batch)
        assert all(sum(batch[part]) <= 40 * each.micro_batch for part in parts)


def test_rows_under_each_other_are_counted_not_measured() -> None:
    settings = Settings(hyperparams=asked(2))
    parts = passes_of([40, 1, 1, 1, 1], settings, packed=False)
    assert parts == [slice(0, 2), slice(2, 4), slice(4, 5)]
