"""Who trains the same rows, how, and how much faster guild is to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OWN = ".venv"
ROWS = {"tiny": 64, "smol": 16}


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A trainer in its environment; bars say by model how many times guild's tokens/s are due.

    usual names the models that it trains when nobody chooses.
    """

    name: str
    says: str
    module: str
    how: str = ""
    environment: str = OWN
    bars: Mapping[str, float] = field(default_factory=dict)
    usual: tuple[str, ...] = ("tiny",)

    @property
    def python(self) -> Path:
        """Give the interpreter of its environment."""
        return ROOT / self.environment / "bin" / "python"

    @property
    def command(self) -> list[str]:
        """Say how it is started; the folder of model and rows comes behind."""
        return [str(self.python), "-m", f"benchmarks.training.{self.module}"]


TRL, FACTORY = ".peers/trl", ".peers/llamafactory"
GUILD = Variant(
    name="guild",
    says="packs of 1,024",
    module="guild_run",
    usual=("tiny", "smol"),
)
PADDED = Variant(
    name="trainer",
    says="Trainer, dynamic padding, shuffled",
    module="peer_trainer",
    bars={"tiny": 2.0, "smol": 1.4},
    usual=("tiny", "smol"),
)
VARIANTS = (
    GUILD,
    PADDED,
    Variant(
        name="trainer-grouped",
        says="Trainer, rows grouped by length",
        module="peer_trainer",
        how="grouped",
        usual=(),
    ),
    Variant(
        name="trl",
        says="TRL as it is, bf16 off",
        module="peer_trl",
        environment=TRL,
        bars={"tiny": 3.0},
    ),
    Variant(
        name="trl-bf16",
        says="TRL as it is",
        module="peer_trl",
        how="bf16",
        environment=TRL,
        usual=(),
    ),
    Variant(
        name="trl-bfd",
        says="TRL bfd, activations kept",
        module="peer_trl",
        how="bfd",
        environment=TRL,
        bars={"tiny": 1.5},
    ),
    Variant(
        name="trl-bfd-masked",
        says="the same, guild's labels",
        module="peer_trl",
        how="masked",
        environment=TRL,
        bars={"tiny": 1.5},
    ),
    Variant(
        name="llamafactory",
        says="LLaMA-Factory as it is",
        module="peer_llamafactory",
        environment=FACTORY,
        bars={"tiny": 2.5},
    ),
    Variant(
        name="llamafactory-neat",
        says="LLaMA-Factory neat_packing, activations kept",
        module="peer_llamafactory",
        how="neat",
        environment=FACTORY,
        bars={"tiny": 1.3},
    ),
)
