"""Take in a new hero."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from application.ports.hero_catalog import HeroCatalog, HeroExistsError, HeroFileError
from application.ports.model_loader import ModelLoader
from domain.hero import HERO_ID, BaseModel, Hero, Source
from domain.settings.hyperparams import Hyperparams
from domain.settings.layers import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class AddHero:
    """Take in a new hero of the hall.

    Whatever the model's own files say is read from them, so that nobody types it wrongly.
    """

    heroes: HeroCatalog
    models: ModelLoader[Any]

    def execute(
        self, hero_id: str, source: Source, model: str, *, name: str = "", dry_run: bool = False
    ) -> Hero:
        """Describe the model and keep the hero; a dry run keeps nothing."""
        self._require_free(hero_id)
        found = self.models.describe(_unread(source, model), fetch=True)
        hero = Hero(
            id=hero_id,
            name=name or hero_id,
            description=f"{found.model.architecture} from {model}.",
            model=found.model,
            chat_template=found.chat_template,
            training_defaults=_defaults(found.model),
            own=True,
        )
        if dry_run:
            return hero
        self.heroes.keep(hero)
        return self.heroes.get(hero_id)

    def _require_free(self, hero_id: str) -> None:
        if not re.fullmatch(HERO_ID, hero_id):
            raise HeroFileError(
                f"'{hero_id}' cannot be the id of a hero",
                why="an id has letters, digits, dots, dashes and underscores, and names a file",
            )
        if hero_id in self.heroes.ids():
            raise HeroExistsError(hero_id)


def _defaults(model: BaseModel) -> Mapping[str, Value]:
    """Give only what the model forces: no row longer than it can read."""
    usual = Hyperparams().max_length
    longest = model.context_length
    return {"hyperparams.max_length": longest} if longest < usual else {}


def _unread(source: Source, model: str) -> BaseModel:
    """Say only where the model comes from; a GGUF is named by its folder and its file."""
    folder, _, file = model.rpartition("/")
    is_file = source is Source.GGUF
    return BaseModel(
        source=source,
        name=(folder or ".") if is_file else model,
        file=file if is_file else "",
        family="",
        architecture="",
        vocab_size=0,
        context_length=0,
        parameters=0,
    )
