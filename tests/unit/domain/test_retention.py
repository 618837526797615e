"""What is given up for room, and what never is."""

from hypothesis import given
from hypothesis import strategies as st

from domain.checkpoint import Part
from domain.retention import Collection, Hold, Shelved, collections
from tests.builders import a_checkpoint

sizes = st.integers(0, 9)
reasons = st.frozensets(st.sampled_from(Hold), max_size=2)


@st.composite
def shelves(draw: st.DrawFn) -> list[Shelved]:
    """Draw a shelf, the oldest first."""
    return [
        Shelved(
            checkpoint=a_checkpoint(step=step),
            weights=draw(sizes),
            optimizer=draw(sizes),
            holds=draw(reasons),
        )
        for step in range(draw(st.integers(0, 6)))
    ]


budgets = st.integers(1, 60)


def a_shelved(step: int, *holds: Hold, weights: int = 10, optimizer: int = 20) -> Shelved:
    return Shelved(
        checkpoint=a_checkpoint(step=step),
        weights=weights,
        optimizer=optimizer,
        holds=frozenset(holds),
    )


def left(shelf: list[Shelved], plan: tuple[Collection, ...]) -> int:
    return sum(each.size for each in shelf) - sum(each.size for each in plan)


def steps(plan: tuple[Collection, ...]) -> list[tuple[int, Part]]:
    return [(each.shelved.checkpoint.step, each.part) for each in plan]


@given(shelves(), budgets)
def test_fault_26_what_is_held_never_goes_whole_and_what_is_trained_from_not_at_all(
    shelf: list[Shelved], budget: int
) -> None:
    for each in collections(shelf, budget):
        if each.part is Part.WHOLE:
            assert not each.shelved.holds
        assert not each.shelved.holds & {Hold.HEAD, Hold.RESUME}


@given(shelves(), budgets)
def test_nothing_goes_from_a_shelf_that_fits(shelf: list[Shelved], budget: int) -> None:
    if sum(each.size for each in shelf) <= budget:
        assert collections(shelf, budget) == ()


@given(shelves(), budgets)
def test_the_rest_fits_if_anything_can_make_it_fit(shelf: list[Shelved], budget: int) -> None:
    least = sum(each.size if each.needs_optimizer else each.weights for each in shelf if each.holds)
    assert left(shelf, collections(shelf, budget)) <= max(budget, least)


@given(shelves(), budgets)
def test_no_checkpoint_goes_twice_and_every_step_frees_something(
    shelf: list[Shelved], budget: int
) -> None:
    plan = collections(shelf, budget)
    names = [each.shelved.checkpoint.name for each in plan]
    assert len(set(names)) == len(names)
    for each in plan:
        assert each.size > 0 or each.part is Part.WHOLE


@given(shelves(), budgets)
def test_nothing_more_goes_after_that(shelf: list[Shelved], budget: int) -> None:
    plan = {each.shelved.checkpoint: each.part for each in collections(shelf, budget)}
    rest = [
        Shelved(
            checkpoint=each.checkpoint,
            weights=each.weights,
            optimizer=0 if each.checkpoint in plan else each.optimizer,
            holds=each.holds,
        )
        for each in shelf
        if plan.get(each.checkpoint) is not Part.WHOLE
    ]
    assert collections(rest, budget) == ()


@given(shelves())
def test_without_a_budget_everything_is_kept(shelf: list[Shelved]) -> None:
    assert collections(shelf, 0) == ()


def test_optimizers_go_first_of_what_nothing_needs_the_oldest_before() -> None:
    shelf = [a_shelved(1, Hold.PARENT), a_shelved(2), a_shelved(3), a_shelved(4, Hold.HEAD)]
    assert steps(collections(shelf, 119)) == [(2, Part.OPTIMIZER)]
    assert steps(collections(shelf, 80)) == [(2, Part.OPTIMIZER), (3, Part.OPTIMIZER)]
    assert steps(collections(shelf, 79))[2:] == [(1, Part.OPTIMIZER)]


def test_then_whole_checkpoints_go_that_nothing_needs() -> None:
    shelf = [a_shelved(1, Hold.PARENT), a_shelved(2), a_shelved(3), a_shelved(4, Hold.HEAD)]
    assert steps(collections(shelf, 59)) == [
        (2, Part.WHOLE), (3, Part.OPTIMIZER), (1, Part.OPTIMIZER)
    ]  # fmt: skip
    everything = collections(shelf, 1)
    assert steps(everything) == [(2, Part.WHOLE), (3, Part.WHOLE), (1, Part.OPTIMIZER)]
    assert left(shelf, everything) == 40


def test_the_bytes_of_a_whole_checkpoint_are_counted_once() -> None:
    plan = collections([a_shelved(1)], 1)
    assert [each.size for each in plan] == [30]
