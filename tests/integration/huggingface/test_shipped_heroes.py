"""Every shipped hero says what its class says, built without weights from its published values.

qwen3-0.6b: https://huggingface.co/Qwen/Qwen3-0.6B (config.json; its card gives 28 layers, 16 heads
for queries, 8 for keys and values). smollm2-135m: the header of the pinned GGUF.
"""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, LlamaConfig, PretrainedConfig, Qwen3Config

from adapters.huggingface.loaded_model import context_of, vocabulary_of, weights_of
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.yaml_config.hero_catalog import YamlHeroCatalog
from domain.hero import Source

pytestmark = pytest.mark.slow

SHIPPED = Path(__file__).resolve().parents[3] / "configs" / "heroes"
HEROES = {hero.id: hero for hero in YamlHeroCatalog(SHIPPED, SHIPPED / "none").find()}
PUBLISHED = {
    "dio-qwen3-0.6b": Qwen3Config(
        vocab_size=151936,
        hidden_size=1024,
        intermediate_size=3072,
        num_hidden_layers=28,
        num_attention_heads=16,
        num_key_value_heads=8,
        head_dim=128,
        max_position_embeddings=40960,
        tie_word_embeddings=True,
    ),
    "smollm2-135m": LlamaConfig(
        vocab_size=49152,
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        max_position_embeddings=8192,
        tie_word_embeddings=True,
    ),
}


def on_no_device(config: PretrainedConfig) -> Any:
    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(config)


def test_no_shipped_hero_is_left_out() -> None:
    built = {hero.id for hero in HEROES.values() if hero.model.source is Source.BUILT}
    assert set(HEROES) == built | set(PUBLISHED)


@pytest.mark.parametrize("hero_id", PUBLISHED)
def test_a_shipped_hero_says_what_its_class_says(hero_id: str) -> None:
    model, network = HEROES[hero_id].model, on_no_device(PUBLISHED[hero_id])
    assert next(network.parameters()).is_meta
    assert model.family == network.config.model_type
    assert model.architecture == type(network).__name__
    assert model.vocab_size == vocabulary_of(network)
    assert model.parameters == weights_of(network)
    assert model.context_length <= context_of(network)


def test_the_built_hero_says_what_is_built() -> None:
    hero = HEROES["tiny-qwen3"]
    found = HuggingFaceModelLoader().describe(hero.model, fetch=False)
    assert found.model == hero.model
    assert found.chat_template is hero.chat_template
