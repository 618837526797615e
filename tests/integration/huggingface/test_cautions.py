"""What is told before the first step about a machine that is slow for this job."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from adapters.huggingface import precision
from adapters.huggingface.cautions import cautions
from adapters.huggingface.device import TORCHS_CHOICE, threads_for, use_threads
from adapters.huggingface.precision import Formats
from adapters.huggingface.trainer import HuggingFaceTrainer
from domain.reports import Warned
from domain.settings.environment import Environment
from tests.courses import Watcher, a_course
from tests.integration.huggingface.dropping import a_model

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")
COARSE, MIXED = Formats(torch.bfloat16), Formats(torch.float32, torch.bfloat16)


def test_bfloat16_is_a_crawl_on_a_cpu_without_units_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # oneDNN itself would say of this CPU that it supports bfloat16.
    monkeypatch.setattr(precision, "flags", lambda: frozenset({"avx512f", "avx512_vnni"}))
    use_threads(Environment(num_threads=1))

    (told,) = cautions(CPU, MIXED, lambda: -9.0)
    assert "ten times as long" in told
    assert "model.dtype=auto" in told
    assert told in cautions(CPU, COARSE, lambda: -9.0)
    assert not list(cautions(CPU, Formats(torch.float32), lambda: -9.0))


@pytest.mark.parametrize("unit", ["avx512_bf16", "amx_bf16", "bf16"])
def test_bfloat16_is_no_crawl_on_a_cpu_that_has_units(
    monkeypatch: pytest.MonkeyPatch, unit: str
) -> None:
    monkeypatch.setattr(precision, "flags", lambda: frozenset({"fpu", unit}))
    use_threads(Environment(num_threads=1))

    assert not list(cautions(CPU, MIXED, lambda: -9.0))


def test_a_gpu_is_not_asked_for_its_cores() -> None:
    assert not list(cautions(torch.device("cuda"), MIXED, lambda: 1 / 0))


@pytest.mark.parametrize("place", ["cpu", "cuda"])
def test_coarse_weights_are_told_wherever_they_are_trained(place: str) -> None:
    told = next(iter(cautions(torch.device(place), COARSE, lambda: -9.0)))
    assert "model.dtype=mixed" in told


def test_the_trainer_tells_it_once_before_everything_else(tmp_path: Path) -> None:
    watch = Watcher(tmp_path)
    watch.train(HuggingFaceTrainer(lambda: 1000.0), a_model(), a_course())

    assert isinstance(watch.reports[0], Warned)
    assert "busy with other work" in watch.reports[0].message
    assert [type(report) for report in watch.reports].count(Warned) == 1


def test_each_job_sets_its_threads_anew() -> None:
    use_threads(Environment(num_threads=TORCHS_CHOICE + 1))
    assert torch.get_num_threads() == TORCHS_CHOICE + 1
    use_threads(Environment())
    assert torch.get_num_threads() == threads_for(Environment()) <= TORCHS_CHOICE


def test_the_threads_do_not_depend_on_what_others_do(tmp_path: Path) -> None:
    course = a_course()
    free = replace(course, settings=replace(course.settings, environment=Environment()))
    before = threads_for(Environment())
    Watcher(tmp_path).train(HuggingFaceTrainer(lambda: 1000.0), a_model(), free)
    assert torch.get_num_threads() == before
