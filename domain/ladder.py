"""What is tried when a batch does not fit into memory: the same steps, in smaller passes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from domain.settings.hyperparams import Hyperparams
from domain.settings.layers import Value, with_values
from domain.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """How much goes through the model at once, and whether activations are computed twice.

    micro_batch counts rows or packs in a pass, accumulation the passes in a step.
    """

    micro_batch: int
    accumulation: int
    activation_checkpointing: bool

    @property
    def weight(self) -> tuple[bool, int]:
        """Give what sorts rungs by the memory that they take."""
        return not self.activation_checkpointing, self.micro_batch

    def __str__(self) -> str:
        """Give the rung in words."""
        twice = ", activations computed twice" if self.activation_checkpointing else ""
        return f"batch {self.micro_batch} x {self.accumulation} passes{twice}"


def rungs(hyperparams: Hyperparams) -> Iterator[Rung]:
    """Give what can be tried, from what was asked down to what takes least memory."""
    asked, passes = hyperparams.per_device_train_batch_size, hyperparams.gradient_accumulation_steps
    twice = hyperparams.activation_checkpointing
    size = asked
    while size:
        yield Rung(
            micro_batch=size,
            accumulation=passes * -(-asked // size),
            activation_checkpointing=twice,
        )
        size //= 2
    if not twice:
        yield Rung(micro_batch=1, accumulation=passes * asked, activation_checkpointing=True)


def first_rung(hyperparams: Hyperparams) -> Rung:
    """Give what was asked."""
    return next(rungs(hyperparams))


def next_rung(hyperparams: Hyperparams, rung: Rung) -> Rung | None:
    """Give the first that takes less memory than one that did not fit, None after the last."""
    return next((each for each in rungs(hyperparams) if each.weight < rung.weight), None)


def tried(hyperparams: Hyperparams, rung: Rung) -> tuple[Rung, ...]:
    """Give the rungs from what was asked down to this one."""
    return tuple(each for each in rungs(hyperparams) if each.weight >= rung.weight)


def rung_that_fits(hyperparams: Hyperparams, worked: Rung | None) -> Rung:
    """Give the first that takes no more memory than one that worked, else what was asked."""
    known = tuple(rungs(hyperparams))
    if worked is None:
        return known[0]
    return next((each for each in known if each.weight <= worked.weight), known[-1])


def on_rung(settings: Settings, rung: Rung) -> Settings:
    """Give the settings with passes as small as the rung wants them."""
    hyperparams = replace(
        settings.hyperparams,
        per_device_train_batch_size=rung.micro_batch,
        gradient_accumulation_steps=rung.accumulation,
        activation_checkpointing=rung.activation_checkpointing,
    )
    return replace(settings, hyperparams=hyperparams)


def hyperparams_in(values: Mapping[str, Value]) -> Hyperparams:
    """Read the hyperparameters of a job's settings."""
    return with_values(Settings(), values).hyperparams
