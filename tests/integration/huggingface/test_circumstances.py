"""What a checkpoint says of how it was made, and what becomes of a job that goes on otherwise."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.huggingface.circumstances import (
    CIRCUMSTANCES,
    circumstances_of,
    compare_circumstances,
    write_circumstances,
)
from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.tiny_model import build_network
from adapters.huggingface.trainer import HuggingFaceTrainer
from application.ports.trainer import Course
from domain.reports import Warned
from domain.result import Cause, TrainingError
from domain.settings.layers import config_hash, with_values
from tests.courses import START, Watcher, a_course
from tests.integration.huggingface.dropping import a_model

pytestmark = pytest.mark.slow

COURSE = a_course(save_steps=2)
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(name="half")
def _half(tmp_path: Path) -> Path:
    """A checkpoint in the middle of a job."""
    watcher = Watcher(tmp_path / "first")
    watcher.train(HuggingFaceTrainer(), a_model(), COURSE)
    return watcher.home / str(START + 2)


def going_on(half: Path, course: Course = COURSE) -> list[str]:
    """Go on from there; give the warnings."""
    watcher = Watcher(half.parent.parent / "second")
    watcher.train(HuggingFaceTrainer(), a_model(), replace(course, resume_from=str(half)))
    return [report.message for report in watcher.reports if isinstance(report, Warned)]


def rewrite(half: Path, change: Change) -> None:
    facts = json.loads((half / CIRCUMSTANCES).read_text())
    change(facts)
    (half / CIRCUMSTANCES).write_text(json.dumps(facts))


def test_settings_versions_threads_and_device_are_taken_down(half: Path) -> None:
    facts = json.loads((half / CIRCUMSTANCES).read_text())
    assert facts["config_hash"] == config_hash(COURSE.settings)
    assert facts["settings"]["hyperparams.save_steps"] == 2
    assert {"guild-trainer", "torch", "transformers", "device", "world_size"} <= set(
        facts["machine"]
    )
    assert facts["machine"]["threads"] == 1


def test_the_version_of_an_extra_is_taken_down_where_it_is_used() -> None:
    plain, fused = (
        circumstances_of(with_values(COURSE.settings, {"model.liger": liger}), 1, a_model())
        for liger in (False, True)
    )
    assert fused["machine"].keys() - plain["machine"].keys() == {"liger-kernel"}


def test_the_same_circumstances_are_not_worth_a_word(half: Path) -> None:
    assert going_on(half) == []


@pytest.mark.parametrize(
    ("name", "then"), [("torch", "1.0"), ("guild-trainer", "0.0.1"), ("threads", 64)]
)
def test_another_version_or_thread_count_is_told_with_both(
    half: Path, name: str, then: str | int
) -> None:
    rewrite(half, lambda facts: facts["machine"].update({name: then}))
    (warning,) = going_on(half)
    assert f"{name} was {then}, is " in warning
    assert "last bits" in warning


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hyperparams.learning_rate", 0.5),
        ("hyperparams.seed", 7),
        ("data.train_turns", "last"),
        ("model.dtype", "bfloat16"),
    ],
)
def test_other_settings_are_refused_with_the_difference(
    half: Path, key: str, value: str | float
) -> None:
    other = replace(COURSE, settings=with_values(COURSE.settings, {key: value}))
    with pytest.raises(TrainingError) as fault:
        going_on(half, other)
    assert fault.value.cause is Cause.CONFIG_ERROR
    assert f"{key} was " in str(fault.value)
    assert f", is {value}" in str(fault.value)


@pytest.mark.parametrize(
    ("key", "value"), [("monitoring.status_update_interval", 9.0), ("checkpoint.budget", 1.0)]
)
def test_settings_that_shape_no_step_may_change(half: Path, key: str, value: float) -> None:
    other = replace(COURSE, settings=with_values(COURSE.settings, {key: value}))
    assert going_on(half, other) == []


NOW = circumstances_of(COURSE.settings, 1, LoadedModel(build_network(0, 495, 64), None, ()))


def compared(folder: Path, change: Change) -> list[str]:
    """Compare today's circumstances with those of a checkpoint of another guild."""
    write_circumstances(str(folder), NOW)
    rewrite(folder, change)
    return compare_circumstances(str(folder), NOW)


def test_a_setting_that_came_later_was_as_it_is_by_default(tmp_path: Path) -> None:
    assert compared(tmp_path, lambda facts: facts["settings"].pop("data.train_turns")) == []
    with pytest.raises(TrainingError, match=r"hyperparams\.save_steps was 1000, is 2") as fault:
        compared(tmp_path, lambda facts: facts["settings"].pop("hyperparams.save_steps"))
    assert any("guild queue add" in way for way in fault.value.fix)


def test_another_attention_may_end_in_other_last_bits(tmp_path: Path) -> None:
    (remark,) = compared(tmp_path, lambda facts: facts["machine"].update({"attention": "eager"}))
    assert "last bits: attention was eager, is sdpa" in remark


def test_a_setting_that_is_no_more_is_told_and_not_refused(tmp_path: Path) -> None:
    (remark,) = compared(tmp_path, lambda facts: facts["settings"].update({"data.old": 1}))
    assert remark == "guild has these settings of the checkpoint no more: data.old"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"settings": 1, "machine": {}}'])
def test_what_cannot_be_read_is_not_trusted(half: Path, content: str) -> None:
    (half / CIRCUMSTANCES).write_text(content)
    with pytest.raises(TrainingError) as fault:
        going_on(half)
    assert fault.value.cause is Cause.UNTRUSTED_CHECKPOINT
