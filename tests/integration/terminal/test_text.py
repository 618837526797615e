import pytest

from adapters.terminal.text import duration, grouped


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 m 00 s"),
        (185, "3 m 05 s"),
        (3599.6, "1 h 00 m"),
        (4860, "1 h 21 m"),
        (360_000, "100 h 00 m"),
    ],
)
def test_durations_are_said_in_two_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_thousands_stand_apart() -> None:
    assert [grouped(number) for number in (0, 999.6, 11_800, 1_234_567)] == [
        "0",
        "1 000",
        "11 800",
        "1 234 567",
    ]
