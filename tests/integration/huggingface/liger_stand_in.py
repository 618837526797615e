"""A package that is found as Liger's, does what it does to a model, and computes with torch."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from transformers.utils import is_liger_kernel_available

VERSION = "99.0"
_SOURCE = """
from types import MethodType

from torch.nn.functional import rms_norm
from transformers.models.qwen3 import modeling_qwen3


class LigerRMSNorm(modeling_qwen3.Qwen3RMSNorm):
    def forward(self, states):
        {what}
        return rms_norm(states, self.weight.shape, self.weight, self.variance_epsilon) * {times}


def _apply_liger_kernel_to_instance(
    model, rope=True, cross_entropy=True, fused_linear_cross_entropy=True, relu_squared=True
):
    if rope or cross_entropy or fused_linear_cross_entropy or relu_squared:
        raise AssertionError("this would reach beyond the layers of one model")
    if model.config.model_type != "qwen3":
        return
    norms = [each for each in model.modules() if type(each) is modeling_qwen3.Qwen3RMSNorm]
    modeling_qwen3.Qwen3RMSNorm = LigerRMSNorm
    for norm in norms:
        norm.forward = MethodType(LigerRMSNorm.forward, norm)
        norm.row_mode = None
"""


@contextmanager
def stand_in(folder: Path, *, times: float = 1.0, what: str = "") -> Iterator[None]:
    """Let it be installed for a while; its norms are off by a factor, or do something first."""
    package = folder / "liger_kernel"
    package.mkdir()
    (package / "__init__.py").write_text(f'__version__ = "{VERSION}"\n')
    (package / "transformers.py").write_text(_SOURCE.format(times=times, what=what))
    sys.path.insert(0, str(folder))
    is_liger_kernel_available.cache_clear()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in [each for each in sys.modules if each.partition(".")[0] == package.name]:
            del sys.modules[name]
        is_liger_kernel_available.cache_clear()
