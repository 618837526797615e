from dataclasses import replace
from pathlib import Path

import pytest

from adapters.memory.chat_encoder import MemoryChatEncoder
from adapters.memory.model_loader import MemoryModel, MemoryModelLoader
from application.ports.model_loader import Description
from domain.conversation import Conversation
from domain.hero import Hero
from domain.settings.settings import Settings
from tests.builders import an_architecture
from tests.contracts.chat_encoder import TALK, ChatEncoderContract, told
from tests.contracts.model_loader import ModelLoaderContract
from tests.heroes import a_hero


class TestMemoryModelLoader(ModelLoaderContract):
    @pytest.fixture
    def loader(self) -> MemoryModelLoader:
        known = Description(model=a_hero().model, chat_template=a_hero().chat_template)
        return MemoryModelLoader(
            unavailable=("far-away",), thinking=("thinker",), described=[known]
        )

    @pytest.fixture
    def hero(self) -> Hero:
        return a_hero()

    @pytest.fixture
    def absent(self) -> Hero:
        return a_hero("far-away", name="elsewhere")

    @pytest.fixture
    def thinker(self) -> Hero:
        return a_hero("thinker")

    @pytest.fixture
    def checkpoint(self, tmp_path: Path) -> str:
        MemoryModel("f" * 64, 3).write(str(tmp_path))
        return str(tmp_path)


class TestMemoryChatEncoder(ChatEncoderContract):
    @pytest.fixture
    def encoder(self) -> MemoryChatEncoder:
        return MemoryChatEncoder()


def test_the_thoughts_of_a_trained_turn_are_trained() -> None:
    thought = replace(TALK.messages[2], thinking="from the end")
    talk = Conversation((*TALK.messages[:2], thought))
    assert told(MemoryChatEncoder(), talk) == ["<think>from the end</think>LWO<end>"]


def test_what_is_found_may_be_another_model_than_the_heros() -> None:
    loader = MemoryModelLoader(found=an_architecture())
    assert loader.load(a_hero(), "", Settings()).facts.architecture == an_architecture()
