"""Faults 18 to 29: what is wrong with a checkpoint is found, and nothing of it runs."""

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.trainer import HuggingFaceTrainer
from application.ports.model_loader import ModelUnavailableError
from application.ports.trainer import Control
from domain.checkpoint import BrokenCheckpointError
from domain.result import Cause, TrainingError
from domain.settings.settings import Settings
from entrypoints.cli.app import App
from tests.contracts.checkpoint_store import empty, flip, remove, truncate, zero_the_tail
from tests.courses import Watcher, a_course
from tests.guild_cli import Hall, new_hall
from tests.heroes import a_hero
from tests.integration.huggingface.dropping import a_model
from tests.integration.huggingface.folders import a_folder, in_folder

pytestmark = pytest.mark.slow

SMALL = (
    "hyperparams.gradient_accumulation_steps=1",
    "hyperparams.max_steps=4",
    "hyperparams.save_steps=1",
    "data.validation_split=0",
    "checkpoint.asynchronous=false",
)


def begun(folder: Path) -> Hall:
    hall = new_hall(folder)
    hall.campaign(*SMALL)
    hall.ok("queue", "add", str(hall.lesson(rows=32)))
    return hall


def saved(hall: Hall) -> list[Path]:
    found = hall.root.glob("campaigns/*/*/checkpoints/*/checkpoint-*")
    return sorted(found, key=lambda path: int(path.name.rpartition("-")[2]))


@pytest.fixture(name="unbroken", scope="module")
def _unbroken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the weights of a job that nothing disturbed."""
    hall = begun(tmp_path_factory.mktemp("unbroken") / "hall")
    hall.ok("train", "next")
    return hall.weights()


@pytest.fixture(name="stopped", scope="module")
def _stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a hall whose job was stopped after three of four steps."""
    hall = begun(tmp_path_factory.mktemp("stopped") / "hall")
    container = App(quiet=True).container_for(hall.root)
    container.run_next_job().execute(
        (), control=lambda: Control.STOP if len(saved(hall)) > 2 else Control.GO_ON
    )
    container.connection().close()
    assert [path.name for path in saved(hall)] == ["checkpoint-1", "checkpoint-2", "checkpoint-3"]
    return hall.root


@pytest.fixture(name="hall")
def _hall(stopped: Path, tmp_path: Path) -> Hall:
    shutil.copytree(stopped, tmp_path / "hall")
    return Hall(tmp_path / "hall")


def goes_on_from_the_one_before(hall: Hall, unbroken: str, named: str) -> None:
    """Train on; the last checkpoint must have been put aside, for what is wrong with it."""
    last = saved(hall)[-1]
    ran = hall.ok("train", "next")
    assert "is not trusted, the one before is" in ran.stderr
    assert hall.events().count("CheckpointRejected") == 1
    (reason,) = hall.root.glob(".guild/quarantine/*/*/*/reason.txt")
    assert named in reason.read_text()
    assert (reason.parent / last.name).is_dir()
    assert not last.exists()
    assert hall.weights() == unbroken


def test_fault_18_truncated_weights(hall: Hall, unbroken: str) -> None:
    truncate(saved(hall)[-1] / "model.safetensors")
    goes_on_from_the_one_before(hall, unbroken, "model.safetensors")


def test_fault_19_a_truncated_optimizer(hall: Hall, unbroken: str) -> None:
    truncate(saved(hall)[-1] / "optimizer.pt")
    goes_on_from_the_one_before(hall, unbroken, "optimizer.pt")


def test_fault_20_a_missing_optimizer(hall: Hall, unbroken: str) -> None:
    remove(saved(hall)[-1] / "optimizer.pt")
    goes_on_from_the_one_before(hall, unbroken, "optimizer.pt")


@pytest.mark.parametrize("harm", [flip, zero_the_tail])
def test_fault_21_weights_that_load_and_are_others(
    hall: Hall, unbroken: str, harm: Callable[[Path], None]
) -> None:
    harm(saved(hall)[-1] / "model.safetensors")
    goes_on_from_the_one_before(hall, unbroken, "model.safetensors")


@pytest.mark.parametrize("harm", [empty, remove])
def test_fault_22_an_empty_or_missing_trainer_state(
    hall: Hall, unbroken: str, harm: Callable[[Path], None]
) -> None:
    harm(saved(hall)[-1] / "trainer_state.json")
    goes_on_from_the_one_before(hall, unbroken, "trainer_state.json")


def test_fault_23_an_empty_folder_of_a_later_step_is_ignored(hall: Hall, unbroken: str) -> None:
    stray = saved(hall)[-1].with_name("checkpoint-999")
    stray.mkdir()
    hall.ok("train", "next")
    assert "CheckpointRejected" not in hall.events()
    assert not stray.exists()
    assert hall.weights() == unbroken


