"""Jobs that do not fit into memory as they were asked for."""

from pathlib import Path

import pytest

from adapters.memory.model_loader import MemoryModel
from adapters.memory.trainer import MemoryTrainer
from domain.job import Completed, Failed, Job
from domain.job_events import JobCheckpointed, JobEquipped, JobStarted, JobSteppedDown
from domain.ladder import Rung
from domain.result import Cause, TrainingError
from tests.memory_hall import MemoryHall, rows

BATCH = "hyperparams.per_device_train_batch_size=4"
FULL = TrainingError(Cause.OUT_OF_GPU_MEMORY, "the GPU is full")


def a_hall(root: Path, **wishes: object) -> MemoryHall:
    hall = MemoryHall(root, trainer=MemoryTrainer(**wishes))  # type: ignore[arg-type]
    hall.enlist()
    return hall


def events(hall: MemoryHall, job: Job, *kinds: type) -> list[object]:
    _, history = hall.queries().events_of(job.id)
    return [record.event for record in history if isinstance(record.event, kinds)]


def trained(hall: MemoryHall, *wishes: str, begin: int = 0) -> Job:
    hall.add(f"rows-{begin}.jsonl", rows(20, begin))
    job = hall.train(*wishes)
    assert job is not None
    return job


def weights(hall: MemoryHall) -> str:
    head = hall.campaigns.active().head
    assert head is not None
    return MemoryModel.read(hall.checkpoints.locate(head)).digest


def test_a_job_goes_down_the_ladder_in_one_go_and_makes_the_same_steps(tmp_path: Path) -> None:
    roomy, narrow = a_hall(tmp_path / "one"), a_hall(tmp_path / "two", memory=1)
    trained(roomy, BATCH)
    job = trained(narrow, BATCH)

    assert isinstance(job.state, Completed)
    assert (job.attempts, job.failures) == (3, 0)
    assert job.equipment is not None
    assert (
        job.rung
        == job.equipment.rung
        == Rung(micro_batch=1, accumulation=4, activation_checkpointing=False)
    )
    assert weights(narrow) == weights(roomy)


def test_a_job_for_which_nothing_is_small_enough_says_what_was_tried(tmp_path: Path) -> None:
    fault = {1: FULL}
    job = trained(a_hall(tmp_path, faults=fault), BATCH)

    assert isinstance(job.state, Failed)
    assert job.state.cause is Cause.OUT_OF_GPU_MEMORY
    assert "batch 4 x 1 passes; batch 2 x 2 passes; batch 1 x 4 passes; " in job.state.message
    assert job.attempts == 4


def test_a_smaller_try_goes_on_from_the_last_checkpoint(tmp_path: Path) -> None:
    class OnceFull(dict[int, Exception]):
        """Raises before its step, once."""

        def get(self, key: int, default: object = None) -> Exception | None:  # type: ignore[override]
            return self.pop(key, None)

    hall = a_hall(tmp_path / "one", faults=OnceFull({4: FULL}))
    whole = a_hall(tmp_path / "two")
    wishes = (BATCH, "hyperparams.save_steps=2", "hyperparams.num_train_epochs=2")
    job = trained(hall, *wishes)
    trained(whole, *wishes)

    assert isinstance(job.state, Completed)
    steps = [each.checkpoint.step for each in events(hall, job, JobCheckpointed)]  # type: ignore[attr-defined]
    assert steps == sorted(set(steps))
    kinds = [type(each) for each in events(hall, job, JobStarted, JobSteppedDown, JobEquipped)]
    assert kinds == [JobStarted, JobEquipped, JobSteppedDown, JobStarted, JobEquipped]
    assert weights(hall) == weights(whole)


def test_the_next_job_of_the_hero_begins_with_what_fitted(tmp_path: Path) -> None:
    hall = a_hall(tmp_path, memory=1)
    first = trained(hall, BATCH)
    second = trained(hall, BATCH, begin=100)
    longer = trained(hall, BATCH, "hyperparams.max_length=150", begin=200)

    assert [job.attempts for job in (first, second, longer)] == [3, 1, 3]
    assert second.rung == first.rung


def test_a_job_that_fitted_as_asked_teaches_nothing(tmp_path: Path) -> None:
    hall = a_hall(tmp_path, memory=4)
    trained(hall, "hyperparams.per_device_train_batch_size=2")

    job = trained(hall, BATCH, begin=100)
    assert (job.attempts, job.rung and job.rung.micro_batch) == (1, 4)


@pytest.mark.parametrize("memory", [1, 2])
def test_activations_are_computed_twice_only_where_a_single_row_does_not_fit(
    tmp_path: Path, memory: int
) -> None:
    job = trained(a_hall(tmp_path, memory=memory), "hyperparams.per_device_train_batch_size=2")
    assert job.rung is not None
    assert not job.rung.activation_checkpointing
