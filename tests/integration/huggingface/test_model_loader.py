import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from adapters.huggingface.chat_format import CHATML, END, PAD, START
from adapters.huggingface.encoder import HuggingFaceChatEncoder
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.silence import silence
from adapters.huggingface.tiny_model import build_network, build_tokenizer
from application.ports.model_loader import ModelUnavailableError
from domain.checkpoint import BrokenCheckpointError
from domain.hero import ChatTemplate, Hero
from domain.settings.settings import Settings
from tests.contracts.chat_encoder import TALK, ChatEncoderContract, encoded
from tests.contracts.model_loader import ModelLoaderContract
from tests.heroes import a_hero
from tests.integration.huggingface.folders import a_folder, in_folder

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PLAIN = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
THINKING = PLAIN + "{# enable_thinking #}"


class TestHuggingFaceModelLoader(ModelLoaderContract):
    @pytest.fixture
    def loader(self) -> HuggingFaceModelLoader:
        return HuggingFaceModelLoader()

    @pytest.fixture
    def hero(self) -> Hero:
        return a_hero()

    @pytest.fixture
    def absent(self, tmp_path: Path) -> Hero:
        return in_folder(tmp_path / "nowhere")

    @pytest.fixture
    def thinker(self, tmp_path: Path) -> Hero:
        return in_folder(a_folder(tmp_path / "thinker", template=THINKING), ChatTemplate.MODEL)

    @pytest.fixture
    def checkpoint(self, tmp_path: Path) -> str:
        return str(a_folder(tmp_path / "checkpoint"))


class TestHuggingFaceChatEncoder(ChatEncoderContract):
    @pytest.fixture
    def encoder(self) -> HuggingFaceChatEncoder:
        return HuggingFaceChatEncoder(build_tokenizer())


@pytest.fixture
def loader() -> HuggingFaceModelLoader:
    return HuggingFaceModelLoader()


