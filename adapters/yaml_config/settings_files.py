"""Settings as people write them: in guild.yaml, and as key=value."""

from collections.abc import Sequence
from pathlib import Path

from adapters.yaml_config.checking import check, check_tree
from adapters.yaml_config.strict import YamlError, read
from application.ports.settings_source import BadSettingError, SettingsSource
from domain.settings.layers import Layer


class YamlSettingsSource(SettingsSource):
    """Reads the settings file of a hall, and assignments."""

    def __init__(self, project_file: Path) -> None:
        self._file = project_file

    def project(self) -> Layer:
        """Read the file; a missing or empty one sets nothing."""
        try:
            tree = read(self._file)
        except YamlError as error:
            raise BadSettingError(str(error)) from error
        return Layer(str(self._file), check_tree(tree))

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
        return Layer(origin, values)
