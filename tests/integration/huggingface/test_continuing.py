from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch.optim.optimizer import register_optimizer_step_post_hook
from transformers import get_scheduler

from adapters.huggingface.loaded_model import weights_digest
from adapters.huggingface.trainer import HuggingFaceTrainer
from domain.result import Cause, TrainingError
from domain.schedule import rate_factor
from domain.settings.hyperparams import Schedule
from domain.settings.layers import with_values
from domain.settings.settings import Settings
from tests.courses import Watcher, a_course
from tests.integration.huggingface.dropping import a_model

pytestmark = pytest.mark.slow


@pytest.fixture
def watch(tmp_path: Path) -> Watcher:
    return Watcher(tmp_path / "one")


@pytest.mark.parametrize("schedule", list(Schedule))
def test_the_own_schedules_are_those_of_transformers(schedule: Schedule) -> None:
    wish = {"hyperparams.lr_scheduler_type": schedule, "hyperparams.warmup_steps": 3}
    settings = with_values(Settings(), wish)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = get_scheduler(str(schedule), optimizer, num_warmup_steps=3, num_training_steps=17)
    for step in range(1, 18):
        ours = rate_factor(step, 17, settings, continues=False)
        assert ours == theirs.get_last_lr()[0]
        optimizer.step()
        theirs.step()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def fill_with_nothing(path: Path) -> None:
    torch.save({"state": {}, "param_groups": []}, path)


def fill_with_a_list(path: Path) -> None:
    torch.save([1, 2, 3], path)


def shrink(path: Path) -> None:
    state = torch.load(path, weights_only=True)
    state["state"][0]["exp_avg"] = torch.zeros(3)
    torch.save(state, path)


class Payload:
    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return (Path.touch, (Path("payload-was-run"),))


def fill_with_a_program(path: Path) -> None:
    torch.save(Payload(), path)


@pytest.mark.parametrize(
    "spoil", [cut, fill_with_nothing, fill_with_a_list, shrink, fill_with_a_program]
)
def test_an_optimizer_state_that_does_not_fit_is_not_carried(
    watch: Watcher,
    spoil: Callable[[Path], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    watch.train(HuggingFaceTrainer(), a_model(), a_course(max_steps=1))
    spoil(Path(watch.last) / "optimizer.pt")
    model, other = a_model(), Watcher(tmp_path / "two")
    before = weights_digest(model.network)
    with pytest.raises(TrainingError, match="carried") as fault:
        other.train(HuggingFaceTrainer(), model, a_course(carry_from=watch.last))
    assert fault.value.cause is Cause.CONFIG_ERROR
    assert (other.steps, other.saved) == ([], [])
    assert weights_digest(model.network) == before
    assert not Path("payload-was-run").exists()


def test_a_rate_far_too_high_leaves_only_weights_that_are_numbers(watch: Watcher) -> None:
    course = a_course(num_train_epochs=7, learning_rate=1e8, save_steps=1)
    with pytest.raises(TrainingError) as fault:
        watch.train(HuggingFaceTrainer(), a_model(), course)
    assert fault.value.cause is Cause.DIVERGED
    assert 0 < len(watch.saved) < course.plan.total
    for folder in watch.home.iterdir():
        weights = load_file(folder / "model.safetensors").values()
        assert all(bool(tensor.isfinite().all()) for tensor in weights)


def test_an_optimizer_state_that_is_not_finite_is_not_saved_either(watch: Watcher) -> None:
    def spoil(optimizer: Any, *_: object) -> None:
        next(iter(optimizer.state.values()))["exp_avg"].view(-1)[0] = torch.inf

    hook = register_optimizer_step_post_hook(spoil)
    try:
        with pytest.raises(TrainingError, match="not saved") as fault:
            watch.train(HuggingFaceTrainer(), a_model(), a_course(save_steps=1))
    finally:
        hook.remove()
    assert fault.value.cause is Cause.DIVERGED
    assert (len(watch.steps), watch.saved) == (1, [])


@pytest.mark.parametrize("packed", [False, True])
def test_computing_activations_twice_changes_no_number(tmp_path: Path, *, packed: bool) -> None:
    found, passes = [], []
    for twice in (False, True):
        model, watcher = a_model(), Watcher(tmp_path / str(twice))
        calls: list[object] = []
        model.network.model.layers[0].mlp.register_forward_pre_hook(
            lambda *given, calls=calls: calls.append(given)
        )
        course = a_course(packed=packed, max_length=64, activation_checkpointing=twice, held_out=2)
        watcher.train(HuggingFaceTrainer(), model, course)
        losses = [each.loss for each in (*watcher.steps, *watcher.evaluations)]
        found.append((losses, weights_digest(model.network), model.network.config.use_cache))
        passes.append(len(calls))
    assert found[0] == found[1]
    assert passes[0] < passes[1]


def test_a_job_on_a_head_begins_with_new_random_numbers_and_positions(
    watch: Watcher, tmp_path: Path
) -> None:
    head = a_course(max_steps=2)
    watch.train(HuggingFaceTrainer(), a_model(), head)
    course = a_course(carry_from=watch.last)
    carried, again = Watcher(tmp_path / "two"), Watcher(tmp_path / "three")
    for number, watcher in enumerate((carried, again)):
        torch.manual_seed(number)
        watcher.train(HuggingFaceTrainer(), a_model(), course)
    assert [step.step for step in carried.steps] == [1, 2, 3]
    assert [step.tokens for step in carried.steps] == [
        course.plan.tokens(step) for step in (1, 2, 3)
    ]
    assert [step.loss for step in carried.steps] == [step.loss for step in again.steps]
