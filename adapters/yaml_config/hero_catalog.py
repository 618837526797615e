"""Heroes in YAML files: those that guild ships, and the hall's own over them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from adapters.yaml_config.checking import check_tree
from adapters.yaml_config.hero_file import BLOCKS, HeroFile
from adapters.yaml_config.hero_writer import write_facts, write_new
from adapters.yaml_config.near import near
from adapters.yaml_config.strict import Entry, YamlError, read
from application.ports.hero_catalog import (
    HeroCatalog,
    HeroExistsError,
    HeroFileError,
    HeroNotFoundError,
)
from application.ports.settings_source import BadSettingError, UnknownSettingError
from domain.hero import BaseModel, Hero
from domain.settings.layers import Value


class YamlHeroCatalog(HeroCatalog):
    """Reads <id>.yaml from two folders; names that begin with an underscore are passed over.

    Only the second folder is ever written to.
    """

    def __init__(self, shipped: Path, own: Path) -> None:
        self._shipped, self._own = shipped, own

    def ids(self) -> Sequence[str]:
        """Read no file, only their names."""
        return sorted(self._files())

    def get(self, hero_id: str) -> Hero:
        """Read the one file of this hero."""
        files = self._files()
        if hero_id not in files:
            raise HeroNotFoundError(hero_id, sorted(files))
        return self._hero(hero_id, files[hero_id])

    def find(self) -> Sequence[Hero]:
        """Read all files."""
        return [self._hero(hero_id, path) for hero_id, path in sorted(self._files().items())]

    def keep(self, hero: Hero) -> None:
        """Write a new file."""
        if hero.id in self._files():
            raise HeroExistsError(hero.id)
        write_new(self._own, hero)

    def correct(self, hero_id: str, model: BaseModel) -> None:
        """Change the values in the file, and nothing else in it."""
        hero = self.get(hero_id)
        if not hero.own:
            raise HeroFileError(
                f"{hero.origin} is shipped with guild and is not changed",
                fix=(f"copy it to {self._own} and change it there",),
            )
        write_facts(Path(hero.origin), hero.model, model)

    def _files(self) -> Mapping[str, Path]:
        found = (path for folder in (self._shipped, self._own) for path in folder.glob("*.yaml"))
        return {path.stem: path for path in found if not path.name.startswith(("_", "."))}

    def _hero(self, hero_id: str, path: Path) -> Hero:
        return _hero(hero_id, path, own=path.parent == self._own)


def _hero(hero_id: str, path: Path, *, own: bool) -> Hero:
    tree = _tree(path)
    try:
        facts = HeroFile.model_validate(tree.plain())
    except ValidationError as error:
        # A name that is not known may be the reason why another one is missing.
        by_worth = sorted(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        _refuse(tree, by_worth[0], error)
    if facts.id != hero_id:
        place = tree.children["id"].place
        raise HeroFileError(f"{place}: the id is '{facts.id}', but the file is named '{hero_id}'")
    return Hero(
        id=facts.id,
        name=facts.name,
        description=facts.description,
        model=BaseModel(**facts.model.model_dump()),
        chat_template=facts.chat.template,
        training_defaults=_defaults(tree),
        display=facts.display,
        notes=facts.notes,
        origin=str(path),
        own=own,
    )


def _tree(path: Path) -> Entry:
    try:
        return read(path)
    except YamlError as error:
        raise HeroFileError(str(error), why=error.why, fix=error.fix) from error


def _defaults(tree: Entry) -> Mapping[str, Value]:
    block = tree.children.get("training_defaults", tree)
    try:
        return check_tree(block)[0] if block is not tree else {}
    except (BadSettingError, UnknownSettingError) as error:
        raise HeroFileError(str(error), why=error.why, fix=error.fix) from error


def _refuse(tree: Entry, details: ErrorDetails, error: ValidationError) -> NoReturn:
    path = tuple(map(str, details["loc"]))
    entry = tree
    for key in path:
        entry = entry.children.get(key, entry)
    name = ".".join(path)
    if details["type"] == "extra_forbidden":
        close = near(path[-1], BLOCKS[path[:-1]].model_fields)
        meant = (f"did you mean {' or '.join(close)}?",) if close else ()
        raise HeroFileError(f"{entry.place}: a hero has no '{name}'", fix=meant) from error
    if details["type"] == "missing":
        raise HeroFileError(f"{entry.place}: '{name}' is missing") from error
    raise HeroFileError(f"{entry.place}: {name}: {details['msg']}") from error
