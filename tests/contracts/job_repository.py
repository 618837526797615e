"""What every job repository owes."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from application.ports.event_log import Append, EventLog, job_stream
from application.ports.job_repository import (
    CampaignBusyError,
    JobNotFoundError,
    JobRepository,
)
from domain import job_decisions as decide
from domain.dataset import Priority
from domain.errors import AmbiguousReferenceError
from domain.ids import CampaignId, JobId, campaign_id
from domain.job import Job, JobStatus, Processing, Queued
from domain.job_events import JobStarted
from domain.job_evolution import replay
from domain.lease import LeaseLostError
from domain.result import Cause
from domain.turns import turn
from tests.builders import (
    A_MINUTE,
    CAMPAIGN,
    HERO,
    NOON,
    a_job_queued,
    a_lease,
    a_receipt,
    a_result,
)
from tests.contracts.jobs import Jobs, fence_of

OTHER = campaign_id(HERO, "other")


class JobRepositoryContract:
    """Subclasses give an empty log and the repository of its jobs."""

    @pytest.fixture
    def log(self) -> EventLog:
        raise NotImplementedError

    @pytest.fixture
    def repository(self, log: EventLog) -> JobRepository:
        raise NotImplementedError

    @pytest.fixture
    def jobs(self, log: EventLog, repository: JobRepository) -> Jobs:
        return Jobs(log, repository)

    def test_a_job_comes_back_exactly_as_its_history_leaves_it(self, jobs: Jobs) -> None:
        job_id = jobs.queue(1)
        job = jobs.claimed()
        receipt = decide.record_receipt(job, fence_of(job), a_receipt(), NOON)
        job = jobs.checkpoint(jobs.record(job, receipt))
        result = a_result(job.checkpoints[-1])
        job = jobs.record(job, decide.complete(job, fence_of(job), result, NOON + A_MINUTE))
        assert job == replay(jobs.history(job_id))
        assert job.status is JobStatus.COMPLETED
        assert job.receipts == (a_receipt(),)

    @pytest.mark.parametrize("cause", Cause)
    def test_a_job_that_was_given_up_comes_back_as_its_history_leaves_it(
        self, jobs: Jobs, cause: Cause
    ) -> None:
        job_id = jobs.queue(1)
        job = jobs.give_up(jobs.claimed(), cause)
        assert job == replay(jobs.history(job_id))

    def test_jobs_never_leak_into_each_other(self, jobs: Jobs) -> None:
        first, second = jobs.queue(1), jobs.queue(2)
        untouched = jobs.repository.get(second)
        jobs.checkpoint(jobs.claimed())
        assert jobs.repository.get(second) == untouched
        assert jobs.repository.get(first).checkpoints

    def test_a_claim_gives_the_started_job_and_records_it(self, jobs: Jobs) -> None:
        job_id = jobs.queue(1)
        job = jobs.claimed()
        assert job.id == job_id
        assert job.status is JobStatus.PROCESSING
        assert job.attempts == 1
        assert job == jobs.repository.get(job_id) == replay(jobs.history(job_id))

    def test_nothing_is_claimed_where_nothing_waits(self, jobs: Jobs) -> None:
        assert jobs.claim() is None

    def test_an_ended_job_is_not_claimed(self, jobs: Jobs) -> None:
        jobs.queue(1)
        jobs.give_up(jobs.claimed(), Cause.DATA_ERROR)
        assert jobs.claim() is None

    def test_the_next_is_by_priority_and_then_the_one_queued_first(self, jobs: Jobs) -> None:
        low = jobs.queue(1, priority=Priority.LOW)
        late_name_first = jobs.queue(9, at=NOON + A_MINUTE)
        early_name_second = jobs.queue(2)
        high = jobs.queue(3, priority=Priority.HIGH)
        order = []
        while job := jobs.claim():
            order.append(job.id)
            jobs.give_up(job, Cause.DATA_ERROR)
        assert order == [high, late_name_first, early_name_second, low]

    def test_a_job_with_progress_goes_before_a_higher_priority(self, jobs: Jobs) -> None:
        begun = jobs.queue(1, priority=Priority.LOW)
        jobs.give_up(jobs.checkpoint(jobs.claimed()), Cause.PAUSED)
        jobs.queue(2, priority=Priority.HIGH)
        assert jobs.claimed().id == begun

    def test_a_start_without_a_checkpoint_is_no_progress(self, jobs: Jobs) -> None:
        jobs.queue(1)
        jobs.give_up(jobs.claimed(), Cause.PAUSED)
        high = jobs.queue(2, priority=Priority.HIGH)
        assert jobs.claimed().id == high

    def test_claims_go_in_the_order_that_the_domain_names(self, jobs: Jobs) -> None:
        kinds = [*product(Priority, (0, 1, 2), (False, True), (1, 2))]
        for number, (priority, tries, moves, _) in enumerate(reversed(kinds)):
            job_id = jobs.queue(99 - number, priority=priority)
            for attempt in range(tries):
                job = jobs.started(job_id)
                job = jobs.checkpoint(job) if moves and attempt == 0 else job
                jobs.give_up(job, Cause.PAUSED)
        waiting = jobs.repository.find(campaign_id=CAMPAIGN, status=JobStatus.QUEUED)
        order = []
        while job := jobs.claim():
            order.append(job.id)
            jobs.give_up(job, Cause.DATA_ERROR)
        assert order == [job.id for job in sorted(waiting, key=turn)]
        assert len(set(order)) == len(kinds)

    def test_a_requeued_job_keeps_its_place_in_line(self, jobs: Jobs) -> None:
        first = jobs.queue(1)
        failed = jobs.give_up(jobs.claimed(), Cause.DATA_ERROR)
        jobs.queue(2)
        jobs.record(failed, decide.requeue(failed, NOON))
        assert jobs.claimed().id == first

    def test_a_job_that_waits_for_a_time_is_passed_over_until_then(self, jobs: Jobs) -> None:
        waits = jobs.queue(1, priority=Priority.HIGH)
        half_a_second_later = NOON + timedelta(seconds=0.5)
        job = jobs.give_up(jobs.claimed(), Cause.INTERNAL_ERROR, half_a_second_later)
        assert isinstance(job.state, Queued)
        until = job.state.not_before
        assert until is not None
        other = jobs.queue(2, priority=Priority.LOW)
        just_before = until - timedelta(microseconds=1)
        claimed = jobs.claimed(just_before)
        assert claimed.id == other
        jobs.give_up(claimed, Cause.DATA_ERROR)
        assert jobs.claim(just_before) is None
        assert jobs.claimed(until).id == waits

    def test_a_job_of_another_campaign_is_passed_over(self, jobs: Jobs) -> None:
        jobs.queue(1, campaign=OTHER, priority=Priority.HIGH)
        assert jobs.claim() is None
        mine = jobs.queue(2)
        assert jobs.claimed().id == mine

    def test_claims_of_one_campaign_never_overlap(self, jobs: Jobs) -> None:
        jobs.queue(1)
        jobs.queue(2)
        busy = jobs.claimed()
        with pytest.raises(CampaignBusyError, match=busy.ref) as refusal:
            jobs.claim()
        assert refusal.value.job == busy

    def test_a_busy_campaign_is_told_also_where_no_job_waits(self, jobs: Jobs) -> None:
        jobs.queue(1)
        jobs.claimed()
        with pytest.raises(CampaignBusyError):
            jobs.claim()

    def test_claims_of_two_campaigns_may_overlap(self, jobs: Jobs) -> None:
        mine, other = jobs.queue(1), jobs.queue(2, campaign=OTHER)
        assert jobs.claimed().id == mine
        assert jobs.claimed(campaign=OTHER).id == other

    def test_each_claim_has_a_higher_fence_than_every_one_before(self, jobs: Jobs) -> None:
        jobs.queue(1)
        jobs.queue(2, campaign=OTHER)
        fences = []
        for _ in range(3):
            mine, other = jobs.claimed(), jobs.claimed(campaign=OTHER)
            fences += [fence_of(mine), fence_of(other)]
            jobs.give_up(mine, Cause.PAUSED)
            jobs.give_up(other, Cause.PAUSED)
        assert fences == sorted(set(fences))

    def test_a_start_that_refuses_leaves_the_job_waiting(self, jobs: Jobs) -> None:
        job_id = jobs.queue(1)

        def refuse(_job: Job, _fence: int) -> JobStarted:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            jobs.repository.claim(CAMPAIGN, NOON, refuse)
        assert jobs.repository.get(job_id).status is JobStatus.QUEUED
        assert jobs.claimed().id == job_id

    def test_a_heartbeat_prolongs_the_claim_and_is_no_event(self, jobs: Jobs) -> None:
        jobs.queue(1)
        job = jobs.claimed()
        later = NOON + 5 * A_MINUTE
        jobs.repository.heartbeat(job.id, fence_of(job), later)
        alive = jobs.repository.get(job.id)
        assert isinstance(alive.state, Processing)
        assert alive.state.lease == replace(a_lease(fence_of(job)), until=later)
        assert alive.version == job.version == len(jobs.history(job.id))
        jobs.log.verify()

    def test_a_heartbeat_stays_when_the_job_records_more(self, jobs: Jobs) -> None:
        jobs.queue(1)
        job = jobs.claimed()
        later = NOON + 5 * A_MINUTE
        jobs.repository.heartbeat(job.id, fence_of(job), later)
        job = jobs.checkpoint(job)
        assert isinstance(job.state, Processing)
        assert job.state.lease.until == later
        jobs.log.verify()

    def test_a_new_claim_does_not_inherit_a_heartbeat(self, jobs: Jobs) -> None:
        jobs.queue(1)
        job = jobs.claimed()
        jobs.repository.heartbeat(job.id, fence_of(job), NOON + 500 * A_MINUTE)
        jobs.give_up(job, Cause.PAUSED)
        job = jobs.repository.get(jobs.claimed().id)
        assert isinstance(job.state, Processing)
        assert job.state.lease.until == NOON + A_MINUTE

    def test_the_heartbeat_of_an_older_claim_is_refused(self, jobs: Jobs) -> None:
        jobs.queue(1)
        old = jobs.claimed()
        jobs.give_up(old, Cause.LOST_WORKER)
        new = jobs.claimed()
        with pytest.raises(LeaseLostError):
            jobs.repository.heartbeat(old.id, fence_of(old), NOON + 9 * A_MINUTE)
        assert jobs.repository.get(new.id) == new

    def test_the_heartbeat_of_a_job_that_is_not_processing_is_refused(self, jobs: Jobs) -> None:
        jobs.queue(1)
        job = jobs.claimed()
        jobs.give_up(job, Cause.PAUSED)
        with pytest.raises(LeaseLostError):
            jobs.repository.heartbeat(job.id, fence_of(job), NOON)
        with pytest.raises(LeaseLostError):
            jobs.repository.heartbeat(JobId("none"), 1, NOON)

    def test_a_job_is_found_by_id_by_reference_and_by_their_first_characters(
        self, jobs: Jobs
    ) -> None:
        job_id = jobs.queue(0b00001_00010_00011_00100_00101_00110)
        jobs.queue(2, at=NOON + A_MINUTE)
        job = jobs.repository.get(job_id)
        assert job.ref == "123456"
        for reference in ("123456", "1234", job_id, job_id[:15], job_id[:-1]):
            assert jobs.repository.get(reference) == job

    def test_the_last_letters_of_the_alphabet_are_found_as_well(self, jobs: Jobs) -> None:
        job_id = jobs.queue(2**30 - 1)
        assert jobs.repository.get("zzzz").id == job_id

    @pytest.mark.parametrize(
        "reference",
        ["", "123", "1235", "none", "%%%%", "1___", "*???", "\udc80abc", "1234567", "lessons"],
    )
    def test_what_fits_no_job_is_not_found(self, jobs: Jobs, reference: str) -> None:
        jobs.queue(0b00001_00010_00011_00100_00101_00110)
        with pytest.raises(JobNotFoundError):
            jobs.repository.get(reference)

    def test_what_fits_several_jobs_is_ambiguous_and_they_are_named(self, jobs: Jobs) -> None:
        first, second = jobs.queue(1), jobs.queue(2)
        with pytest.raises(AmbiguousReferenceError) as refusal:
            jobs.repository.get("00000")
        assert first in refusal.value.why
        assert second in refusal.value.why
        with pytest.raises(AmbiguousReferenceError):
            jobs.repository.get("2026")

    def test_an_id_that_begins_another_id_is_not_ambiguous(self, jobs: Jobs) -> None:
        job_id = jobs.queue(1)
        longer = replace(a_job_queued(1), job_id=JobId(f"{job_id}-2"))
        jobs.log.append(Append(job_stream(longer.job_id), (longer,), 0))
        assert jobs.repository.get(job_id).id == job_id

    def test_jobs_are_found_by_campaign_and_status_the_one_queued_first_at_the_front(
        self, jobs: Jobs
    ) -> None:
        third, first = jobs.queue(3), jobs.queue(1, priority=Priority.HIGH)
        other = jobs.queue(2, campaign=OTHER)
        jobs.claimed()

        def found(**wanted: CampaignId | JobStatus) -> list[JobId]:
            return [job.id for job in jobs.repository.find(**wanted)]  # type: ignore[arg-type]

        assert found() == [third, first, other]
        assert found(campaign_id=CAMPAIGN) == [third, first]
        assert found(status=JobStatus.QUEUED) == [third, other]
        assert found(campaign_id=CAMPAIGN, status=JobStatus.PROCESSING) == [first]
        assert found(status=JobStatus.FAILED) == []
        assert jobs.repository.find(campaign_id=OTHER) == [jobs.repository.get(other)]
