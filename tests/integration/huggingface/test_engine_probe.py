"""What a job would run on: tried on the device of this machine."""

from pathlib import Path
from typing import Any

import pytest
import torch

from adapters.huggingface import engine_probe as module
from adapters.huggingface.engine_probe import HuggingFaceEngineProbe
from adapters.huggingface.loss import SummedLoss
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.trainer import nobody
from adapters.huggingface.trial import import_refusal
from application.ports.engine_probe import EngineFacts, EngineProbe
from domain.settings.settings import Settings
from tests.contracts.engine_probe import EngineProbeContract
from tests.heroes import a_hero

pytestmark = pytest.mark.slow


class TestHuggingFaceEngineProbe(EngineProbeContract):
    @pytest.fixture
    def probe(self) -> EngineProbe:
        return HuggingFaceEngineProbe(nobody)

    @pytest.fixture
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> EngineProbe:
        def no_kernel(*_: object) -> torch.device:
            raise RuntimeError("CUDA error: no kernel image is available\nCompile with ...")

        monkeypatch.setattr(module, "device", no_kernel)
        return HuggingFaceEngineProbe(nobody)


def found() -> EngineFacts:
    return HuggingFaceEngineProbe(nobody).facts()


def test_a_job_really_runs_on_what_was_found() -> None:
    facts = found()
    loaded = HuggingFaceModelLoader().load(a_hero(), "", Settings()).facts

    chosen = next(each.attention for each in facts.attentions if not each.refusal)
    assert (loaded.device, loaded.dtype, loaded.attention) == (facts.device, facts.dtype, chosen)
    assert torch.get_num_threads() == facts.crowding.threads


def test_threads_and_random_numbers_of_torch_are_left_alone() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(7)
    before = torch.random.get_rng_state()
    found()
    assert torch.get_num_threads() == 1
    assert torch.equal(torch.random.get_rng_state(), before)


def test_the_work_of_others_is_asked_for_before_anything_is_computed() -> None:
    probe = HuggingFaceEngineProbe(lambda: 1000.0)
    assert probe.facts().crowding.is_felt


def test_a_loss_in_chunks_that_is_not_that_of_all_logits_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Halved(SummedLoss):
        def __call__(self, network: Any, batch: Any) -> torch.Tensor:
            return super().__call__(network, batch) / 2

    monkeypatch.setattr(module, "SummedLoss", Halved)
    assert "off by 5.0e-01" in found().loss


def test_flash_attention_is_imported_and_not_only_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "flash_of_another_torch.py").write_text(
        "raise ImportError('undefined symbol: _ZN3c105ErrorC2E\\nmore')\n"
    )
    (tmp_path / "flash_that_loads.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)

    assert import_refusal("no_flash_anywhere") == "not installed"
    assert import_refusal("flash_of_another_torch") == "undefined symbol: _ZN3c105ErrorC2E"
    assert import_refusal("flash_that_loads") == ""