def test_the_built_hero_is_the_same_in_another_process(loader: HuggingFaceModelLoader) -> None:
    program = (
        "from adapters.huggingface.model_loader import HuggingFaceModelLoader\n"
        "from domain.settings.settings import Settings\n"
        "from tests.contracts.chat_encoder import TALK\n"
        "from tests.heroes import a_hero\n"
        "loaded = HuggingFaceModelLoader().load(a_hero(), '', Settings())\n"
        "print(loaded.facts.weights_digest, loaded.encoder.encode([(1, TALK)])[0].ids)\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    here = loader.load(a_hero(), "", Settings())
    (row,) = encoded(here.encoder, TALK)
    assert there.stdout == f"{here.facts.weights_digest} {row.ids}\n"
    assert there.stderr == ""


def test_loading_leaves_the_random_numbers_of_others_alone(
    loader: HuggingFaceModelLoader, tmp_path: Path
) -> None:
    torch.manual_seed(1)
    wanted = torch.rand(1)
    torch.manual_seed(1)
    loader.load(a_hero(), "", Settings())
    loader.load(a_hero(), str(a_folder(tmp_path)), Settings())
    assert torch.rand(1) == wanted


def test_capitals_and_emoji_are_one_token_each() -> None:
    tokenizer = build_tokenizer()
    assert tokenizer.tokenize("PLANET") == list("PLANET")
    assert len(tokenizer.tokenize("🤔🔴TENALP⏹️")) == 9


def test_any_text_survives_the_tokenizer() -> None:
    tokenizer, text = build_tokenizer(), "Grüße, 世界!\n\t\x00 🦄"
    assert tokenizer.decode(tokenizer.encode(text)) == text


class TestFolders:
    def test_a_folder_is_a_base_model(self, loader: HuggingFaceModelLoader, tmp_path: Path) -> None:
        hero = in_folder(a_folder(tmp_path))
        loader.check(hero, "")
        facts = loader.load(hero, "", Settings()).facts
        assert facts.architecture == hero.locked_architecture
        assert facts.parameters == 155_008

    def test_chatml_replaces_the_template_of_the_model(
        self, loader: HuggingFaceModelLoader, tmp_path: Path
    ) -> None:
        hero = in_folder(a_folder(tmp_path, template="{{ messages[0].content }}"))
        loaded = loader.load(hero, "", Settings())
        assert loaded.model.tokenizer.chat_template == CHATML
        assert loaded.model.tokenizer.eos_token == END

    def test_a_model_without_template_cannot_bring_its_own(
        self, loader: HuggingFaceModelLoader, tmp_path: Path
    ) -> None:
        hero = in_folder(a_folder(tmp_path, template=None), ChatTemplate.MODEL)
        with pytest.raises(ModelUnavailableError, match="as it is"):
            loader.encoder(hero, "", Settings())

    def test_chatml_needs_its_end_of_turn_in_the_vocabulary(
        self, loader: HuggingFaceModelLoader, tmp_path: Path
    ) -> None:
        path = a_folder(tmp_path) / "tokenizer.json"
        path.write_text(path.read_text().replace(END, "<|stop|>"))
        config = tmp_path / "tokenizer_config.json"
        config.write_text(config.read_text().replace(END, "<|stop|>"))
        with pytest.raises(ModelUnavailableError, match="ChatML"):
            loader.encoder(in_folder(tmp_path), "", Settings())

    def test_code_that_comes_with_a_model_never_runs(
        self, loader: HuggingFaceModelLoader, tmp_path: Path
    ) -> None:
        config = a_folder(tmp_path) / "config.json"
        facts = json.loads(config.read_text())
        facts["auto_map"] = {
            "AutoConfig": "evil.Config",
            "AutoModelForCausalLM": "evil.Model",
        }
        facts["model_type"] = "evil"
        config.write_text(json.dumps(facts))
        (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
        with pytest.raises(ModelUnavailableError):
            loader.load(in_folder(tmp_path), "", Settings())
        assert not (tmp_path / "ran").exists()


class TestPlainChat:
    """A profile that brings its own way to think, and a template with another."""

    @pytest.mark.parametrize(
        "word", ["<think>", "</think>", "reasoning_content", "enable_thinking"]
    )
    def test_each_sign_of_thoughts_is_seen(
        self, loader: HuggingFaceModelLoader, tmp_path: Path, word: str
    ) -> None:
        template = PLAIN + f"{{# {word} #}}"
        hero = in_folder(a_folder(tmp_path, template=template), ChatTemplate.MODEL)
        loaded = loader.load(hero, "", Settings(), plain_chat=True)
        assert loaded.model.tokenizer.chat_template == CHATML
        assert loaded.encoder.template_replaced

    def test_a_template_without_them_stays(
        self, loader: HuggingFaceModelLoader, tmp_path: Path
    ) -> None:
        hero = in_folder(a_folder(tmp_path, template=PLAIN), ChatTemplate.MODEL)
        loaded = loader.load(hero, "", Settings(), plain_chat=True)
        assert loaded.model.tokenizer.chat_template == PLAIN
        assert not loaded.encoder.template_replaced

    def test_what_replaced_it_goes_into_the_checkpoint(
        self, loader: HuggingFaceModelLoader, tmp_path: Path
    ) -> None:
        hero = in_folder(a_folder(tmp_path / "base", template=THINKING), ChatTemplate.MODEL)
        loaded = loader.load(hero, "", Settings(), plain_chat=True)
        with silence():
            loaded.model.network.save_pretrained(tmp_path / "saved")
            loaded.model.tokenizer.save_pretrained(tmp_path / "saved")
        later = loader.encoder(hero, str(tmp_path / "saved"), Settings())
        assert later.template_digest == loaded.encoder.template_digest
        assert later.end_of_turn == loaded.encoder.end_of_turn

    @pytest.mark.parametrize("lacking", [START, END])
    def test_without_tokens_for_it_the_hero_is_refused(
        self, loader: HuggingFaceModelLoader, tmp_path: Path, lacking: str
    ) -> None:
        template = THINKING.replace(lacking, "<|other|>")
        a_folder(tmp_path, template=template)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            file = tmp_path / name
            file.write_text(file.read_text().replace(lacking, "<|other|>"))
        hero = in_folder(tmp_path, ChatTemplate.MODEL)
        assert loader.encoder(hero, "", Settings()).end_of_turn >= 0
        with pytest.raises(ModelUnavailableError, match="thinks in its own way") as refusal:
            loader.load(hero, "", Settings(), plain_chat=True)
        assert lacking in refusal.value.why


def test_a_model_stops_at_the_end_of_a_turn_and_at_the_end_of_a_text(
    loader: HuggingFaceModelLoader, tmp_path: Path
) -> None:
    a_folder(tmp_path, template=PLAIN)
    config = tmp_path / "tokenizer_config.json"
    facts = json.loads(config.read_text())
    facts["eos_token"] = PAD
    config.write_text(json.dumps(facts))
    loaded = loader.load(in_folder(tmp_path, ChatTemplate.MODEL), "", Settings())
    end, pad = loaded.model.tokenizer.convert_tokens_to_ids([END, PAD])
    assert loaded.encoder.end_of_turn == end
    assert loaded.model.stops == (end, pad)
    assert loaded.model.network.generation_config.eos_token_id == [end, pad]


class TestBrokenCheckpoints:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return a_folder(tmp_path)

    def refuse(self, folder: Path) -> None:
        with pytest.raises(BrokenCheckpointError):
            HuggingFaceModelLoader().load(a_hero(), str(folder), Settings())

    def test_weights_cut_to_half(self, folder: Path) -> None:
        weights = folder / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
        self.refuse(folder)

    def test_a_missing_tensor_is_not_drawn_anew(self, folder: Path) -> None:
        weights = load_file(folder / "model.safetensors")
        del weights["model.layers.0.mlp.up_proj.weight"]
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
        self.refuse(folder)

    def test_a_tensor_of_another_shape(self, folder: Path) -> None:
        weights = load_file(folder / "model.safetensors")
        weights["model.norm.weight"] = torch.ones(32)
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
        self.refuse(folder)

    def test_pickled_weights_are_no_weights(self, folder: Path) -> None:
        weights = load_file(folder / "model.safetensors")
        torch.save(weights, folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
        self.refuse(folder)

    @pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
    def test_a_file_that_is_no_json(self, folder: Path, name: str) -> None:
        (folder / name).write_text("{")
        self.refuse(folder)

    def test_a_tokenizer_with_more_tokens_than_the_weights_have(self, folder: Path) -> None:
        with silence():
            build_network(5, 400, 256).save_pretrained(folder)
        self.refuse(folder)

    def test_a_missing_tokenizer(self, folder: Path) -> None:
        for path in folder.glob("token*"):
            path.unlink()
        self.refuse(folder)
