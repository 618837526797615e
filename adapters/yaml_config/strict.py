"""YAML as guild reads it: one document of plain mappings, every value with its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_LARGEST = 1 << 17
_DEEPEST = 20
_TAG = "tag:yaml.org,2002:"
# Dates stay text: no setting is one.
_TYPED = frozenset(_TAG + kind for kind in ("int", "float", "bool", "null"))
_KNOWN = _TYPED | {_TAG + kind for kind in ("str", "timestamp", "map", "seq")}


_WHY = "guild reads plain YAML: what could be understood in two ways is refused"
_PLAIN = "write 'key: value' lines; quote a text that has ': ' or ' #' in it"


class YamlError(Exception):
    """A file is not such YAML; the message begins with its place."""

    def __init__(self, message: str, *, why: str = _WHY, fix: str = _PLAIN) -> None:
        super().__init__(message)
        self.why = why
        self.fix = (fix,)


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a file: plain, a list, or a mapping of entries; place is 'file:line'."""

    value: "str | int | float | bool | list[Entry] | Mapping[str, Entry] | None"
    place: str

    @property
    def children(self) -> "Mapping[str, Entry]":
        """Give the entries of a mapping; an empty value has none."""
        return self.value if isinstance(self.value, Mapping) else {}

    def plain(self) -> Any:
        """Give the value without the places of what is in it."""
        if isinstance(self.value, Mapping):
            return {key: entry.plain() for key, entry in self.value.items()}
        if isinstance(self.value, list):
            return [entry.plain() for entry in self.value]
        return self.value


def read(path: Path) -> Entry:
    """Read a file, whose root is a mapping; a missing or empty one has no entries."""
    try:
        text = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise YamlError(
            f"{path}: {error}", why="it must be a text in UTF-8", fix="save it as one, readable"
        ) from error
    if len(text) > _LARGEST:
        raise YamlError(
            f"{path}: longer than {_LARGEST} characters",
            why="no file of settings or of a hero is that long",
            fix="look whether it is the right file",
        )
    try:
        return _root(text, path)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise YamlError(f"{path}:{line}: {error.problem or error.context}") from error
    except YAMLError as error:
        raise YamlError(f"{path}: {error}") from error


def _root(text: str, path: Path) -> Entry:
    yaml = YAML(typ="safe", pure=True)
    _check_events(yaml, text, path)
    node = yaml.compose(text)
    if node is None:
        return Entry({}, f"{path}:1")
    entry = _Reader(path, yaml).entry(node)
    if not isinstance(entry.value, Mapping | None):
        raise YamlError(f"{entry.place}: expected 'key: value' lines")
    return entry


def _check_events(yaml: YAML, text: str, path: Path) -> None:
    depth = 0
    for event in yaml.parse(text):
        place = f"{path}:{event.start_mark.line + 1}"
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise YamlError(
                f"{place}: anchors and aliases are not read", fix="repeat the value instead"
            )
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        if depth > _DEEPEST:
            raise YamlError(f"{place}: nested too deeply", fix="section, key, value are enough")


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path
    yaml: YAML

    def entry(self, node: Node) -> Entry:
        place = f"{self.path}:{node.start_mark.line + 1}"
        if node.tag not in _KNOWN:
            raise YamlError(
                f"{place}: tags such as {node.tag} are not read", fix="write the value alone"
            )
        match node:
            case MappingNode():
                return Entry(self._mapping(node), place)
            case SequenceNode():
                return Entry([self.entry(item) for item in node.value], place)
            case ScalarNode():
                return Entry(self._scalar(node, place), place)
            case _:
                raise YamlError(f"{place}: expected a value")

    def _mapping(self, node: MappingNode) -> Mapping[str, Entry]:
        found: dict[str, Entry] = {}
        for key, value in node.value:
            place = f"{self.path}:{key.start_mark.line + 1}"
            if not isinstance(key, ScalarNode) or key.tag != _TAG + "str":
                raise YamlError(f"{place}: keys are words", fix="write a key that is one word")
            if key.value in found:
                raise YamlError(f"{place}: '{key.value}' is there twice", fix="keep one of them")
            found[key.value] = Entry(self.entry(value).value, place)
        return found

    def _scalar(self, node: ScalarNode, place: str) -> str | int | float | bool | None:
        if node.tag not in _TYPED:
            return str(node.value)
        try:
            value: str | int | float | bool | None = self.yaml.constructor.construct_object(node)
        except ValueError as error:
            raise YamlError(
                f"{place}: '{node.value[:40]}' is no {node.tag[len(_TAG) :]}",
                fix="quote it if it is a text",
            ) from error
        return value
