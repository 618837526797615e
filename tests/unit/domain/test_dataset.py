"""Who goes first."""

from domain.dataset import Priority


def test_high_goes_before_normal_before_low() -> None:
    assert sorted(Priority, key=lambda priority: priority.rank) == ["high", "normal", "low"]
    assert Priority.HIGH.rank == 0
