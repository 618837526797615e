"""What the head of a model with many words costs: guild's loss beside one over all logits.

Run:  make bench-training   (or: .venv/bin/python -m benchmarks.training.head)
Bars: at most 0.4 of the memory over the loaded model, at the same loss.

A vocabulary of 151,936, a width of 256, 512 positions of which the last 62 % carry loss, forward
and backward, each in a process of its own. Both include the gradient of the head, 156 MB.
"""

import sys
from statistics import median
from typing import Any

from benchmarks.training.__main__ import facts_of
from domain.masking import Encoded, Span, labels

WORDS, WIDTH, POSITIONS, BEARING = 151_936, 256, 512, 0.62
ROUNDS, MOST_MEMORY, SAME_LOSS = 3, 0.4, 1e-5


def network() -> Any:
    """Build one layer under the head; the embedding is not trained, to see the head alone."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=WORDS,
        hidden_size=WIDTH,
        intermediate_size=WIDTH,
        num_hidden_layers=1,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=64,
        tie_word_embeddings=False,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=2,
    )
    built = Qwen3ForCausalLM(config)
    built.get_input_embeddings().requires_grad_(requires_grad=False)
    return built


def measure(how: str) -> None:
    """Go forward and backward once, and tell what it took."""
    import torch

    from adapters.huggingface.batches import padded_tensors
    from adapters.huggingface.loss import SummedLoss
    from benchmarks.training.watching import Meter

    model = network()
    ids = tuple(torch.randint(WORDS, (POSITIONS,)).tolist())
    row = Encoded(number=1, ids=ids, trained=(Span(round(POSITIONS * (1 - BEARING)), POSITIONS),))
    summed_loss, batch = SummedLoss(model), padded_tensors([row], 0)
    meter = Meter()
    meter.begin()
    if how == "all":
        given = {name: batch[name] for name in ("input_ids", "attention_mask")}
        loss = model(**given, labels=torch.tensor([labels(row)]), use_cache=False).loss
    else:
        loss = summed_loss(model, batch) / row.trained_count
    loss.backward()
    meter.step()
    meter.count(float(loss), row.trained_count)
    meter.tell(model)


def main() -> None:
    """Let both take turns, and judge."""
    here = [sys.executable, "-m", "benchmarks.training.head"]
    rounds = [(facts_of([*here, "guild"]), facts_of([*here, "all"])) for _ in range(ROUNDS)]
    own, other = zip(*rounds, strict=True)
    print(f"{'':12}{'CPU s':>8}{'MB':>8}{'loss':>12}")
    for name, runs in (("guild", own), ("all logits", other)):
        seconds, memory = (median(run[key] for run in runs) for key in ("cpu_seconds", "memory"))
        print(f"{name:12}{seconds:8.2f}{memory / 1e6:8.0f}{runs[0]['loss']:12.6f}")
    share, time = (
        median(run[key] for run in own) / median(run[key] for run in other)
        for key in ("memory", "cpu_seconds")
    )
    print(f"{share:.2f} of the memory (bar: {MOST_MEMORY}), {time:.2f} of the time")
    if share > MOST_MEMORY or abs(own[0]["loss"] / other[0]["loss"] - 1) > SAME_LOSS:
        sys.exit("a bar was missed")


if __name__ == "__main__":
    if sys.argv[1:]:
        measure(sys.argv[1])
    else:
        main()
