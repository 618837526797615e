"""A model that forgets at random while it is trained."""

from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from domain.settings.settings import Settings
from tests.heroes import a_hero

DROPOUT = 0.1


def a_model() -> LoadedModel:
    """Drops attention at random: a resumed run must draw the same numbers as a whole one."""
    model = HuggingFaceModelLoader().load(a_hero(), "", Settings()).model
    for layer in model.network.model.layers:
        layer.self_attn.attention_dropout = DROPOUT
    return model
