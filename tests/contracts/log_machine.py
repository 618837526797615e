"""Any story that a log and its repositories may live through, compared with a model."""

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from application.ports.campaign_repository import CampaignRepository, NoActiveCampaignError
from application.ports.event_log import (
    START,
    Append,
    Event,
    EventLog,
    StaleStreamError,
    campaign_stream,
    dataset_stream,
    job_stream,
)
from application.ports.job_repository import CampaignBusyError, JobRepository
from domain import campaign_decisions as campaigns
from domain import job_decisions as decide
from domain.dataset import DatasetRejected, Priority
from domain.errors import GuildError
from domain.ids import CampaignId, campaign_id
from domain.job import Job, JobStatus
from domain.lease import LeaseLostError
from domain.result import Cause
from tests.builders import (
    HERO,
    NOON,
    a_campaign_activated,
    a_campaign_created,
    a_checkpoint,
    a_job_queued,
    a_receipt,
    a_result,
)
from tests.contracts.jobs import fence_of, starting
from tests.contracts.log_model import LogModel, seen

LEASE = timedelta(seconds=60)
NOTICES = dataset_stream("0" * 64)
priorities = st.sampled_from(Priority)


class LogMachine(RuleBasedStateMachine):
    """Appends, claims and heartbeats in any order; after each, all is where it should be."""

    def __init__(self, log: EventLog, jobs: JobRepository, known: CampaignRepository) -> None:
        super().__init__()
        self.log, self.jobs, self.campaigns = log, jobs, known
        self.model = LogModel()
        self.now = NOON
        self.events = 0
        self.noticed = 0

    @initialize(ranks=st.lists(priorities, min_size=3, max_size=4))
    def begin(self, ranks: list[Priority]) -> None:
        self.create("first")
        self.create("second")
        for rank in ranks:
            self.enqueue(campaign_id(HERO, "first"), rank)

    @rule(data=st.data(), rank=priorities)
    def queue(self, data: st.DataObject, rank: Priority) -> None:
        self.enqueue(data.draw(st.sampled_from(list(self.model.campaigns))), rank)

    @precondition(lambda self: self.model.free())
    @rule(data=st.data(), seconds=st.sampled_from([0, 29, 30, 120]))
    def claim(self, data: st.DataObject, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        key = data.draw(st.sampled_from(self.model.free()))
        job = self.jobs.claim(key, self.now, starting(self.now, until=self.now + LEASE))
        assert (job.id if job else None) == self.model.next(key, self.now)
        if job is not None:
            self.events += 1
            self.model.claimed(job.id, fence_of(job), self.now + LEASE)

    @precondition(lambda self: self.model.busy())
    @rule(data=st.data(), kind=st.sampled_from(["receipt", "checkpoint", "heartbeat"]))
    def progress(self, data: st.DataObject, kind: str) -> None:
        job = self.pick(data, "processing")
        if kind == "receipt":
            self.record(job, decide.record_receipt(job, fence_of(job), a_receipt(), self.now))
            self.model.recorded(job.id)["receipts"] += 1
        elif kind == "checkpoint":
            made = a_checkpoint(job.id, fence=fence_of(job), step=self.events)
            self.record(job, decide.record_checkpoint(job, fence_of(job), made, self.now))
            facts = self.model.recorded(job.id)
            facts["checkpoints"].append(made.digest)
            facts["failures"] = 0
        else:
            until = self.now + 2 * LEASE
            self.jobs.heartbeat(job.id, fence_of(job), until)
            self.model.jobs[job.id]["detail"] = (fence_of(job), until)

    @precondition(lambda self: self.model.busy())
    @rule(data=st.data(), late=st.sampled_from([0, 0, 1]))
    def complete_and_advance(self, data: st.DataObject, late: int) -> None:
        job = self.pick(data, "processing")
        line = self.campaigns.get(job.campaign_id)
        made = a_checkpoint(job.id, campaign=line.id, fence=fence_of(job), step=line.step + 5)
        completed = decide.complete(job, fence_of(job), a_result(made), self.now)
        advanced = campaigns.advance(line, job.id, made, self.now)
        appends = (
            Append(job_stream(job.id), (completed,), job.version),
            Append(campaign_stream(line.id), (advanced,), line.version - late),
        )
        if late:
            with pytest.raises(StaleStreamError):
                self.log.append(*appends)
            return
        self.append(*appends)
        self.model.moved(job.id, "completed", made.digest)
        self.model.advanced(line.id, made.digest, made.step)

    @precondition(lambda self: self.model.busy())
    @rule(data=st.data(), cause=st.sampled_from(Cause))
    def give_up(self, data: st.DataObject, cause: Cause) -> None:
        job = self.pick(data, "processing")
        self.record(job, decide.give_up(job, fence_of(job), cause, "went wrong", self.now))
        self.model.given_up(job.id, cause, "went wrong", self.now)

    @precondition(lambda self: self.model.where("queued", "failed", "skipped"))
    @rule(data=st.data())
    def skip_or_requeue(self, data: st.DataObject) -> None:
        job = self.pick(data, "queued", "failed", "skipped")
        if job.status is JobStatus.QUEUED:
            self.record(job, decide.skip(job, "not wanted", self.now))
            self.model.moved(job.id, "skipped", "not wanted")["last_error"] = "not wanted"
        else:
            self.record(job, decide.requeue(job, self.now))
            self.model.moved(job.id, "queued")["failures"] = 0
            self.model.smaller.discard(job.id)

    @rule(data=st.data())
    def activate_and_notice(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(list(self.model.campaigns)))
        event = a_campaign_activated(key, at=self.now)
        notice = DatasetRejected(name="bad.jsonl", reason="empty", at=self.now)
        version = self.model.campaigns[key]["version"]
        self.append(
            Append(NOTICES, (notice, notice)), Append(campaign_stream(key), (event,), version)
        )
        self.model.activated(key)
        self.noticed += 2

    @rule(data=st.data(), off=st.sampled_from([-1, 1]))
    def write_late(self, data: st.DataObject, off: int) -> None:
        job = self.pick(data, *JobStatus)
        event = a_job_queued(campaign=job.campaign_id)
        with pytest.raises(StaleStreamError):
            self.log.append(Append(job_stream(job.id), (event,), job.version + off))
        for busy in self.model.busy():
            with pytest.raises(CampaignBusyError):
                self.jobs.claim(busy, self.now, starting(self.now))

    @precondition(lambda self: self.model.old_claims())
    @rule(data=st.data())
    def come_back_from_an_old_claim(self, data: st.DataObject) -> None:
        job_id, fence = data.draw(st.sampled_from(self.model.old_claims()))
        with pytest.raises(LeaseLostError):
            self.jobs.heartbeat(job_id, fence, self.now + 9 * LEASE)
        with pytest.raises(GuildError):
            decide.complete(self.jobs.get(job_id), fence, a_result(), self.now)

    @invariant()
    def jobs_are_what_the_model_says(self) -> None:
        expected = self.model.jobs
        assert {job.id: seen(job) for job in self.jobs.find()} == expected
        assert [job.id for job in self.jobs.find()] == list(expected)
        for key, facts in expected.items():
            assert seen(self.jobs.get(key)) == facts
            assert len(self.log.read_stream(job_stream(key))) == facts["version"]
        for status in JobStatus:
            assert [job.id for job in self.jobs.find(status=status)] == self.model.where(status)

    @invariant()
    def campaigns_are_what_the_model_says(self) -> None:
        assert [campaign.id for campaign in self.campaigns.find()] == list(self.model.campaigns)
        for key, facts in self.model.campaigns.items():
            campaign = self.campaigns.get(key)
            line = [checkpoint.digest for checkpoint in campaign.heads]
            assert facts == {"version": campaign.version, "line": line, "step": campaign.step}
        if self.model.active:
            assert self.campaigns.active() == self.campaigns.get(self.model.active)
        else:
            with pytest.raises(NoActiveCampaignError):
                self.campaigns.active()

    @invariant()
    def claims_never_overlap_and_fences_grow(self) -> None:
        busy = [job.campaign_id for job in self.jobs.find(status=JobStatus.PROCESSING)]
        fences = [fence for _, fence in self.model.claims]
        assert len(busy) == len(set(busy))
        assert fences == sorted(set(fences))

    @invariant()
    def nothing_is_lost_and_the_log_holds_together(self) -> None:
        assert len(self.log.read_after(START)) == self.events
        assert len(self.log.read_stream(NOTICES)) == self.noticed
        self.log.verify()

    def append(self, *appends: Append) -> None:
        self.log.append(*appends)
        self.events += sum(len(append.events) for append in appends)

    def record(self, job: Job, event: Event) -> None:
        self.append(Append(job_stream(job.id), (event,), job.version))

    def create(self, name: str) -> None:
        event = a_campaign_created(name, at=self.now)
        self.append(Append(campaign_stream(event.campaign_id), (event,), 0))
        self.model.created(event.campaign_id)

    def enqueue(self, campaign: CampaignId, rank: Priority) -> None:
        number = len(self.model.jobs) + 1
        event = a_job_queued(number, campaign=campaign, priority=rank, at=self.now)
        self.append(Append(job_stream(event.job_id), (event,), 0))
        self.model.queued(event.job_id, campaign, rank)

    def pick(self, data: st.DataObject, *statuses: str) -> Job:
        return self.jobs.get(data.draw(st.sampled_from(self.model.where(*statuses))))
