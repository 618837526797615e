"""TRL's SFTTrainer on the rows of a folder, in its own environment.

Run by __main__.py: peer_trl.py FOLDER [bf16 | bfd | masked]. Without a word it is as TRL does it
by itself but for bf16: four padded rows in a batch, activations computed twice, every token in the
loss. bfd packs rows to 1,024 tokens and keeps activations; masked does so with guild's labels.
"""

import sys
import tempfile
from pathlib import Path

from datasets import Dataset, disable_progress_bars
from trl import SFTConfig, SFTTrainer

from benchmarks.training.watching import LEARNING_RATE, LONGEST, Watch, model_of, rows_of


def main(folder: Path, how: str) -> None:
    """Train one epoch."""
    disable_progress_bars()
    watch, packed = Watch(), how in {"bfd", "masked"}
    rows = Dataset.from_list(rows_of(folder))
    with tempfile.TemporaryDirectory() as output:
        arguments = SFTConfig(
            output_dir=output,
            per_device_train_batch_size=1 if packed else 4,
            num_train_epochs=1,
            learning_rate=LEARNING_RATE,
            max_length=LONGEST,
            packing=packed,
            gradient_checkpointing=not packed,
            bf16=how == "bf16",
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
        )
        trainer = SFTTrainer(
            model=model_of(folder),
            args=arguments,
            train_dataset=rows if how == "masked" else rows.remove_columns("labels"),
            callbacks=[watch],
        )
        trainer.train()
    watch.tell()


if __name__ == "__main__":
    main(Path(sys.argv[1]), "".join(sys.argv[2:]))
