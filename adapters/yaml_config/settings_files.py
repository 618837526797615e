"""Settings as people write them: in guild.yaml, and as key=value."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.yaml_config.checking import check, check_tree, tree_faults
from adapters.yaml_config.editing import with_value
from adapters.yaml_config.strict import YamlError, read
from application.ports.settings_source import (
    BadSettingError,
    SettingsSource,
    UnknownSettingError,
)
from domain.errors import GuildError
from domain.settings.layers import Layer

VARIABLE = "GUILD_CONFIG__"


class YamlSettingsSource(SettingsSource):
    """Reads the settings file of a hall, the environment, and assignments."""

    def __init__(self, project_file: Path, environment: Mapping[str, str]) -> None:
        self._file = project_file
        self._environment = environment

    def project(self) -> Layer:
        """Read the file; a missing or empty one sets nothing."""
        try:
            tree = read(self._file)
        except YamlError as error:
            raise BadSettingError(str(error)) from error
        values, places = check_tree(tree)
        return Layer("project file", values, places)

    def environment(self) -> Layer:
        """Read the variables that begin with GUILD_CONFIG__."""
        values, places = {}, {}
        for name, text in self._environment.items():
            if name.startswith(VARIABLE):
                key = name.removeprefix(VARIABLE).replace("__", ".").lower()
                values[key] = check(key, text, name, typed=False)
                places[key] = name
        return Layer("environment", values, places)

    def keep(self, pair: str) -> str:
        """Change one value in the file, atomically; comments and order stay."""
        layer = self.assignments([pair], "config set")
        ((key, value),) = layer.values.items()
        self.project()  # a file that cannot be read is not changed
        text, difference = with_value(self._file, key, value)
        draft = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self._file)
        return difference

    def faults(self) -> Sequence[GuildError]:
        """Look at every leaf of the file and at every variable."""
        found: list[GuildError] = []
        try:
            found += tree_faults(read(self._file))
        except YamlError as error:
            found.append(BadSettingError(str(error)))
        for name in self._environment:
            try:
                YamlSettingsSource(self._file, {name: self._environment[name]}).environment()
            except (BadSettingError, UnknownSettingError) as error:
                found.append(error)
        return found

    def assignments(self, pairs: Sequence[str], origin: str) -> Layer:
        """Read 'section.key=value' texts; of two for the same key the last one counts."""
        values = {}
        for pair in pairs:
            key, sign, text = pair.partition("=")
            if not sign:
                raise BadSettingError(
                    f"'{pair}' sets nothing ({origin})", fix=("write section.key=value",)
                )
            values[key.strip()] = check(key.strip(), text.strip(), origin, typed=False)
        return Layer(origin, values, dict.fromkeys(values, origin))
