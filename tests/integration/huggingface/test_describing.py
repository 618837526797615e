from dataclasses import replace
from pathlib import Path

import pytest

from adapters.huggingface.chat_format import CHATML, END
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.silence import silence
from adapters.huggingface.tiny_model import build_network
from application.ports.model_loader import ModelUnavailableError
from domain.architecture import ArchitectureMismatchError
from domain.hero import BaseModel, ChatTemplate, Source
from domain.settings.settings import Settings
from tests.heroes import a_hero
from tests.integration.huggingface.folders import a_folder, in_folder

pytestmark = pytest.mark.slow


def unread(name: str, source: Source = Source.FOLDER) -> BaseModel:
    facts = {"family": "", "architecture": "", "vocab_size": 0, "context_length": 0}
    return BaseModel(source=source, name=name, parameters=0, **facts)  # type: ignore[arg-type]


@pytest.fixture
def loader() -> HuggingFaceModelLoader:
    return HuggingFaceModelLoader()


def test_a_folder_says_all_that_must_not_be_typed(
    loader: HuggingFaceModelLoader, tmp_path: Path
) -> None:
    found = loader.describe(unread(str(a_folder(tmp_path))), fetch=False)
    assert found.model == in_folder(tmp_path).model
    assert found.chat_template is ChatTemplate.MODEL


def test_weights_are_not_read(loader: HuggingFaceModelLoader, tmp_path: Path) -> None:
    (a_folder(tmp_path) / "model.safetensors").write_bytes(b"")
    assert loader.describe(unread(str(tmp_path)), fetch=False).model.parameters == 155_008


@pytest.mark.parametrize(
    "template", [None, "{% for broken %}", "{{ messages[0].content }}", CHATML.split("{% if")[0]]
)
def test_a_model_without_a_template_to_follow_speaks_chatml(
    loader: HuggingFaceModelLoader, tmp_path: Path, template: str | None
) -> None:
    folder = a_folder(tmp_path, template=template)
    found = loader.describe(unread(str(folder)), fetch=False)
    assert found.chat_template is ChatTemplate.CHATML


def test_a_model_that_speaks_neither_is_refused(
    loader: HuggingFaceModelLoader, tmp_path: Path
) -> None:
    a_folder(tmp_path, template=None)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        path = tmp_path / name
        path.write_text(path.read_text().replace(END, "<|stop|>"))
    with pytest.raises(ModelUnavailableError, match="cannot be used"):
        loader.describe(unread(str(tmp_path)), fetch=False)


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_folder_that_lacks_a_part_is_refused(
    loader: HuggingFaceModelLoader, tmp_path: Path, missing: str
) -> None:
    (a_folder(tmp_path) / missing).unlink()
    with pytest.raises(ModelUnavailableError):
        loader.describe(unread(str(tmp_path)), fetch=True)


class TestVocabularies:
    def test_a_padded_one_is_locked_with_its_padding(
        self, loader: HuggingFaceModelLoader, tmp_path: Path
    ) -> None:
        model = loader.describe(unread(str(a_folder(tmp_path, padding=17))), fetch=False).model
        hero = replace(in_folder(tmp_path), model=model)
        assert model.vocab_size == 495 + 17
        facts = loader.load(hero, "", Settings()).facts
        assert facts.architecture == hero.locked_architecture
        assert facts.parameters == model.parameters

    def test_one_without_the_padding_is_another(
        self, loader: HuggingFaceModelLoader, tmp_path: Path
    ) -> None:
        hero = in_folder(a_folder(tmp_path, padding=17))
        found = loader.load(hero, "", Settings()).facts.architecture
        with pytest.raises(ArchitectureMismatchError) as refused:
            hero.locked_architecture.require(found)
        assert refused.value.why == "vocabulary: locked 495, found 512"

    def test_fewer_rows_than_tokens_are_refused(
        self, loader: HuggingFaceModelLoader, tmp_path: Path
    ) -> None:
        a_folder(tmp_path)
        with silence():
            build_network(5, 400, 256).save_pretrained(tmp_path)
        with pytest.raises(ModelUnavailableError) as refused:
            loader.describe(unread(str(tmp_path)), fetch=False)
        assert "400" in refused.value.why


def test_the_seed_of_a_built_hero_changes_nothing_that_is_described(
    loader: HuggingFaceModelLoader,
) -> None:
    other = replace(a_hero().model, seed=9)
    assert loader.describe(other, fetch=False).model == other


class TestHub:
    @pytest.fixture
    def cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
        return tmp_path

    def test_what_is_in_the_cache_is_described_without_the_hub(
        self, loader: HuggingFaceModelLoader, cache: Path
    ) -> None:
        home = cache / "models--somebody--tiny"
        (home / "refs").mkdir(parents=True)
        (home / "refs" / "main").write_text("a" * 40)
        a_folder(home / "snapshots" / ("a" * 40))
        for fetch in (False, True):
            found = loader.describe(unread("somebody/tiny", Source.HUB), fetch=fetch).model
            assert found == a_hero(source=Source.HUB, name="somebody/tiny").model

    @pytest.mark.usefixtures("cache")
    def test_what_is_nowhere_is_refused_with_a_way_out(
        self, loader: HuggingFaceModelLoader
    ) -> None:
        with pytest.raises(ModelUnavailableError) as refused:
            loader.describe(unread("somebody/tiny", Source.HUB), fetch=True)
        assert "hf download somebody/tiny" in refused.value.fix

    @pytest.mark.usefixtures("cache")
    def test_a_name_that_no_hub_can_have_is_refused(self, loader: HuggingFaceModelLoader) -> None:
        with pytest.raises(ModelUnavailableError):
            loader.describe(unread("no such name!", Source.HUB), fetch=True)
