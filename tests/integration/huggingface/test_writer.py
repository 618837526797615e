import threading
from collections.abc import Callable

import pytest

from adapters.huggingface.writer import Writer
from application.ports.trainer import Announce


class Slow:
    """A checkpoint that is made once somebody allows it."""

    def __init__(self, told: list[str], name: str = "it", fault: Exception | None = None) -> None:
        self.told, self.name, self.fault = told, name, fault
        self.allowed = threading.Event()

    def __call__(self) -> Announce:
        assert self.allowed.wait(10)
        if self.fault:
            raise self.fault
        self.told.append(f"{self.name} made")
        return lambda: self.told.append(f"{self.name} announced")


@pytest.fixture(name="told")
def _told() -> list[str]:
    return []


def later(do: Callable[[], None]) -> None:
    threading.Timer(0.05, do).start()


def test_who_begins_does_not_wait_and_who_settles_does(told: list[str]) -> None:
    slow = Slow(told)
    with Writer() as writer:
        writer.begin(slow)
        assert writer.busy
        assert told == []
        later(slow.allowed.set)
        writer.settle()
        assert told == ["it made", "it announced"]
        assert not writer.busy


def test_who_waits_may_look_around_in_between(told: list[str]) -> None:
    slow = Slow(told)
    with Writer() as writer:
        assert writer.done_within(0)
        writer.begin(slow)
        assert not writer.done_within(0.01)
        slow.allowed.set()
        assert writer.done_within(10)
        assert told == ["it made"]
        writer.settle()
    assert told == ["it made", "it announced"]


def test_the_next_one_begins_after_the_one_before_is_announced(told: list[str]) -> None:
    one, two = Slow(told, "one"), Slow(told, "two")
    with Writer() as writer:
        writer.begin(one)
        later(one.allowed.set)
        writer.begin(two)
        assert told == ["one made", "one announced"]
        two.allowed.set()
    assert told[2:] == ["two made", "two announced"]


def test_an_error_comes_out_once_in_who_settles(told: list[str]) -> None:
    slow = Slow(told, fault=OSError("full"))
    slow.allowed.set()
    with Writer() as writer:
        writer.begin(slow)
        with pytest.raises(OSError, match="full"):
            writer.settle()
        writer.settle()
    assert told == []


@pytest.mark.parametrize("fault", [None, OSError("full")])
def test_the_error_of_somebody_else_counts_and_nothing_is_left_undone(
    told: list[str], fault: Exception | None
) -> None:
    slow = Slow(told, fault=fault)
    later(slow.allowed.set)
    with pytest.raises(ValueError, match="diverged"):
        _diverge_beside(slow)
    assert told == ([] if fault else ["it made", "it announced"])
    assert not [each for each in threading.enumerate() if each.name.startswith("checkpoint")]


def test_an_error_that_nobody_settled_comes_out_at_the_end(told: list[str]) -> None:
    slow = Slow(told, fault=OSError("full"))
    slow.allowed.set()
    with pytest.raises(OSError, match="full"), Writer() as writer:
        writer.begin(slow)


def _diverge_beside(slow: Slow) -> None:
    with Writer() as writer:
        writer.begin(slow)
        raise ValueError("diverged")
