import hashlib
from dataclasses import dataclass

import pytest

from adapters.memory.dataset_source import MemoryDatasetSource
from adapters.memory.inbox import MemoryInbox
from domain.dataset import Dataset
from tests.contracts.dataset_source import DatasetSourceContract


@dataclass(frozen=True, slots=True)
class MemoryShelf:
    places: dict[str, bytes]

    def keep(self, content: bytes) -> Dataset:
        sha256 = hashlib.sha256(content).hexdigest()
        self.places[f"datasets/{sha256}"] = content
        return Dataset(sha256=sha256, name="rows.jsonl", size=len(content))

    def place(self, content: bytes) -> str:
        self.places["home/rows.jsonl"] = content
        return "home/rows.jsonl"

    def spoil(self, dataset: Dataset, content: bytes | None) -> None:
        self.places.pop(f"datasets/{dataset.sha256}")
        if content is not None:
            self.places[f"datasets/{dataset.sha256}"] = content


class TestMemoryDatasetSource(DatasetSourceContract):
    @pytest.fixture
    def places(self) -> dict[str, bytes]:
        return {}

    @pytest.fixture
    def source(self, places: dict[str, bytes]) -> MemoryDatasetSource:
        return MemoryDatasetSource(places)

    @pytest.fixture
    def shelf(self, places: dict[str, bytes]) -> MemoryShelf:
        return MemoryShelf(places)


def test_what_an_inbox_stages_and_keeps_can_be_read() -> None:
    places = {"home/rows.jsonl": b'{"a": 1}\n'}
    inbox, source = MemoryInbox(places), MemoryDatasetSource(places)
    staged = inbox.stage("home/rows.jsonl")
    assert list(source.rows_at(staged.location)) == [(1, {"a": 1})]
    inbox.keep(staged)
    assert list(source.rows(staged.dataset)) == [(1, {"a": 1})]
