"""Models that are a digest of what they were taught, for tests and dry runs."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from adapters.memory.chat_encoder import MemoryChatEncoder
from application.ports.model_loader import (
    Description,
    Loaded,
    ModelFacts,
    ModelLoader,
    ModelUnavailableError,
)
from domain.architecture import LockedArchitecture
from domain.checkpoint import BrokenCheckpointError
from domain.hero import BaseModel, Hero
from domain.settings.model import Attention, Precision
from domain.settings.settings import Settings

_FILE = "model.json"


@dataclass(frozen=True, slots=True)
class MemoryModel:
    """A digest over everything that was trained, and the number of steps it took."""

    digest: str
    steps: int = 0

    @classmethod
    def read(cls, location: str) -> Self:
        """Read what was written to a checkpoint."""
        try:
            return cls(**json.loads((Path(location) / _FILE).read_text()))
        except (OSError, TypeError, ValueError) as error:
            raise BrokenCheckpointError(
                f"no model can be loaded from {location}", why=str(error)
            ) from error

    def write(self, location: str) -> None:
        """Write this into a checkpoint."""
        (Path(location) / _FILE).write_text(json.dumps(asdict(self)))


class MemoryModelLoader(ModelLoader[MemoryModel]):
    """Has every hero but those named; those `thinking` have a chat template that writes thoughts.

    `found` is what it loads where that is not the hero's own.

    Base models are described by the given descriptions, under the name of each.
    """

    def __init__(
        self,
        *,
        unavailable: Collection[str] = (),
        thinking: Collection[str] = (),
        found: LockedArchitecture | None = None,
        described: Collection[Description] = (),
    ) -> None:
        self._unavailable, self._thinking = frozenset(unavailable), frozenset(thinking)
        self._found = found
        self._described: Mapping[str, Description] = {each.model.name: each for each in described}

    def check(self, hero: Hero, location: str) -> None:
        """Refuse the heroes that were named."""
        if hero.id in self._unavailable and not location:
            raise ModelUnavailableError(
                f"the weights of {hero.model.name} are not on this machine",
                fix=("choose another hero",),
            )

    def load(
        self, hero: Hero, location: str, settings: Settings, *, plain_chat: bool = False
    ) -> Loaded[MemoryModel]:
        """Read a checkpoint, or make the digest of a base model from its name and seed."""
        self.check(hero, location)
        model = MemoryModel.read(location) if location else _base(hero)
        return Loaded(
            model=model,
            facts=ModelFacts(
                architecture=self._found or hero.locked_architecture,
                parameters=hero.model.parameters,
                dtype=_precision(settings.model.dtype),
                device="memory",
                attention=_attention(settings.model.attn_implementation),
                weights_digest=model.digest,
            ),
            encoder=self._encoder(hero, location, plain_chat=plain_chat),
        )

    def describe(self, model: BaseModel, *, fetch: bool) -> Description:
        """Look the description up."""
        if model.name not in self._described:
            raise ModelUnavailableError(f"nothing is known of {model.name}")
        return self._described[model.name]

    def encoder(
        self, hero: Hero, location: str, settings: Settings, *, plain_chat: bool = False
    ) -> MemoryChatEncoder:
        """Give the encoder of all heroes."""
        self.check(hero, location)
        return self._encoder(hero, location, plain_chat=plain_chat)

    def _encoder(self, hero: Hero, location: str, *, plain_chat: bool) -> MemoryChatEncoder:
        thinks = hero.id in self._thinking and not location
        return MemoryChatEncoder(template_replaced=plain_chat and thinks)


def _base(hero: Hero) -> MemoryModel:
    origin = f"{hero.model.name} {hero.model.seed}"
    return MemoryModel(hashlib.sha256(origin.encode()).hexdigest())


def _precision(wish: Precision) -> str:
    return str(Precision.FLOAT32 if wish is Precision.AUTO else wish)


def _attention(wish: Attention) -> str:
    return str(Attention.EAGER if wish is Attention.AUTO else wish)
