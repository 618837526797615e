"""The predecessor in memory keeps its promises."""

import pytest

from adapters.memory.predecessor import MemoryPredecessor
from application.ports.predecessor import Predecessor
from tests.contracts.predecessor import PredecessorContract, PredecessorOf, Tree


class TestMemoryPredecessor(PredecessorContract):
    @pytest.fixture
    def predecessor_of(self) -> PredecessorOf:
        def make(tree: Tree) -> tuple[Predecessor, str, str]:
            return MemoryPredecessor({"config.json": tree}, {"one": tree}), "config.json", "one"

        return make
