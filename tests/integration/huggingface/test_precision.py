"""Which number formats a device is given, and which are refused."""

from types import SimpleNamespace

import pytest
import torch

from adapters.huggingface import precision
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.precision import choose_precision
from application.ports.model_loader import ModelUnavailableError
from domain.settings.model import ModelSettings, Precision
from domain.settings.settings import Settings
from tests.heroes import a_hero

pytestmark = pytest.mark.slow

GPU = torch.device("cuda")


def test_a_cpu_trains_in_float32_unless_somebody_wants_otherwise() -> None:
    assert choose_precision(Precision.AUTO, torch.device("cpu")).name == "float32"
    wish = Settings(model=ModelSettings(dtype=Precision.BFLOAT16))
    assert HuggingFaceModelLoader().load(a_hero(), "", wish).facts.dtype == "bfloat16"


@pytest.mark.parametrize("wish", [Precision.BFLOAT16, Precision.MIXED])
@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without bfloat16")
def test_a_gpu_without_bfloat16_trains_in_float32_and_refuses_the_wish(wish: Precision) -> None:
    assert choose_precision(Precision.AUTO, GPU).name == "float32"
    with pytest.raises(ModelUnavailableError):
        choose_precision(wish, GPU)


@pytest.mark.parametrize(
    ("parameters", "found"),
    [(0, "mixed"), (600_000_000, "mixed"), (1_000_000_000, "mixed"), (4_000_000_000, "bfloat16")],
)
def test_a_gpu_keeps_weights_in_float32_as_long_as_they_fit(
    monkeypatch: pytest.MonkeyPatch, parameters: int, found: str
) -> None:
    monkeypatch.setattr(precision, "has_bfloat16", lambda _: True)
    card = SimpleNamespace(total_memory=24 * 2**30)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: card)
    assert choose_precision(Precision.AUTO, GPU, parameters).name == found
