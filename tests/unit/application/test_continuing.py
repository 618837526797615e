"""What a job keeps, and what the next one takes over from it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.fanout.status_sink import FanoutStatusSink
from adapters.memory.model_loader import MemoryModel
from adapters.memory.status_sink import MemoryStatusSink
from adapters.memory.trainer import MemoryTrainer
from application.ports.trainer import Control, Outcome
from domain.job import Completed, Failed, Job
from domain.reports import Warned
from domain.result import Cause, Ending, TrainingError, TrainingResult
from tests.courses import a_course
from tests.memory_hall import GIVEN, MemoryHall, rows

BEST = ("checkpoint.keep_best=true", "hyperparams.eval_steps=1")
CARRY = "continuation.optimizer_state=carry"
OVERFITTING = {0: 3.0, 1: 2.5, **dict.fromkeys(range(2, 9), 2.9)}


def a_hall(place: Path, *settings: str, start: str = "base") -> MemoryHall:
    hall = MemoryHall(place, trainer=MemoryTrainer(held_out=OVERFITTING))
    hall.enlist("first", *settings, start=start)
    return hall


def result_of(job: Job | None) -> TrainingResult:
    assert job is not None
    assert isinstance(job.state, Completed), job
    return job.state.result


def model_at_head(hall: MemoryHall) -> MemoryModel:
    head = hall.campaigns.active().head
    assert head is not None
    return MemoryModel.read(hall.checkpoints.locate(head))


def after(calls: int) -> Callable[[], Control]:
    left = iter([Control.GO_ON] * calls)
    return lambda: next(left, Control.STOP)


def test_a_campaign_goes_on_from_the_best_checkpoint_of_a_job(tmp_path: Path) -> None:
    hall = a_hall(tmp_path, *BEST)
    hall.add()
    result = result_of(hall.train())
    assert (result.final_step, result.final_val_loss) == (3, 2.9)
    assert (result.checkpoint.step, result.best_step, result.best_val_loss) == (1, 1, 2.5)
    assert result.kept_val_loss == 2.5
    assert hall.campaigns.active().step == model_at_head(hall).steps == 1


def test_the_next_job_begins_where_the_best_one_left(tmp_path: Path) -> None:
    hall = a_hall(tmp_path, *BEST)
    hall.add("one.jsonl", rows(8))
    hall.add("two.jsonl", rows(8, begin=100))
    hall.train()
    hall.trainer = MemoryTrainer()
    second = result_of(hall.train())
    assert (second.start_step, second.final_step, second.best_step) == (1, 4, None)
    assert model_at_head(hall).steps == 4


def test_the_best_checkpoint_of_an_earlier_attempt_is_kept_too(tmp_path: Path) -> None:
    hall = a_hall(tmp_path, *BEST, "hyperparams.save_steps=1")
    hall.add()
    hall.train(control=after(8))
    made = hall.jobs.find()[0].checkpoints
    assert made[-1].step > 1
    result = result_of(hall.train())
    assert result.checkpoint == made[0]
    assert hall.campaigns.active().head == made[0]


def test_where_the_best_checkpoint_is_broken_the_last_one_is_taken(tmp_path: Path) -> None:
    hall = a_hall(tmp_path, *BEST)
    hall.add()

    class Vandal(MemoryTrainer):
        def train(self, *given: Any, **more: Any) -> Outcome:
            outcome = super().train(*given, **more)
            best = hall.jobs.find()[0].checkpoints[0]
            (Path(hall.checkpoints.locate(best)) / "model.json").write_text("{}")
            return outcome

    hall.trainer = Vandal(held_out=OVERFITTING)
    listener = MemoryStatusSink()
    hall.sink = FanoutStatusSink(hall.sink, [listener], hall.warnings.append)
    result = result_of(hall.train())
    assert (result.checkpoint.step, result.best_step, result.best_val_loss) == (3, None, None)
    assert Warned("the best checkpoint, of step 1, is gone: not kept") in listener.reports


def test_a_job_that_stops_early_says_so(tmp_path: Path) -> None:
    hall = a_hall(tmp_path, *BEST, "hyperparams.early_stopping_patience=1")
    hall.add()
    result = result_of(hall.train())
    assert (result.ending, result.final_step) == (Ending.EARLY_STOPPED, 2)
    assert (result.rows, result.checkpoint.step) == (4, 1)


def test_the_second_job_takes_over_the_optimizer_where_that_is_wished(tmp_path: Path) -> None:
    digests = []
    for number, wish in enumerate((CARRY, "continuation.optimizer_state=reset")):
        hall = a_hall(tmp_path / str(number), wish)
        hall.add("one.jsonl", rows(8))
        hall.add("two.jsonl", rows(8, begin=100))
        digests.append([result_of(hall.train()).checkpoint.digest for _ in range(2)])
    assert digests[0][0] == digests[1][0]
    assert digests[0][1] != digests[1][1]


def test_a_job_that_carries_and_was_stopped_resumes_its_own(tmp_path: Path) -> None:
    digests = []
    for number, calls in enumerate((5, 99)):
        hall = a_hall(tmp_path / str(number), CARRY)
        hall.add("one.jsonl", rows(8))
        hall.add("two.jsonl", rows(8, begin=100))
        hall.train()
        hall.train(control=after(calls))
        hall.train()
        digests.append(model_at_head(hall))
        assert len(hall.jobs.find()[1].checkpoints) == 1 + (calls < 99)
    assert digests[0] == digests[1]


def test_a_start_that_nobody_trained_here_has_no_optimizer_to_carry(tmp_path: Path) -> None:
    hall = a_hall(tmp_path, CARRY, start=GIVEN)
    hall.add()
    job = hall.train()
    assert job is not None
    assert isinstance(job.state, Failed)
    assert job.state.cause is Cause.CONFIG_ERROR
    assert "continuation.optimizer_state=reset" in job.state.message


def test_a_course_cannot_both_resume_and_carry() -> None:
    with pytest.raises(TrainingError, match="takes none over") as fault:
        replace(a_course(), resume_from="own", carry_from="head")
    assert fault.value.cause is Cause.CONFIG_ERROR
