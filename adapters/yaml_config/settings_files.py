"""Settings as people write them: in guild.yaml, and as key=value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from adapters.yaml_config.checking import check, check_tree, tree_faults
from adapters.yaml_config.editing import with_values
from adapters.yaml_config.strict import YamlError, read
from application.ports.settings_source import (
    BadSettingError,
    SettingsSource,
    UnknownSettingError,
)
from domain.errors import GuildError
from domain.settings.assignment import typed_as
from domain.settings.layers import Layer, Value
from domain.settings.settings import Settings

VARIABLE = "GUILD_CONFIG__"
_NEARLY = "GUILD_CONFIG_"
_SHORT = {"ENABLE_PACKING": "packing.enabled"}


class YamlSettingsSource(SettingsSource):
    """Reads the settings file of a hall, the environment, and assignments.

    write puts a text in the place of a file, whole or not at all, and on disk when it returns.
    """

    def __init__(
        self,
        project_file: Path,
        environment: Mapping[str, str],
        write: Callable[[Path, str], None],
    ) -> None:
        self._file, self._write = project_file, write
        short = {name: environment[name] for name in _SHORT if name in environment}
        # The full names come last: where both set the same, they win.
        self._variables = short | {
            name: text
            for name, text in environment.items()
            if name.startswith(VARIABLE) or _meant(name)
        }

    def project(self) -> Layer:
        """Read the file; a missing or empty one sets nothing."""
        try:
            tree = read(self._file)
        except YamlError as error:
            raise BadSettingError(str(error), why=error.why, fix=error.fix) from error
        values, places = check_tree(tree)
        return Layer("project file", values, places)

    def environment(self) -> Layer:
        """Read the variables that begin with GUILD_CONFIG__, and ENABLE_PACKING."""
        values, places = dict[str, Value](), dict[str, str]()
        for name, text in self._variables.items():
            key, value = _said_by(name, text)
            if values.get(key, value) != value and places[key] not in _SHORT:
                raise _contradiction(places[key], name, key)
            values[key], places[key] = value, name
        return Layer("environment", values, places)

    def keep(self, pair: str) -> str:
        """Change one value in the file; comments and order stay."""
        return self._keep(self.assignments([pair], "config set"))

    def take_over(self, pairs: Sequence[str]) -> str:
        """Change several values in the file at once."""
        return self._keep(self.assignments(pairs, "config import"))

    def faults(self) -> Sequence[GuildError]:
        """Look at every leaf of the file and at every variable."""
        found: list[GuildError] = []
        try:
            found += tree_faults(read(self._file))
        except YamlError as error:
            found.append(BadSettingError(str(error), why=error.why, fix=error.fix))
        for name, text in self._variables.items():
            try:
                _said_by(name, text)
            except (BadSettingError, UnknownSettingError) as error:
                found.append(error)
        return found or self._contradictions()

    def _contradictions(self) -> list[GuildError]:
        try:
            self.environment()
        except BadSettingError as error:
            return [error]
        return []

    def assignments(self, pairs: Sequence[str], origin: str) -> Layer:
        """Read 'section.key=value' texts; of two for the same key the last one counts."""
        values, places = {}, {}
        for pair in pairs:
            written, sign, text = pair.partition("=")
            key, place = written.strip(), typed_as(pair, origin)
            if not sign:
                raise BadSettingError(
                    f"'{pair}' sets nothing ({origin})", fix=("write section.key=value",)
                )
            values[key], places[key] = check(key, text.strip(), place, typed=False), place
        return Layer(origin, values, places)

    def _keep(self, layer: Layer) -> str:
        self.project()  # a file that cannot be read is not changed
        text, difference = with_values(self._file, layer.values)
        if difference:
            try:
                self._write(self._file, text)
            except OSError as error:
                raise BadSettingError(f"{self._file} cannot be written", why=str(error)) from error
        return difference


def _meant(name: str) -> str:
    """Name the variable that one with an underscore too few was meant to be, '' for others.

    Options of commands can stand in variables as well: GUILD_CONFIG_SHOW_ORIGIN.
    """
    rest = name.removeprefix(_NEARLY)
    if rest == name or rest.startswith("_"):
        return ""
    for section in fields(Settings):
        if rest.lower().startswith(f"{section.name}_"):
            cut = len(section.name)
            return f"{VARIABLE}{rest[:cut]}__{rest[cut:].lstrip('_')}"
    return ""


def _contradiction(one: str, other: str, key: str) -> BadSettingError:
    return BadSettingError(
        f"{one} and {other} set {key} to different values",
        why="the names of variables differ only in case, and none comes first",
        fix=(f"unset {one}", f"or unset {other}"),
    )


def _said_by(name: str, text: str) -> tuple[str, Value]:
    if meant := _meant(name):
        raise BadSettingError(
            f"{name} sets nothing",
            why=f"variables that set something are named {VARIABLE}SECTION__KEY",
            fix=(f"did you mean {meant}?", f"unset {name}"),
        )
    key = _SHORT.get(name) or name.removeprefix(VARIABLE).replace("__", ".").lower()
    return key, check(key, text, name, typed=False)
