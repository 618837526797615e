import pytest

from adapters.memory.settings_source import MemorySettingsSource
from tests.contracts.settings_source import SettingsSourceContract, SourceOf


class TestMemorySettingsSource(SettingsSourceContract):
    @pytest.fixture
    def source_of(self) -> SourceOf:
        return MemorySettingsSource
