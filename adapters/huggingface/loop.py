"""transformers' training loop under guild's batches, loss and test of every gradient."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from adapters.huggingface.batches import Batch, PlannedBatches, collate_for
from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.loss import SummedLoss, trained_count
from adapters.huggingface.optimizer_state import take_over
from application.ports.trainer import Course
from domain.result import Cause, TrainingError
from domain.schedule import rate_factor
from domain.settings.hyperparams import Hyperparams


class Interrupted(Exception):  # noqa: N818 - a wish, not an error
    """Somebody wants the end between the parts of a batch: the step is dropped."""


class Loop(Trainer):
    """One job's steps; loss and norm are those of the last finished step."""

    loss_is_scaled_for_ga = True

    def __init__(
        self,
        model: LoadedModel,
        course: Course,
        arguments: TrainingArguments,
        callback: TrainerCallback,
        may_go_on: Callable[[], bool],
    ) -> None:
        super().__init__(model=model.network, args=arguments, callbacks=[callback])
        self.remove_callback(PrinterCallback)
        self.loss = self.norm = math.nan
        self._course, self._may_go_on = course, may_go_on
        self.attentions, self.formats = model.attentions, model.formats
        self._padding = model.tokenizer.pad_token_id
        self._summed_loss = SummedLoss(model.network, model.products)
        self._passes: list[torch.Tensor] = []

    def get_train_dataloader(self) -> Any:
        """Give the planned batches; the loader's own generator leaves the global one alone."""
        plan = self._course.plan
        loader = DataLoader(
            self._course.train,
            batch_sampler=PlannedBatches(plan),
            collate_fn=collate_for(
                self._course.settings, packed=plan.batches.packed, padding=self._padding
            ),
            generator=torch.Generator(),
            pin_memory=self.args.dataloader_pin_memory,
        )
        return self.accelerator.prepare(loader)

    def create_optimizer(self, model: Any = None) -> Any:
        """Make the optimizer; a job that carries takes over what the head's remembers."""
        begun = self.optimizer is not None
        optimizer = super().create_optimizer(model)
        if self._course.carry_from and not begun:
            take_over(optimizer, self._course.carry_from)
        return optimizer

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """Let the learning rate go as the course says."""
        settings, continues = self._course.settings, self._course.continues

        def factor(done: int) -> float:
            return rate_factor(done + 1, num_training_steps, settings, continues=continues)

        self.lr_scheduler = LambdaLR(optimizer or self.optimizer, factor)
        return self.lr_scheduler

    def get_batch_samples(
        self, epoch_iterator: Iterator[list[Batch]], num_batches: int, device: torch.device
    ) -> tuple[list[list[Batch]], int]:
        """Fetch the passes of one step and count its trained tokens."""
        fetched, _ = super().get_batch_samples(epoch_iterator, num_batches, device)
        self._passes = []
        return fetched, sum(trained_count(part) for batch in fetched for part in batch)

    def training_step(
        self, model: Any, inputs: list[Batch], num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Let a batch through the model, in parts where it does not fit at once."""
        losses: list[torch.Tensor] = []
        for part in inputs:
            if losses and not self._may_go_on():
                raise Interrupted
            losses.append(super().training_step(model, part, num_items_in_batch))
        return torch.stack(losses).sum()

    def compute_loss(
        self, model: Any, inputs: Batch, *, num_items_in_batch: int, **_: object
    ) -> torch.Tensor:
        """Give this pass's share of the step's mean."""
        loss = self._summed_loss(model, inputs) / num_items_in_batch
        self._passes.append(loss.detach())
        return loss

    def floating_point_ops(self, inputs: list[Batch]) -> int:
        """Count none: nobody reads them, and counting takes time in every pass."""
        return 0

    def _get_grad_norm(self, model: Any, grad_norm: Any = None) -> float:
        """Refuse a step that would spoil the weights: the last moment before they change."""
        self.norm = float(super()._get_grad_norm(model, grad_norm=grad_norm))
        self.loss = float(torch.stack(self._passes).sum())
        if not (math.isfinite(self.norm) and math.isfinite(self.loss)):
            raise TrainingError(
                Cause.DIVERGED,
                f"step {self.state.global_step + 1} would spoil the weights: "
                f"loss {self.loss}, gradient norm {self.norm}",
            )
        return self.norm


def arguments_of(
    hyperparams: Hyperparams, steps: int, folder: str, device: torch.device
) -> TrainingArguments:
    """Say in transformers' words how to train; saving, logging and measuring are ours."""
    arguments = TrainingArguments(
        output_dir=folder,
        per_device_train_batch_size=hyperparams.per_device_train_batch_size,
        gradient_accumulation_steps=hyperparams.gradient_accumulation_steps,
        max_steps=steps,
        learning_rate=hyperparams.learning_rate,
        weight_decay=hyperparams.weight_decay,
        adam_beta2=hyperparams.adam_beta2,
        max_grad_norm=hyperparams.max_grad_norm,
        optim="adamw_torch_fused",
        activation_checkpointing=hyperparams.activation_checkpointing,
        activation_checkpointing_kwargs={"use_reentrant": False},
        seed=hyperparams.seed,
        # The passes of SummedLoss choose the format; this would wrap other passes.
        bf16=False,
        fp16=False,
        use_cpu=device.type == "cpu",
        # False would be written into the checkpoint, and generation from it would crawl.
        use_cache=True,
        dataloader_pin_memory=device.type != "cpu",
        remove_unused_columns=False,
        save_strategy="no",
        eval_strategy="no",
        logging_strategy="no",
        logging_nan_inf_filter=False,
        report_to=[],
        disable_tqdm=True,
        log_level="error",
    )
    # One job, one device: transformers would spread a batch over all GPUs that it finds.
    arguments._n_gpu = min(arguments.n_gpu, 1)  # noqa: SLF001
    return arguments
