import pytest
import torch

from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.precision import choose_precision
from application.ports.model_loader import ModelUnavailableError
from domain.settings.model import ModelSettings, Precision
from domain.settings.settings import Settings
from tests.heroes import a_hero

pytestmark = pytest.mark.slow


def test_a_cpu_trains_in_float32_unless_somebody_wants_otherwise() -> None:
    assert choose_precision(Precision.AUTO, torch.device("cpu")) is torch.float32
    wish = Settings(model=ModelSettings(dtype=Precision.BFLOAT16))
    assert HuggingFaceModelLoader().load(a_hero(), "", wish).facts.dtype == "bfloat16"


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without bfloat16")
def test_a_gpu_without_bfloat16_trains_in_float32_and_refuses_the_wish() -> None:
    gpu = torch.device("cuda")
    assert choose_precision(Precision.AUTO, gpu) is torch.float32
    with pytest.raises(ModelUnavailableError):
        choose_precision(Precision.BFLOAT16, gpu)
