import pytest

from adapters.memory.job_mirror import MemoryJobMirror
from tests.contracts.job_mirror import JobMirrorContract, Shown


class TestMemoryJobMirror(JobMirrorContract):
    @pytest.fixture
    def mirror(self) -> MemoryJobMirror:
        return MemoryJobMirror()

    @pytest.fixture
    def shown(self, mirror: MemoryJobMirror) -> Shown:
        return lambda: {job_id: [job] for job_id, job in mirror.shown.items()}
