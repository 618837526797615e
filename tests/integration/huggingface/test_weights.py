"""Nothing here reaches a real hub: its address is one of this machine."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.huggingface.model_loader import HuggingFaceModelLoader
from application.ports.model_loader import ModelUnavailableError
from domain.hero import Source
from domain.settings.settings import Settings
from tests.heroes import a_hero
from tests.integration.huggingface.folders import a_folder

pytestmark = pytest.mark.slow


@pytest.fixture
def loader() -> HuggingFaceModelLoader:
    return HuggingFaceModelLoader()


HERO = a_hero(source=Source.HUB, name="somebody/tiny")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("adapters.huggingface.weights._PATIENCE", 0.2)
    return tmp_path


@pytest.fixture
def silent_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        yield


def test_weights_in_the_cache_need_no_hub(
    loader: HuggingFaceModelLoader, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    home = cache / "models--somebody--tiny"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text("a" * 40)
    a_folder(home / "snapshots" / ("a" * 40))
    loader.check(HERO, "")
    facts = loader.load(HERO, "", Settings()).facts
    assert facts.architecture == HERO.locked_architecture


@pytest.mark.usefixtures("cache")
def test_a_hub_that_is_not_there_is_refused_with_a_way_out(
    loader: HuggingFaceModelLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelUnavailableError) as refusal:
        loader.check(HERO, "")
    assert "hf download somebody/tiny" in refusal.value.fix


@pytest.mark.usefixtures("cache", "silent_hub")
def test_a_hub_that_says_nothing_is_not_waited_for(loader: HuggingFaceModelLoader) -> None:
    began = time.monotonic()
    with pytest.raises(ModelUnavailableError):
        loader.check(HERO, "")
    assert time.monotonic() - began < 3


@pytest.mark.usefixtures("cache")
def test_a_name_that_no_hub_can_have_is_refused(loader: HuggingFaceModelLoader) -> None:
    hero = a_hero(source=Source.HUB, name="../../etc/passwd")
    with pytest.raises(ModelUnavailableError):
        loader.check(hero, "")
