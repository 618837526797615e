import math
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.memory.model_loader import MemoryModel
from adapters.memory.trainer import MemoryTrainer
from application.ports.trainer import Course
from domain.result import Cause, TrainingError
from tests.contracts.trainer import Run, TrainerContract
from tests.contracts.trainer_equipment import TrainerEquipmentContract
from tests.contracts.trainer_policies import TrainerPolicyContract
from tests.contracts.trainer_saving import TrainerSavingContract
from tests.courses import Watcher, a_course

BASE = MemoryModel("0" * 64)


class TestMemoryTrainer(
    TrainerContract, TrainerPolicyContract, TrainerEquipmentContract, TrainerSavingContract
):
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

    @pytest.fixture
    def calm(self) -> Callable[[], MemoryModel]:
        return lambda: BASE

    @pytest.fixture
    def trained(self) -> Callable[[str], MemoryModel]:
        return MemoryModel.read

    @pytest.fixture
    def forget(self) -> Callable[[str], None]:
        return lambda location: (Path(location) / "trainer_state.json").unlink()

    @pytest.fixture
    def overfitting(self) -> MemoryTrainer:
        return MemoryTrainer(held_out={0: 3.0, 1: 3.0, 2: 2.5, **dict.fromkeys(range(3, 13), 2.9)})

    @pytest.fixture
    def spoiling(self) -> tuple[MemoryTrainer, MemoryModel, Course]:
        return MemoryTrainer(spoilt=[2]), BASE, a_course(save_steps=1)

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
