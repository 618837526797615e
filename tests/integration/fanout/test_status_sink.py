from collections.abc import Callable

import pytest

from adapters.fanout.status_sink import FanoutStatusSink
from adapters.memory.status_sink import MemoryStatusSink
from application.ports.status_sink import StatusSink
from domain.job import Job
from domain.lease import LeaseLostError
from domain.reports import Report
from tests.contracts.status_sink import A_RUN, StatusSinkContract, a_running_job


class FragileSink(StatusSink):
    def __init__(self, error: BaseException, *, after: int = 0) -> None:
        self.error = error
        self.after = after
        self.told = 0

    def tell(self, job: Job, report: Report) -> None:
        self.told += 1
        if self.told > self.after:
            raise self.error


def no_warning(message: str) -> None:
    pytest.fail(message)


class TestFanoutStatusSink(StatusSinkContract):
    @pytest.fixture
    def sink(self) -> FanoutStatusSink:
        return FanoutStatusSink(MemoryStatusSink(), [MemoryStatusSink()], no_warning)


@pytest.fixture
def tell_all() -> Callable[[StatusSink], None]:
    def tell(sink: StatusSink) -> None:
        for report in A_RUN:
            sink.tell(a_running_job(), report)

    return tell


def test_everyone_hears_everything_in_order(tell_all: Callable[[StatusSink], None]) -> None:
    sinks = [MemoryStatusSink() for _ in range(3)]
    tell_all(FanoutStatusSink(sinks[0], sinks[1:], no_warning))
    assert [sink.reports for sink in sinks] == [list(A_RUN)] * 3


def test_a_watcher_that_fails_is_left_out_and_warned_about_once(
    tell_all: Callable[[StatusSink], None],
) -> None:
    recorder, last = MemoryStatusSink(), MemoryStatusSink()
    early = FragileSink(OSError("disk is full"))
    late = FragileSink(ZeroDivisionError(), after=3)
    warnings: list[str] = []
    tell_all(FanoutStatusSink(recorder, [early, late, last], warnings.append))
    assert recorder.reports == last.reports == list(A_RUN)
    assert (early.told, late.told) == (1, 4)
    assert len(warnings) == 2
    assert "FragileSink" in warnings[0]
    assert "disk is full" in warnings[0]


def test_the_recorder_may_stop_the_job() -> None:
    watcher = MemoryStatusSink()
    recorder = FragileSink(LeaseLostError(), after=2)
    sink = FanoutStatusSink(recorder, [watcher], no_warning)
    job = a_running_job()
    sink.tell(job, A_RUN[0])
    sink.tell(job, A_RUN[1])
    with pytest.raises(LeaseLostError):
        sink.tell(job, A_RUN[2])
    assert watcher.reports == list(A_RUN[:2])


def test_an_interruption_is_no_failure_of_a_watcher() -> None:
    sink = FanoutStatusSink(MemoryStatusSink(), [FragileSink(KeyboardInterrupt())], no_warning)
    with pytest.raises(KeyboardInterrupt):
        sink.tell(a_running_job(), A_RUN[0])
