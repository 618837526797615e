"""Liger's kernels: asked for, tried, and kept to the model of the job that asked."""

import errno
import sys
from pathlib import Path
from typing import Any

import pytest
from transformers.models.qwen3 import modeling_qwen3

from adapters.huggingface.liger import is_fused
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.trainer import HuggingFaceTrainer
from application.ports.model_loader import ModelUnavailableError
from domain.equipment import Equipment
from domain.result import TrainingError
from domain.settings.model import ModelSettings, Precision
from domain.settings.settings import Settings
from tests.courses import Watcher, a_course, with_settings
from tests.heroes import a_hero
from tests.integration.huggingface.liger_stand_in import stand_in

pytestmark = pytest.mark.slow

ASKED = {"model.liger": True}


def a_network(**model: Any) -> Any:
    wish = Settings(model=ModelSettings(**model))
    return HuggingFaceModelLoader().load(a_hero(), "", wish).model.network


def why_not(**model: Any) -> str:
    with pytest.raises(ModelUnavailableError, match="Liger's kernels do not work") as refused:
        a_network(liger=True, **model)
    assert refused.value.fix == ("model.liger=false",)
    return refused.value.why


@pytest.mark.parametrize("precision", [Precision.FLOAT32, Precision.MIXED, Precision.BFLOAT16])
def test_kernels_that_compute_the_same_are_used(tmp_path: Path, precision: Precision) -> None:
    with stand_in(tmp_path):
        network = a_network(liger=True, dtype=precision)
        assert is_fused(network)
        assert network.base_model.norm.row_mode


def test_a_later_model_of_the_same_process_has_none(tmp_path: Path) -> None:
    plain = modeling_qwen3.Qwen3RMSNorm
    with stand_in(tmp_path):
        a_network(liger=True)
        assert modeling_qwen3.Qwen3RMSNorm is plain
        assert not is_fused(a_network())


def test_without_the_package_the_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "liger_kernel", None)
    assert why_not() == "not installed (the package liger-kernel)"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"times": 1.2}, "they differ from the plain layers beyond rounding"),
        ({"what": "raise RuntimeError('0 active drivers ([]). There should be one.')"}, "0 active"),
        ({"what": "assert False, 'of no common kind'"}, "of no common kind"),
        ({"what": "raise OSError('libcuda.so.1 is not there')"}, "libcuda.so.1"),
    ],
)
def test_kernels_that_fail_their_trial_are_refused(
    tmp_path: Path, wrong: dict[str, Any], why: str
) -> None:
    with stand_in(tmp_path, **wrong):
        assert why in why_not()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.ENOMEM])
def test_a_lack_of_disk_or_memory_says_nothing_about_them(tmp_path: Path, number: int) -> None:
    with (
        stand_in(tmp_path, what=f"raise OSError({number}, 'none is left')"),
        pytest.raises((OSError, TrainingError), match=r"none is left|not enough memory"),
    ):
        a_network(liger=True)


def test_a_gradient_of_a_scale_is_tried_too(tmp_path: Path) -> None:
    with stand_in(tmp_path, what="self = type('', (), {**vars(self), 'weight': self.weight.data})"):
        assert "beyond rounding" in why_not()


def test_a_family_without_kernels_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modeling_qwen3.Qwen3Config, "model_type", "qwen4")
    with stand_in(tmp_path):
        assert why_not() == "there are none for qwen4"


def trained(folder: Path, *, liger: bool) -> Watcher:
    course = with_settings(a_course(), ASKED)
    model = HuggingFaceModelLoader().load(a_hero(), "", Settings(model=ModelSettings(liger=liger)))
    watch = Watcher(folder)
    watch.train(HuggingFaceTrainer(), model.model, course)
    return watch


def test_a_job_says_that_it_ran_on_them(tmp_path: Path) -> None:
    with stand_in(tmp_path):
        (found,) = trained(tmp_path, liger=True).equipments
    assert isinstance(found, Equipment)
    assert found.fused


def test_a_job_that_asked_for_them_does_not_run_without(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"model\.liger: asked True, found False"):
        trained(tmp_path, liger=False)
