import math
from collections.abc import Callable

import pytest

from adapters.memory.model_loader import MemoryModel
from adapters.memory.trainer import MemoryTrainer
from domain.result import Cause, TrainingError
from tests.contracts.trainer import Run, TrainerContract
from tests.courses import Watcher, a_course

BASE = MemoryModel("0" * 64)


class TestMemoryTrainer(TrainerContract):
    @pytest.fixture
    def trainer(self) -> MemoryTrainer:
        return MemoryTrainer()

    @pytest.fixture
    def fresh(self) -> Callable[[], MemoryModel]:
        return lambda: BASE

    @pytest.fixture
    def weights(self) -> Callable[[str], str]:
        return lambda location: MemoryModel.read(location).digest

    @pytest.fixture
    def diverging(self) -> tuple[MemoryTrainer, MemoryModel]:
        return MemoryTrainer(losses={1: math.nan}), BASE

    def test_another_seed_or_row_gives_other_weights(self, run: Run) -> None:
        watchers = [run(course)[0] for course in (a_course(), a_course(seed=7), a_course(12))]
        assert len({MemoryModel.read(watcher.last).digest for watcher in watchers}) == 3

    def test_a_planned_fault_comes_before_its_step(self, watch: Callable[..., Watcher]) -> None:
        fault = TrainingError(Cause.OUT_OF_GPU_MEMORY, "the GPU is full")
        watcher = watch()
        with pytest.raises(TrainingError) as found:
            watcher.train(MemoryTrainer(faults={3: fault}), BASE, a_course(save_steps=1))
        assert found.value is fault
        assert len(watcher.saved) == 2
