"""Take in the datasets that somebody dropped into the queue folders."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.dataset_source import DataLineError
from application.ports.event_log import HALL_STREAM, Append, EventLog
from application.ports.inbox import Arrival, Inbox, UnreadableFileError
from application.use_cases.queue_dataset import DuplicateDatasetError, QueueDataset, QueueRequest
from domain.conversation import RowError
from domain.dataset import DatasetDuplicate, DatasetEvent, DatasetRejected
from domain.job import Job
from domain.rows import BadRowsError


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was set aside, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeInArrivals:
    """Queue every file that has arrived, for the active campaign.

    - the folder is the priority;
    - a file that cannot be trained on, or is known already, is set aside with the reason;
    - what another process takes in at the same time is left to it.
    """

    inbox: Inbox
    queue: QueueDataset
    log: EventLog
    clock: Clock

    def execute(self) -> list[Job | Refusal]:
        """Give what became of each file, oldest first."""
        taken = (self._take(arrival) for arrival in self.inbox.arrivals())
        return [outcome for outcome in taken if outcome is not None]

    def _take(self, arrival: Arrival) -> Job | Refusal | None:
        request = QueueRequest(
            location=arrival.location, name=arrival.name, priority=arrival.priority
        )
        try:
            job = self.queue.execute(request)
        except DuplicateDatasetError as error:
            return self._refuse(arrival, error, error.job)
        except (UnreadableFileError, DataLineError, RowError, BadRowsError) as error:
            return self._refuse(arrival, error)
        self.inbox.clear(arrival)
        return job

    def _refuse(self, arrival: Arrival, error: Exception, job: Job | None = None) -> Refusal | None:
        if arrival not in self.inbox.arrivals():
            return None  # another process has taken it in meanwhile
        event: DatasetEvent = DatasetRejected(
            name=arrival.name, reason=str(error), at=self.clock.now()
        )
        if job is not None:
            event = DatasetDuplicate(
                name=arrival.name, sha256=job.dataset.sha256, job_id=job.id, at=self.clock.now()
            )
        self.log.append(Append(HALL_STREAM, (event,)))
        self.inbox.clear(arrival, refusal=str(error))
        return Refusal(arrival.name, str(error))
