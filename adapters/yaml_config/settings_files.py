"""Settings as people write them: in guild.yaml, and as key=value."""

from collections.abc import Callable, Mapping, Sequence
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
from domain.settings.layers import Layer, Value

VARIABLE = "GUILD_CONFIG__"


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
        self._variables = {
            name: text for name, text in environment.items() if name.startswith(VARIABLE)
        }

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
        for name, text in self._variables.items():
            key, value = _said_by(name, text)
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
            found.append(BadSettingError(str(error)))
        for name, text in self._variables.items():
            try:
                _said_by(name, text)
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

    def _keep(self, layer: Layer) -> str:
        self.project()  # a file that cannot be read is not changed
        text, difference = with_values(self._file, layer.values)
        if difference:
            try:
                self._write(self._file, text)
            except OSError as error:
                raise BadSettingError(f"{self._file} cannot be written", why=str(error)) from error
        return difference


def _said_by(name: str, text: str) -> tuple[str, Value]:
    key = name.removeprefix(VARIABLE).replace("__", ".").lower()
    return key, check(key, text, name, typed=False)
