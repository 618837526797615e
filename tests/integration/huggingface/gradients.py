"""Loss and gradient of rows one by one, and those of the first step of a job over them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from torch.optim.optimizer import register_optimizer_step_pre_hook
from torch.overrides import TorchFunctionMode

from adapters.huggingface.batches import Batch
from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.loss import SummedLoss, trained_count
from adapters.huggingface.trainer import HuggingFaceTrainer
from application.ports.trainer import Control
from domain.masking import Encoded
from domain.reports import Report, StepDone
from domain.settings.environment import Environment
from domain.settings.hyperparams import Hyperparams
from domain.settings.settings import Settings
from tests.courses import a_course_of

Gradients = Mapping[str, torch.Tensor]
_UNCLIPPED = 1e30


@dataclass(frozen=True, kw_only=True)
class Way:
    """How rows share the passes of one step; all of them fit into it."""

    packed: bool
    size: int
    passes: int
    max_length: int


def nothing_in_single_precision() -> AbstractContextManager[object]:
    """Networks compute norms and eager softmax in float32 whatever they are held in: not here."""
    return _Doubled()


class _Doubled(TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return func(*map(_doubled, args), **{k: _doubled(v) for k, v in (kwargs or {}).items()})


def _doubled(value: Any) -> Any:
    return torch.float64 if value is torch.float32 else value


def one_by_one(network: Any, rows: Sequence[Encoded]) -> tuple[float, Gradients]:
    """Give the mean over the trained tokens of all rows, each read by the network alone."""
    network.zero_grad()
    total, count = 0.0, 0
    for row in rows:
        places = [at for span in row.trained for at in range(span.start, span.end) if at]
        logits = network(input_ids=torch.tensor([row.ids]), use_cache=False).logits[0]
        wanted = torch.tensor([row.ids[at] for at in places])
        loss = cross_entropy(logits[[at - 1 for at in places]], wanted, reduction="sum")
        loss.backward()
        total, count = total + float(loss.detach()), count + len(places)
    found = {name: grad / count for name, grad in _gradients(network).items()}
    network.zero_grad()
    return total / count, found


def of_a_batch(network: Any, batch: Batch) -> tuple[float, Gradients]:
    """Give mean and gradient of a batch by the loss that jobs are trained with."""
    network.zero_grad()
    loss = SummedLoss(network)(network, batch) / trained_count(batch)
    loss.backward()
    return float(loss.detach()), _gradients(network)


def first_step(model: LoadedModel, rows: Sequence[Encoded], way: Way) -> tuple[float, Gradients]:
    """Give loss and gradient of the first step of a job over the rows, as the optimizer got it."""
    hyperparams = Hyperparams(
        per_device_train_batch_size=way.size,
        gradient_accumulation_steps=way.passes,
        max_length=way.max_length,
        max_grad_norm=_UNCLIPPED,
        max_steps=1,
    )
    settings = Settings(hyperparams=hyperparams, environment=Environment(num_threads=1))
    course = a_course_of(rows, (), settings, packed=way.packed)
    assert sorted(course.plan.rows_of(1)) == list(range(len(rows)))
    told: list[Report] = []
    with _watched(lambda: _gradients(model.network)) as seen:
        HuggingFaceTrainer().train(
            model,
            course,
            save=lambda *_: lambda: None,
            control=lambda: Control.GO_ON,
            tell=told.append,
        )
    model.network.zero_grad()
    (step,) = (report for report in told if isinstance(report, StepDone))
    return step.loss, seen[0]


def distance(found: Gradients, wanted: Gradients) -> float:
    """Give how far apart two gradients are, as a share of the norm of the second."""
    assert found.keys() == wanted.keys()
    gap = sum(float((found[name] - wanted[name]).square().sum()) for name in wanted)
    return float((gap / sum(float(each.square().sum()) for each in wanted.values())) ** 0.5)


def _gradients(network: Any) -> Gradients:
    return {name: weight.grad.clone() for name, weight in network.named_parameters()}


@contextmanager
def _watched(look: Callable[[], Gradients]) -> Iterator[list[Gradients]]:
    seen: list[Gradients] = []
    hook = register_optimizer_step_pre_hook(lambda *_: seen.append(look()))
    try:
        yield seen
    finally:
        hook.remove()
