import pytest

from adapters.memory.status_sink import MemoryStatusSink
from tests.contracts.status_sink import A_RUN, StatusSinkContract, a_running_job


class TestMemoryStatusSink(StatusSinkContract):
    @pytest.fixture
    def sink(self) -> MemoryStatusSink:
        return MemoryStatusSink()


def test_it_remembers_what_it_heard_in_order() -> None:
    sink, job = MemoryStatusSink(), a_running_job()
    for report in A_RUN:
        sink.tell(job, report)
    assert sink.reports == list(A_RUN)
    assert {told.id for told, _ in sink.heard} == {job.id}
