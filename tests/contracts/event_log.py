"""What every event log owes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from application.ports.event_log import (
    START,
    Append,
    BrokenLogError,
    EventLog,
    StaleStreamError,
    campaign_stream,
    dataset_stream,
    job_stream,
)
from domain.dataset import DatasetRejected
from domain.job_events import JobCompleted, JobReceiptRecorded, JobSkipped, JobStarted
from domain.settings.layers import Value
from tests.builders import (
    CAMPAIGN,
    NOON,
    a_campaign_created,
    a_checkpoint,
    a_head_advanced,
    a_job_queued,
    a_job_started,
    a_receipt,
    a_result,
)

Damage = Callable[[int], None]


def queued(number: int = 1) -> Append:
    event = a_job_queued(number)
    return Append(job_stream(event.job_id), (event,), 0)


def noticed(name: str) -> Append:
    event = DatasetRejected(name=name, reason="empty", at=NOON)
    return Append(dataset_stream("0" * 64), (event,))


class EventLogContract:
    """Subclasses give a log that is empty, whose writer is 'cause-1', and three back doors."""

    @pytest.fixture
    def log(self) -> EventLog:
        raise NotImplementedError

    @pytest.fixture
    def change(self, log: EventLog) -> Damage:
        """Give what changes the event at a place behind the log's back, from 1."""
        raise NotImplementedError

    @pytest.fixture
    def remove(self, log: EventLog) -> Damage:
        """Give what removes the event at a place behind the log's back, from 1."""
        raise NotImplementedError

    @pytest.fixture
    def repeat(self, log: EventLog) -> Damage:
        """Give what adds the event at a place once more behind the log's back, from 1."""
        raise NotImplementedError

    def test_a_new_log_is_empty(self, log: EventLog) -> None:
        assert list(log.read_after(START)) == []
        assert list(log.read_stream("job/none")) == []
        assert log.append() == START
        log.verify()

    def test_events_come_back_equal_with_their_place_version_and_cause(self, log: EventLog) -> None:
        event = a_job_queued()
        position = log.append(Append(job_stream(event.job_id), (event,), 0))
        (recorded,) = log.read_stream(job_stream(event.job_id))
        assert recorded.event == event
        assert recorded.position == position
        assert recorded.stream == job_stream(event.job_id)
        assert recorded.version == 1
        assert recorded.caused_by == "cause-1"

    def test_a_setting_keeps_its_type(self, log: EventLog) -> None:
        job = a_job_queued()
        settings: dict[str, Value] = {
            "a": 1,
            "b": 1.0,
            "c": True,
            "d": "1",
            "e": "true",
            "f": 1e300,
            "g": False,
        }
        started = a_job_started(job.job_id, settings=settings)
        log.append(Append(job_stream(job.job_id), (job, started), 0))
        event = log.read_stream(job_stream(job.job_id))[1].event
        assert isinstance(event, JobStarted)
        assert event == started
        found = {key: type(value) for key, value in event.settings.items()}
        assert found == {key: type(value) for key, value in settings.items()}

    def test_history_does_not_follow_what_the_caller_changes_later(self, log: EventLog) -> None:
        settings: dict[str, Value] = {"a": 1}
        event = a_campaign_created(settings=settings)
        log.append(Append(campaign_stream(event.campaign_id), (event,), 0))
        settings["a"] = 2
        (recorded,) = log.read_stream(campaign_stream(event.campaign_id))
        assert recorded.event == a_campaign_created(settings={"a": 1})
        log.verify()

    def test_versions_of_a_stream_count_from_one_and_positions_grow_over_all(
        self, log: EventLog
    ) -> None:
        first = log.append(noticed("a"), queued(1))
        second = log.append(noticed("b"), queued(2))
        third = log.append(noticed("c"))
        everything = log.read_after(START)
        assert [event.version for event in everything] == [1, 1, 2, 1, 3]
        assert [event.version for event in log.read_stream(dataset_stream("0" * 64))] == [1, 2, 3]
        positions = [event.position for event in everything]
        assert len(set(positions)) == len(positions)
        assert [positions[1], positions[3], positions[4]] == [first, second, third]

    def test_reading_goes_on_after_a_position_in_pieces(self, log: EventLog) -> None:
        for name in "abcdefg":
            log.append(noticed(name))
        everything = list(log.read_after(START))
        first = log.read_after(START, limit=3)
        second = log.read_after(first[-1].position, limit=3)
        third = log.read_after(second[-1].position, limit=3)
        assert [*first, *second, *third] == everything
        assert [len(first), len(second), len(third)] == [3, 3, 1]
        assert list(log.read_after(third[-1].position)) == []

    def test_a_stale_writer_is_refused_and_the_stream_named(self, log: EventLog) -> None:
        append = queued()
        log.append(append)
        with pytest.raises(StaleStreamError, match=append.stream):
            log.append(append)
        assert len(log.read_after(START)) == 1

    def test_a_writer_ahead_of_the_stream_is_refused(self, log: EventLog) -> None:
        append = queued()
        with pytest.raises(StaleStreamError, match="version 0, not 1"):
            log.append(replace(append, expected_version=1))

    def test_an_observation_takes_the_next_version(self, log: EventLog) -> None:
        log.append(noticed("a"))
        log.append(noticed("b"))
        assert [event.version for event in log.read_after(START)] == [1, 2]

    def test_an_append_of_several_streams_is_whole_or_not_at_all(self, log: EventLog) -> None:
        campaign = a_campaign_created()
        job = a_job_queued()
        log.append(
            Append(campaign_stream(CAMPAIGN), (campaign,), 0),
            Append(job_stream(job.job_id), (job, a_job_started(job.job_id)), 0),
        )
        checkpoint = a_checkpoint(job.job_id)
        completed = JobCompleted(job_id=job.job_id, at=NOON, result=a_result(checkpoint))
        advanced = a_head_advanced(checkpoint)
        before = list(log.read_after(START))
        with pytest.raises(StaleStreamError):
            log.append(
                Append(job_stream(job.job_id), (completed,), 2),
                Append(campaign_stream(CAMPAIGN), (advanced,), 7),
            )
        assert list(log.read_after(START)) == before
        log.append(
            Append(job_stream(job.job_id), (completed,), 2),
            Append(campaign_stream(CAMPAIGN), (advanced,), 1),
        )
        assert [event.event for event in log.read_after(before[-1].position)] == [
            completed,
            advanced,
        ]
        log.verify()

    def test_an_append_may_come_to_one_stream_twice(self, log: EventLog) -> None:
        job = a_job_queued()
        skipped = JobSkipped(job_id=job.job_id, at=NOON, reason="not now")
        stream = job_stream(job.job_id)
        log.append(Append(stream, (job,), 0), Append(stream, (skipped,), 1))
        assert [event.version for event in log.read_stream(stream)] == [1, 2]

    def test_an_append_without_events_still_compares_versions(self, log: EventLog) -> None:
        log.append(queued(1))
        guard = replace(queued(1), events=())
        with pytest.raises(StaleStreamError):
            log.append(queued(2), guard)
        assert len(log.read_after(START)) == 1

    @pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
    def test_a_number_that_is_not_finite_is_refused_with_nothing_written(
        self, log: EventLog, number: float
    ) -> None:
        job = a_job_queued()
        receipt = replace(a_receipt(), trained_median=number)
        bad = JobReceiptRecorded(job_id=job.job_id, at=NOON, receipt=receipt)
        with pytest.raises(ValueError, match="JSON"):
            log.append(Append(job_stream(job.job_id), (job, bad), 0))
        assert list(log.read_after(START)) == []
        log.verify()

    def test_a_text_that_no_file_could_hold_is_refused(self, log: EventLog) -> None:
        with pytest.raises(UnicodeEncodeError):
            log.append(noticed("\udc80"))
        assert list(log.read_after(START)) == []

    @pytest.mark.parametrize("place", [1, 2, 3, 4])
    def test_verify_finds_a_changed_event(self, log: EventLog, change: Damage, place: int) -> None:
        log.append(noticed("a"), queued(1), queued(2), noticed("b"))
        log.verify()
        change(place)
        with pytest.raises(BrokenLogError):
            log.verify()

    @pytest.mark.parametrize("place", [1, 2, 3, 4])
    def test_verify_finds_a_removed_event(self, log: EventLog, remove: Damage, place: int) -> None:
        log.append(noticed("a"), queued(1), queued(2), noticed("b"))
        remove(place)
        with pytest.raises(BrokenLogError):
            log.verify()

    @pytest.mark.parametrize("place", [1, 2])
    def test_verify_finds_an_added_event(self, log: EventLog, repeat: Damage, place: int) -> None:
        log.append(noticed("a"), queued(1), queued(2), noticed("b"))
        repeat(place)
        with pytest.raises(BrokenLogError):
            log.verify()
