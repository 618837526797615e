"""TRL's side of preparation.py, in TRL's environment: its labels under assistant_only_loss."""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from datasets import Dataset, disable_caching, disable_progress_bars
from preparation_worker import Rows, serve
from transformers import AutoTokenizer
from trl import SFTConfig, SFTTrainer


def row_by_row(tokenizer: Any, file: Path) -> Callable[[], Callable[[], Rows]]:
    """Let the chat template say for one row after another which tokens are the assistant's."""
    read = [json.loads(line)["messages"] for line in file.read_text().splitlines()]

    def work() -> Callable[[], Rows]:
        done = [
            tokenizer.apply_chat_template(
                messages, return_assistant_tokens_mask=True, return_dict=True
            )
            for messages in read
        ]
        return lambda: ((row["input_ids"], row["assistant_masks"]) for row in done)

    return work


def prepared(tokenizer: Any, file: Path) -> Callable[[], Callable[[], Rows]]:
    """Prepare a file as SFTTrainer does, in a new cache."""
    folder = tempfile.mkdtemp(dir=file.parent)
    how = SFTConfig(
        output_dir=folder, assistant_only_loss=True, max_length=2048, use_cpu=True, bf16=False
    )
    trainer = SimpleNamespace(_tokenizer=tokenizer, chat_template=None, completion_only_loss=False)

    def work() -> Callable[[], Rows]:
        rows = Dataset.from_json(str(file), cache_dir=folder)
        done = SFTTrainer._prepare_dataset(  # noqa: SLF001 - it has no public name
            trainer, rows, tokenizer, how, packing=False, formatting_func=None, dataset_name="rows"
        )
        return lambda: (
            (row["input_ids"], [label != -100 for label in row["labels"]]) for row in done
        )

    return work


def main(folder: Path) -> None:
    """Answer with both ways."""
    disable_caching()
    disable_progress_bars()
    file = folder / "rows.jsonl"
    serve(
        {
            "encode": lambda: row_by_row(tokenizer_of(folder), file),
            "prepare": lambda: prepared(tokenizer_of(folder), file),
        }
    )


def tokenizer_of(folder: Path) -> Any:
    """Read a tokenizer that has seen no rows: what it has seen it does faster."""
    return AutoTokenizer.from_pretrained(folder / "tokenizer")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
