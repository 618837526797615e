import pytest
from hypothesis import given

from adapters.memory.token_store import MemoryTokenStore
from tests.contracts.token_store import (
    KEY,
    FingerprintedRow,
    TokenStoreContract,
    any_notes,
    blocks_of_rows,
    require_round_trip,
)


class TestMemoryTokenStore(TokenStoreContract):
    @pytest.fixture
    def store(self) -> MemoryTokenStore:
        return MemoryTokenStore()


@given(blocks=blocks_of_rows, notes=any_notes)
def test_any_rows_and_notes_come_back(blocks: list[list[FingerprintedRow]], notes: str) -> None:
    require_round_trip(MemoryTokenStore(), KEY, blocks, notes)
