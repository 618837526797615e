import pytest

from adapters.memory.hero_catalog import MemoryHeroCatalog
from tests.contracts.hero_catalog import CatalogOf, HeroCatalogContract


class TestMemoryHeroCatalog(HeroCatalogContract):
    @pytest.fixture
    def catalog_of(self) -> CatalogOf:
        return MemoryHeroCatalog
