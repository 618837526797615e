import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.cli.chart import draw

some_points = st.lists(st.tuples(st.integers(0, 10**6), st.floats()), max_size=40)


def test_a_curve_is_drawn_with_its_axes() -> None:
    assert draw([(0, 0.0), (1, 1.0), (2, 0.0)], 14, 4).splitlines() == [
        "  1┤   ⢀⠔⠑⡄   ",
        "0.5┤  ⡰⠁  ⠈⠢⡀ ",
        "  0┤⡠⠊      ⠘⢄",
        "   └0────────2",
    ]


def test_a_level_curve_has_one_label_and_lies_in_the_middle() -> None:
    assert draw([(0, 1.0), (10, 1.0)], 12, 4).splitlines() == [
        " ┤          ",
        "1┤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤",
        " ┤          ",
        " └0───────10",
    ]


def test_a_single_point_is_a_dot() -> None:
    assert draw([(7, 1.5)], 8, 4).splitlines() == ["   ┤    ", "1.5┤⠄   ", "   ┤    ", "   └7───"]


def test_the_order_of_the_points_does_not_matter() -> None:
    points = [(step, math.sin(step)) for step in range(20)]
    assert draw(points[::-1], 30, 6) == draw(points, 30, 6)


@pytest.mark.parametrize("points", [[], [(1, math.nan)], [(1, math.inf), (2, -math.inf)]])
def test_nothing_is_drawn_where_nothing_was_measured(points: list[tuple[int, float]]) -> None:
    assert draw(points, 40, 8) == ""


def test_values_that_are_not_finite_are_left_out() -> None:
    points = [(0, 2.0), (1, 1.0)]
    assert draw([*points, (2, math.nan), (3, math.inf)], 20, 5) == draw(points, 20, 5)


@given(points=some_points, width=st.integers(24, 120), height=st.integers(2, 30))
def test_any_curve_fits_its_frame(points: list[tuple[int, float]], width: int, height: int) -> None:
    lines = draw(points, width, height).splitlines()
    finite = [point for point in points if math.isfinite(point[1])]
    assert [len(line) for line in lines] == [width] * (height if finite else 0)


@given(points=some_points, width=st.integers(-1, 5), height=st.integers(-1, 1))
def test_a_frame_that_is_too_small_is_drawn_all_the_same(
    points: list[tuple[int, float]], width: int, height: int
) -> None:
    draw(points, width, height)
