"""What every sink of reports owes."""

import math
from dataclasses import replace

import pytest

from application.ports.status_sink import StatusSink
from domain.ids import JobId
from domain.job import Job
from domain.job_evolution import evolve, queued
from domain.reports import (
    CheckpointCommitted,
    Evaluated,
    JobBroken,
    JobDone,
    Phase,
    PhaseBegun,
    ReceiptMade,
    Report,
    StepDone,
    Warned,
)
from domain.result import Cause
from tests.builders import (
    a_checkpoint,
    a_dataset,
    a_job_queued,
    a_job_started,
    a_receipt,
    a_result,
)

UGLY = "two\nlines \x1b[31mred\x1b[0m \u202eback\u202c [bold]no[/bold] \udcff 🤔"


def a_running_job(number: int = 0, *, name: str = "lessons.jsonl") -> Job:
    job = queued(a_job_queued(number, dataset=a_dataset(name, sha256="a" * 64)))
    return evolve(job, a_job_started(job.id))


def a_step(
    step: int = 1, *, total: int = 10, loss: float = 2.5, seconds: float = 0.5, tokens: int = 100
) -> StepDone:
    return StepDone(
        step=step,
        total=total,
        campaign_step=100 + step,
        loss=loss,
        learning_rate=1e-3,
        grad_norm=0.75,
        tokens=tokens,
        seconds=seconds,
    )


A_RUN: tuple[Report, ...] = (
    PhaseBegun(Phase.LOADING, "baby-mage"),
    PhaseBegun(Phase.PREPARING),
    ReceiptMade(a_receipt()),
    PhaseBegun(Phase.TRAINING),
    Evaluated(campaign_step=100, loss=3.5, rows=4),
    a_step(1),
    Warned("the loss jumps"),
    a_step(2, seconds=0.0),
    CheckpointCommitted(a_checkpoint(step=102)),
    JobDone(a_result(a_checkpoint(step=102))),
)


class StatusSinkContract:
    """Subclasses give a sink."""

    @pytest.fixture
    def sink(self) -> StatusSink:
        raise NotImplementedError

    def test_a_whole_run_is_taken_and_another_after_it(self, sink: StatusSink) -> None:
        for job in (a_running_job(1), a_running_job(2)):
            for report in A_RUN:
                sink.tell(job, report)

    def test_an_attempt_may_end_before_it_begins_and_begin_again(self, sink: StatusSink) -> None:
        job = a_running_job()
        sink.tell(job, JobBroken(Cause.INTERNAL_ERROR, "it broke"))
        again = replace(job, attempts=job.attempts + 1)
        for report in A_RUN:
            sink.tell(again, report)

    @pytest.mark.parametrize(
        "report",
        [
            Warned(UGLY),
            PhaseBegun(Phase.LOADING, UGLY),
            JobBroken(Cause.DATA_ERROR, UGLY),
            a_step(loss=math.nan),
            a_step(loss=math.inf, seconds=0.0),
            a_step(0, total=0),
            Evaluated(campaign_step=1, loss=math.nan, rows=0),
        ],
    )
    def test_odd_texts_and_numbers_are_taken(self, sink: StatusSink, report: Report) -> None:
        job = replace(a_running_job(name=UGLY), id=JobId("20261122T120000000Z-0000ab-odd"))
        sink.tell(job, PhaseBegun(Phase.TRAINING))
        sink.tell(job, report)
        sink.tell(job, JobDone(a_result(final_loss=None)))
