"""Plain transformers Trainer on the rows of a folder: four rows in a batch, padded to its longest.

Run by __main__.py: peer_trainer.py FOLDER [grouped].
"""

import sys
import tempfile
from pathlib import Path

from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForSeq2Seq,
    Trainer,
    TrainingArguments,
)

from benchmarks.training.watching import LEARNING_RATE, Watch, model_of, rows_of


def main(folder: Path, how: str) -> None:
    """Train one epoch with its defaults, shuffled."""
    watch = Watch()
    rows = [{**row, "attention_mask": [1] * len(row["input_ids"])} for row in rows_of(folder)]
    with tempfile.TemporaryDirectory() as output:
        arguments = TrainingArguments(
            output_dir=output,
            per_device_train_batch_size=4,
            num_train_epochs=1,
            learning_rate=LEARNING_RATE,
            train_sampling_strategy="group_by_length" if how == "grouped" else "random",
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
        )
        trainer = Trainer(
            model=AutoModelForCausalLM.from_pretrained(model_of(folder)),
            args=arguments,
            train_dataset=rows,
            # Labels are filled up by place: SmolLM2's padding is the token that ends a turn.
            data_collator=DataCollatorForSeq2Seq(AutoTokenizer.from_pretrained(model_of(folder))),
            callbacks=[watch],
        )
        trainer.train()
    watch.tell()


if __name__ == "__main__":
    main(Path(sys.argv[1]), "".join(sys.argv[2:]))
