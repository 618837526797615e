from pathlib import Path

import pytest

from adapters.memory.model_loader import MemoryChatEncoder, MemoryModel, MemoryModelLoader
from application.ports.model_loader import Description
from domain.hero import Hero
from domain.settings.settings import Settings
from tests.builders import an_architecture
from tests.contracts.model_loader import ChatEncoderContract, ModelLoaderContract
from tests.heroes import a_hero


class TestMemoryModelLoader(ModelLoaderContract):
    @pytest.fixture
    def loader(self) -> MemoryModelLoader:
        known = Description(model=a_hero().model, chat_template=a_hero().chat_template)
        return MemoryModelLoader(unavailable=("far-away",), described=[known])

    @pytest.fixture
    def hero(self) -> Hero:
        return a_hero()

    @pytest.fixture
    def absent(self) -> Hero:
        return a_hero("far-away", name="elsewhere")

    @pytest.fixture
    def checkpoint(self, tmp_path: Path) -> str:
        MemoryModel("f" * 64, 3).write(str(tmp_path))
        return str(tmp_path)


class TestMemoryChatEncoder(ChatEncoderContract):
    @pytest.fixture
    def encoder(self) -> MemoryChatEncoder:
        return MemoryChatEncoder()


def test_what_is_found_may_be_another_model_than_the_heros() -> None:
    loader = MemoryModelLoader(found=an_architecture())
    assert loader.load(a_hero(), "", Settings()).facts.architecture == an_architecture()
