from domain.exactness import Trace, first_difference, paired


def a_trace(*losses: float, rate: float = 0.1, weights: str = "w") -> Trace:
    points = list(enumerate(losses, start=1))
    rates = [(step, rate) for step, _ in points]
    return Trace.of({"loss": points, "learning_rate": rates, "grad_norm": points}, weights)


def test_numbers_are_equal_only_to_the_last_bit() -> None:
    nearly = 0.1 + 0.2
    pairs = paired(a_trace(0.5, 0.3), a_trace(0.5, nearly))
    assert [pair.equal for pair in pairs] == [True, False]
    assert pairs[1].difference == f"loss 0.3 and {nearly!r}, grad_norm 0.3 and {nearly!r}"
    assert pairs[0].difference == ""


def test_each_number_counts() -> None:
    assert not paired(a_trace(0.5), a_trace(0.5, rate=0.2))[0].equal


def test_a_step_that_only_one_run_has_differs() -> None:
    for pairs in (paired(a_trace(1.0, 2.0), a_trace(1.0)), paired(a_trace(1.0), a_trace(1.0, 2.0))):
        assert [(pair.step, pair.equal) for pair in pairs] == [(1, True), (2, False)]


def test_a_step_without_a_number_is_never_equal() -> None:
    half = Trace.of({"loss": [(1, 0.5)]})
    assert not paired(half, half)[0].equal


def test_a_beginning_is_compared_as_far_as_it_goes() -> None:
    assert first_difference(a_trace(1.0, 2.0, 3.0), a_trace(1.0, 2.0)) is None
    found = first_difference(a_trace(1.0, 2.0, 3.0), a_trace(1.0, 2.5, 9.0))
    assert found is not None
    assert found.step == 2


def test_steps_are_in_order_whatever_the_order_of_the_series() -> None:
    trace = Trace.of({"loss": [(2, 1.0)], "grad_norm": [(1, 1.0), (2, 1.0)]})
    assert list(trace.steps) == [1, 2]
