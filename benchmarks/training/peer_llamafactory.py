"""LLaMA-Factory on the rows of a folder, in its own environment, by its own run_exp.

Run by __main__.py: peer_llamafactory.py FOLDER [neat]. Without a word it is as LLaMA-Factory does
it by itself: four padded rows in a batch, activations computed twice. neat packs rows to 1,024
tokens (neat_packing) and keeps activations.

Its own processor lays the rows out; only their ids and labels are given to it.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from datasets import Dataset, DatasetDict, disable_progress_bars
from llamafactory.data.processor.supervised import (
    PackedSupervisedDatasetProcessor,
    SupervisedDatasetProcessor,
)
from llamafactory.hparams import DataArguments
from llamafactory.train.tuner import run_exp
from transformers import AutoTokenizer

from benchmarks.training.watching import LEARNING_RATE, LONGEST, Row, Watch, model_of, rows_of


class Padded(SupervisedDatasetProcessor):
    """Takes a row as it is."""

    def _encode_data_example(self, prompt: list[Row], **_: Any) -> tuple[list[int], list[int]]:
        return prompt[0]["input_ids"], prompt[0]["labels"]


class Neat(Padded, PackedSupervisedDatasetProcessor):
    """Takes a row as it is, and packs."""

    preprocess_dataset = PackedSupervisedDatasetProcessor.preprocess_dataset


def keep_rows(folder: Path, to: str, *, packed: bool) -> None:
    """Write the rows as LLaMA-Factory keeps tokenized data."""
    rows = rows_of(folder)
    processor = (Neat if packed else Padded)(
        template=None,
        tokenizer=AutoTokenizer.from_pretrained(model_of(folder)),
        processor=None,
        data_args=DataArguments(cutoff_len=LONGEST, packing=packed, neat_packing=packed),
    )
    nothing = {f"_{name}": [None] * len(rows) for name in ("system", "tools")}
    none = {f"_{name}": [None] * len(rows) for name in ("images", "videos", "audios")}
    talk = {"_prompt": [[row] for row in rows], "_response": [[{}] for _ in rows]}
    found = processor.preprocess_dataset({**talk, **nothing, **none})
    DatasetDict({"train": Dataset.from_dict(dict(found))}).save_to_disk(to)


def main(folder: Path, how: str) -> None:
    """Train one epoch."""
    disable_progress_bars()
    watch, packed = Watch(), how == "neat"
    with tempfile.TemporaryDirectory() as output:
        keep_rows(folder, f"{output}/rows", packed=packed)
        wanted = {
            "model_name_or_path": model_of(folder),
            "stage": "sft",
            "do_train": True,
            "finetuning_type": "full",
            "template": "chatml",
            "dataset": "rows",
            "tokenized_path": f"{output}/rows",
            "cutoff_len": LONGEST,
            "packing": packed,
            "neat_packing": packed,
            "disable_gradient_checkpointing": packed,
            "per_device_train_batch_size": 1 if packed else 4,
            "num_train_epochs": 1,
            "learning_rate": LEARNING_RATE,
            "output_dir": f"{output}/model",
            "save_strategy": "no",
            "report_to": "none",
            "disable_tqdm": True,
            "use_cpu": True,
        }
        run_exp(wanted, callbacks=[watch])
    watch.tell()


if __name__ == "__main__":
    main(Path(sys.argv[1]), "".join(sys.argv[2:]))