class Payload:
    """Leaves a canary where it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self._canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._canary),)


def test_the_payload_would_run(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Payload(tmp_path / "canary")))  # noqa: S301 - that is the point
    assert (tmp_path / "canary").exists()


STATES = ["optimizer.pt", "scheduler.pt", "rng_state.pth"]


@pytest.mark.parametrize("name", STATES)
def test_fault_27_a_pickle_that_was_slipped_in_is_put_aside_and_never_runs(
    hall: Hall, unbroken: str, tmp_path: Path, name: str
) -> None:
    torch.save(Payload(tmp_path / "canary"), saved(hall)[-1] / name)
    goes_on_from_the_one_before(hall, unbroken, name)
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("name", STATES)
def test_fault_27_a_pickle_that_was_committed_is_refused_and_never_runs(
    tmp_path: Path, name: str
) -> None:
    watch = Watcher(tmp_path / "saved")
    watch.train(HuggingFaceTrainer(), a_model(), a_course(save_steps=2))
    checkpoint = watch.home / "102"
    torch.save(Payload(tmp_path / "canary"), checkpoint / name)
    with pytest.raises(TrainingError) as fault:
        watch.train(
            HuggingFaceTrainer(), a_model(), a_course(save_steps=2, resume_from=str(checkpoint))
        )
    assert fault.value.cause is Cause.UNTRUSTED_CHECKPOINT
    assert not (tmp_path / "canary").exists()


def test_fault_28_weights_in_a_pickle_are_refused_and_never_run(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "model")
    for weights in folder.glob("*.safetensors"):
        weights.unlink()
    torch.save(Payload(tmp_path / "canary"), folder / "pytorch_model.bin")
    with pytest.raises(BrokenCheckpointError):
        HuggingFaceModelLoader().load(a_hero(), str(folder), Settings())
    with pytest.raises(ModelUnavailableError):
        HuggingFaceModelLoader().load(in_folder(folder), "", Settings())
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("kind", ["qwen3", "never_heard_of"])
def test_fault_28_code_that_comes_with_a_model_never_runs(tmp_path: Path, kind: str) -> None:
    folder, canary = a_folder(tmp_path / "model"), tmp_path / "canary"
    config = json.loads((folder / "config.json").read_text())
    names = ("AutoConfig", "AutoModelForCausalLM", "AutoTokenizer")
    config |= {"model_type": kind, "auto_map": {each: f"evil.{each}" for each in names}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text(f"import os\nos.mkdir({str(canary)!r})\n")
    try:
        HuggingFaceModelLoader().load(a_hero(), str(folder), Settings())
    except BrokenCheckpointError:
        assert kind == "never_heard_of"
    else:
        assert kind == "qwen3"
    assert not canary.exists()


def test_fault_29_other_data_is_refused(hall: Hall) -> None:
    (stored,) = (hall.root / "datasets").iterdir()
    other = hall.lesson(rows=32, seed=9).read_bytes()
    stored.chmod(0o600)
    stored.write_bytes(other)
    shutil.rmtree(hall.root / ".guild" / "cache")
    ran = hall.run("--json", "train", "next")
    job = json.loads(ran.stdout)["job"]
    assert ran.exit_code == 7
    assert job["ending"]["cause"] == Cause.DATA_ERROR


@pytest.mark.parametrize(
    ("wishes", "named"),
    [
        ({"gradient_accumulation_steps": 3, "num_train_epochs": 2}, "its job has|4 steps|steps"),
        ({"seed": 7}, "seed was|grouped otherwise"),
        ({"learning_rate": 3e-3}, "hyperparams.learning_rate was 0.01, is 0.003"),
    ],
)
def test_fault_29_another_plan_or_other_settings_are_refused_with_the_difference(
    tmp_path: Path, wishes: dict[str, Any], named: str
) -> None:
    watch = Watcher(tmp_path / "saved")
    watch.train(HuggingFaceTrainer(), a_model(), a_course(save_steps=2))
    origin = str(watch.home / "102")
    course = a_course(save_steps=2, resume_from=origin, **wishes)
    with pytest.raises(TrainingError, match=named):
        watch.train(HuggingFaceTrainer(), a_model(), course)


def test_fault_29_another_tokenizer_is_another_checkpoint(hall: Hall, unbroken: str) -> None:
    path = saved(hall)[-1] / "tokenizer.json"
    path.write_text(path.read_text().replace('"z"', '"ž"'))
    goes_on_from_the_one_before(hall, unbroken, "tokenizer.json")


def test_fault_29_a_job_that_goes_on_keeps_its_settings_whatever_is_set_now(
    hall: Hall, unbroken: str
) -> None:
    ran = hall.ok("train", "next", "--set", "hyperparams.learning_rate=0.9")
    assert "settings that it began with" in ran.stderr
    assert hall.weights() == unbroken
