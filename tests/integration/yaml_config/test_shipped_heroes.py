from pathlib import Path

import pytest

from adapters.yaml_config.hero_catalog import YamlHeroCatalog
from domain.settings.layers import Layer, resolve

SHIPPED = Path(__file__).resolve().parents[3] / "configs" / "heroes"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path


def test_the_shipped_heroes_can_be_read_and_their_defaults_resolve(own: Path) -> None:
    heroes = YamlHeroCatalog(SHIPPED, own).find()
    assert [hero.id for hero in heroes] == ["dio-qwen3-0.6b", "smollm2-135m", "tiny-qwen3"]
    for hero in heroes:
        settings = resolve([Layer(hero.origin, hero.training_defaults)]).settings
        assert settings.hyperparams.learning_rate > 0
        assert settings.hyperparams.max_length <= hero.model.context_length
        assert hero.description
        assert not hero.own
        assert hero.notes


def test_dio_is_locked_as_its_predecessor_was(own: Path) -> None:
    locked = YamlHeroCatalog(SHIPPED, own).get("dio-qwen3-0.6b").locked_architecture
    assert locked.base_model == "Qwen/Qwen3-0.6B"
    assert locked.architecture == "Qwen3ForCausalLM"
    assert (locked.vocab_size, locked.max_context) == (151936, 4096)
