"""Runs where TRL is installed: its labels under assistant_only_loss, as it would train on them."""

import json
import sys
from pathlib import Path

from datasets import Dataset
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM
from trl import SFTConfig, SFTTrainer


def main(folder: Path) -> None:
    """Write for each folder with a tokenizer and rows the ids and labels beside them."""
    for task in sorted(folder.iterdir()):
        tokenizer = AutoTokenizer.from_pretrained(task)
        model = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=len(tokenizer),
                hidden_size=8,
                intermediate_size=8,
                num_hidden_layers=1,
                num_attention_heads=1,
                pad_token_id=0,
            )
        )
        how = SFTConfig(
            output_dir=str(task / "out"),
            assistant_only_loss=True,
            max_length=None,
            use_cpu=True,
            bf16=False,
            report_to="none",
            disable_tqdm=True,
        )
        rows = Dataset.from_list(json.loads((task / "rows.json").read_text()))
        trainer = SFTTrainer(model, how, train_dataset=rows, processing_class=tokenizer)
        found = [[row["input_ids"], row["labels"]] for row in trainer.train_dataset]
        (task / "labels.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
