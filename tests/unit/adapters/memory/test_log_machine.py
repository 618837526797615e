from hypothesis.stateful import run_state_machine_as_test

from adapters.memory.campaign_repository import MemoryCampaignRepository
from adapters.memory.event_log import MemoryEventLog
from adapters.memory.job_repository import MemoryJobRepository
from tests.contracts.log_machine import LogMachine


class MemoryLogMachine(LogMachine):
    """Stories of a log in memory."""

    def __init__(self) -> None:
        log = MemoryEventLog()
        super().__init__(log, MemoryJobRepository(log), MemoryCampaignRepository(log))


def test_any_story_leaves_log_jobs_and_campaigns_in_agreement() -> None:
    run_state_machine_as_test(MemoryLogMachine)
