"""The model, and rows as token ids and labels: made once by guild's own preparation, for all.

Run by __main__.py: material.py FOLDER MODEL ROWS [DATA].
"""

import json
import sys
from hashlib import file_digest
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from adapters.filesystem.dataset_source import FilesystemDatasetSource
from adapters.filesystem.token_store import FilesystemTokenStore
from adapters.huggingface.chat_format import CHATML, END, PAD, START
from adapters.huggingface.gguf_file import converted, user_cache
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.trainer import HuggingFaceTrainer
from application.course import Material, PrepareMaterial
from application.ports.model_loader import Loaded
from application.preparing import Preparation
from benchmarks.skewed_rows import rows
from benchmarks.training.watching import LEARNING_RATE, LONGEST
from domain.dataset import Dataset
from domain.hero import BaseModel, ChatTemplate, Hero, Source
from domain.masking import labels
from domain.profiles.plain_sft import PlainSft
from domain.settings.layers import with_values
from domain.settings.settings import Settings
from entrypoints.factories import hero_of

ROOT = Path(__file__).resolve().parent.parent.parent
VOCABULARY, READ_BY_TOKENIZER = 8192, 3000


def settings() -> Settings:
    """Give guild's own settings: one pack in a pass and a pass in a step."""
    wanted = {
        "hyperparams.learning_rate": LEARNING_RATE,
        "hyperparams.max_length": LONGEST,
        "hyperparams.per_device_train_batch_size": 1,
        "hyperparams.gradient_accumulation_steps": 1,
        "hyperparams.save_steps": 10**6,
        "data.validation_split": 0.0,
        "data.over_long": "drop",
        "environment.num_threads": 1,
    }
    return with_values(Settings(), wanted)


def material(folder: Path) -> tuple[Loaded[Any], Material]:
    """Load the model and prepare the rows as a job does."""
    kept = next((folder / "datasets").iterdir())
    source, store = FilesystemDatasetSource(folder), FilesystemTokenStore(folder / "cache")
    loaded = HuggingFaceModelLoader().load(hero_at(folder / "model"), "", settings())
    count = sum(1 for _ in source.rows_at(str(kept)))
    size = kept.stat().st_size
    dataset = Dataset(sha256=kept.name, name="rows.jsonl", size=size, rows=count)
    wanted = Preparation(settings=settings(), profile=PlainSft(), encoder=loaded.encoder)
    prepare = PrepareMaterial(datasets=source, tokens=store, trainer=HuggingFaceTrainer())
    found = prepare.execute(dataset, wanted, loaded, "", check=lambda: None, tell=lambda _: None)
    return loaded, found


def hero_at(model: Path) -> Hero:
    """Describe a model that lies in a folder."""
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    base = BaseModel(
        source=Source.FOLDER,
        name=str(model.resolve()),
        family=config["model_type"],
        architecture=config["architectures"][0],
        vocab_size=config["vocab_size"],
        context_length=config["max_position_embeddings"],
        parameters=0,
    )
    return Hero(id="peer", name="", description="", model=base, chat_template=ChatTemplate.MODEL)


def build_tiny(folder: Path) -> None:
    """Write a Qwen3 of 6.8 million random weights that reads the generated text."""
    texts = (turn["content"] for row in rows(READ_BY_TOKENIZER, 1) for turn in row)
    reader = Tokenizer(models.BPE())
    reader.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    reader.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=[PAD, START, END],
        show_progress=False,
    )
    reader.train_from_iterator(texts, trainer)
    PreTrainedTokenizerFast(
        tokenizer_object=reader, pad_token=PAD, eos_token=END, chat_template=CHATML
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=VOCABULARY,
        hidden_size=256,
        intermediate_size=768,
        num_hidden_layers=6,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=64,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=2,
    )
    Qwen3ForCausalLM(config).save_pretrained(folder)


def give_model(folder: Path, name: str) -> None:
    """Put the model into the folder; SmolLM2's weights are converted once for all of guild."""
    if name == "tiny":
        build_tiny(folder)
        return
    hero = hero_of(ROOT / "configs" / "heroes" / "smollm2-135m.yaml")
    folder.symlink_to(converted(hero.model, user_cache()))


def keep_data(folder: Path, count: int, data: str) -> None:
    """Write the first rows of a file, or of the generator, where a hall keeps its datasets."""
    if data:
        written = Path(data).read_bytes()
    else:
        lines = [json.dumps({"messages": said}) + "\n" for said in rows(count, 0)]
        written = "".join(lines).encode()
    (folder / "datasets").mkdir()
    new = folder / "datasets" / "new"
    new.write_bytes(b"".join(written.splitlines(keepends=True)[:count]))
    with new.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    new.rename(new.with_name(digest))


def main(folder: Path, name: str, count: int, data: str) -> None:
    """Make everything, and tell how much it is."""
    give_model(folder / "model", name)
    keep_data(folder, count, data)
    loaded, found = material(folder)
    with (folder / "rows.jsonl").open("w", encoding="ascii") as file:
        for row in found.train:
            file.write(json.dumps({"input_ids": list(row.ids), "labels": labels(row)}) + "\n")
    facts = {
        "rows": len(found.train),
        "tokens": sum(found.train.lengths),
        "loss_tokens": sum(row.trained_count for row in found.train),
        "parameters": loaded.facts.parameters,
        "packs": len(found.batches),
    }
    print("\n" + json.dumps(facts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), "".join(sys.argv[4:]))
