"""What a job really ran on, as the engine found it."""

from dataclasses import dataclass

from domain.ladder import Rung, first_rung
from domain.settings.model import Attention, Precision
from domain.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What was asked for and what was found are the same, or the job was refused.

    parameters counts weights, tied ones once; micro_batch counts rows or packs in a pass;
    passed_over says of each faster attention why it is not used.
    """

    device: str
    dtype: str
    attention: str
    world_size: int
    wrapper: str
    parameters: int
    trainable_parameters: int
    tied_weights: bool
    threads: int
    micro_batch: int
    accumulation: int
    activation_checkpointing: bool
    compiled: bool = False
    fused: bool = False
    passed_over: tuple[str, ...] = ()

    @property
    def rung(self) -> Rung:
        """Give how much went through the model at once."""
        return Rung(
            micro_batch=self.micro_batch,
            accumulation=self.accumulation,
            activation_checkpointing=self.activation_checkpointing,
        )

    def differences(self, settings: Settings) -> tuple[str, ...]:
        """Name each thing that is not as asked; what nobody asked for is no difference."""
        model, threads = settings.model, settings.environment.num_threads
        asked = {
            "model.dtype": (None if model.dtype is Precision.AUTO else model.dtype, self.dtype),
            "model.attn_implementation": (
                None if model.attn_implementation is Attention.AUTO else model.attn_implementation,
                self.attention,
            ),
            "model.compile": (model.compile, self.compiled),
            "model.liger": (model.liger, self.fused),
            "environment.num_threads": (threads or None, self.threads),
            "batch": (first_rung(settings.hyperparams), self.rung),
            "processes": (1, self.world_size),
            "trainable weights": (self.parameters, self.trainable_parameters),
        }
        return tuple(
            f"{name}: asked {wanted}, found {found}"
            for name, (wanted, found) in asked.items()
            if wanted is not None and wanted != found
        )
