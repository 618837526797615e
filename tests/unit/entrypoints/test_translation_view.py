"""What was taken over, as it is shown."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings

from adapters.filesystem.atomic import write_atomically
from adapters.yaml_config.settings_files import YamlSettingsSource
from domain.settings.layers import Value
from domain.settings.translation import Taken, Translation
from entrypoints.cli.translation_view import yaml_block
from tests.strategies import some_settings


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=some_settings)
def test_the_shown_yaml_says_what_was_taken(tmp_path: Path, values: dict[str, Value]) -> None:
    taken = tuple(Taken("old", key, value) for key, value in values.items())
    file = tmp_path / "guild.yaml"
    file.write_text(yaml_block(Translation(taken, ())), encoding="utf-8")

    assert dict(YamlSettingsSource(file, {}, write_atomically).project().values) == values
