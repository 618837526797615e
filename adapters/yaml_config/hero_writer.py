"""Hero files written: a new one whole, an old one only where a value changes."""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, fields
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML

from adapters.yaml_config.hero_file import HeroFile
from application.ports.hero_catalog import HeroExistsError, HeroFileError
from domain.hero import BaseModel, Hero

_RARE_BREAKS = frozenset("\x85\u2028\u2029")


def write_new(folder: Path, hero: Hero) -> None:
    """Write the file of a hero that has none; what would not be read again is not written."""
    tree = _tree(hero)
    try:
        HeroFile.model_validate(tree)
    except ValidationError as error:
        place, message = error.errors()[0]["loc"], error.errors()[0]["msg"]
        raise HeroFileError(f"{'.'.join(map(str, place))}: {message}") from error
    path = folder / f"{hero.id}.yaml"
    try:
        _place(path, _text(tree), os.link)
    except FileExistsError as error:
        raise HeroExistsError(hero.id) from error


def write_facts(path: Path, old: BaseModel, new: BaseModel) -> None:
    """Change the values that differ where they stand; not a letter besides is touched."""
    text = path.read_bytes().decode("utf-8-sig")
    spans = _spans(text)
    changed = {key: value for key, value in _plain(new).items() if value != _plain(old)[key]}
    for key in sorted(changed, key=lambda name: spans[name], reverse=True):
        first, past = spans[key]
        text = text[:first] + json.dumps(changed[key]) + text[past:]
    _place(path, text, os.replace)


def _spans(text: str) -> Mapping[str, tuple[int, int]]:
    """Give where each value of the model begins and ends in a file that has been checked."""
    root = YAML(typ="safe", pure=True).compose(text)
    model = next(value for key, value in root.value if key.value == "model")
    return {key.value: (value.start_mark.index, value.end_mark.index) for key, value in model.value}


def _tree(hero: Hero) -> dict[str, Any]:
    defaults: dict[str, dict[str, Any]] = {}
    for key, value in hero.training_defaults.items():
        section, _, leaf = key.partition(".")
        defaults.setdefault(section, {})[leaf] = value
    empty: dict[str, Any] = {field.name: field.default for field in fields(BaseModel)}
    model = {key: value for key, value in _plain(hero.model).items() if value != empty[key]}
    optional = {
        "training_defaults": defaults,
        "display": dict(hero.display),
        "notes": hero.notes,
    }
    return {
        "id": hero.id,
        "name": hero.name,
        "description": hero.description,
        "model": model,
        "chat": {"template": str(hero.chat_template)},
        **{key: value for key, value in optional.items() if value},
    }


def _plain(model: BaseModel) -> Mapping[str, str | int]:
    return {**asdict(model), "source": str(model.source)}


def _text(tree: Any) -> str:
    yaml, stream = YAML(pure=True), StringIO()
    # Unescaped, these would be read again as other white space.
    yaml.allow_unicode = _RARE_BREAKS.isdisjoint(json.dumps(tree, ensure_ascii=False))
    yaml.width = 2**20  # folded lines are not always read again as they were
    yaml.dump(tree, stream)
    return stream.getvalue()


def _place(path: Path, text: str, move: Callable[[Path, Path], None]) -> None:
    """Write beside the place, then move there at once, so that nobody reads half a file."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        with beside.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        move(beside, path)
        _settle(path.parent)
    except FileExistsError:
        raise
    except OSError as error:
        raise HeroFileError(f"{path} cannot be written", why=str(error)) from error
    finally:
        with suppress(OSError):
            beside.unlink()


def _settle(folder: Path) -> None:
    """Wait until the names in a folder are on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
