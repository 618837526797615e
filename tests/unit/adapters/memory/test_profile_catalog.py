import pytest

from adapters.memory.profile_catalog import MemoryProfileCatalog
from tests.contracts.profile_catalog import ProfileCatalogContract, shouting


class TestMemoryProfileCatalog(ProfileCatalogContract):
    @pytest.fixture
    def catalog(self) -> MemoryProfileCatalog:
        return MemoryProfileCatalog({"shouting": shouting, "plain_sft": shouting})
