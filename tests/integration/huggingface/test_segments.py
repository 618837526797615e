"""Attention within segments is that of each row alone, and what surrounds it stays as it is."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import Qwen3Config, Qwen3ForCausalLM

from adapters.huggingface.batches import network_inputs, packed_tensors
from adapters.huggingface.segments import Segments, segmented_sdpa
from adapters.huggingface.tiny_model import build_network
from domain.settings.model import Attention
from tests.courses import a_row
from tests.integration.huggingface.gradients import distance, of_a_batch, one_by_one

pytestmark = pytest.mark.slow

LENGTHS = (5, 1, 17, 2)
ROWS = [a_row(number, length=length) for number, length in enumerate((6, 4, 19), start=1)]


class Module:
    is_causal = True


def a_network(**more: Any) -> Any:
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=500, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, head_dim=8, initializer_range=0.2, **more,
    )  # fmt: skip
    return Qwen3ForCausalLM(config).to(torch.float64)


def tensors(keys: int = 2) -> list[torch.Tensor]:
    chance = torch.Generator().manual_seed(1)
    shapes = [(1, heads, sum(LENGTHS), 8) for heads in (4, keys, keys)]
    return [torch.randn(shape, generator=chance, dtype=torch.float64) for shape in shapes]


@pytest.mark.parametrize("window", [None, 3, 100])
@pytest.mark.parametrize("keys", [1, 2, 4])
def test_each_row_is_attended_as_if_it_were_alone(keys: int, window: int | None) -> None:
    given = tensors(keys)
    packed, _ = segmented_sdpa(
        Module(), *given, None, segments=Segments(LENGTHS), sliding_window=window
    )
    start = 0
    for length in LENGTHS:
        query, key, value = (each[:, :, start : start + length] for each in given)
        key, value = (each.repeat_interleave(4 // keys, dim=1) for each in (key, value))
        scores = query @ key.transpose(2, 3) / 8**0.5
        back = torch.arange(length)[:, None] - torch.arange(length)[None]
        seen = (back >= 0) & (back < (window or length))
        alone = scores.masked_fill(~seen, -torch.inf).softmax(-1) @ value
        found = packed[:, start : start + length].transpose(1, 2)
        assert torch.allclose(found, alone, atol=1e-12)
        start += length


@pytest.mark.parametrize("lengths", [(), (3, 0), (2, -1)])
def test_a_row_has_at_least_one_token(lengths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="at least one token"):
        Segments(lengths)


def test_what_it_cannot_do_is_refused() -> None:
    with pytest.raises(ValueError, match="s_aux"):
        segmented_sdpa(Module(), *tensors(), None, segments=Segments(LENGTHS), s_aux=torch.ones(4))


def test_rows_packed_with_sliding_layers_teach_what_they_teach_alone() -> None:
    layers = ["sliding_attention", "full_attention"]
    network = a_network(use_sliding_window=True, sliding_window=4, layer_types=layers)
    network.set_attn_implementation("eager")
    loss, gradient = one_by_one(network, ROWS)
    network.set_attn_implementation("segmented_sdpa")
    found, moved = of_a_batch(network, packed_tensors(ROWS))
    assert found == pytest.approx(loss, rel=1e-6)
    assert distance(moved, gradient) < 1e-6


def test_segments_survive_activations_that_are_computed_again() -> None:
    network = a_network().train()
    network.set_attn_implementation("segmented_sdpa")
    plain = of_a_batch(network, packed_tensors(ROWS))
    network.activation_checkpointing_enable({"use_reentrant": False})
    again = of_a_batch(network, packed_tensors(ROWS))
    assert again[0] == plain[0]
    assert all(torch.equal(again[1][name], found) for name, found in plain[1].items())


def test_answers_are_those_of_plain_sdpa_also_beside_padding() -> None:
    network = build_network(0, 495, 64).eval()
    ids = torch.arange(24).reshape(2, 12)
    mask = torch.ones_like(ids)
    mask[1, :4] = 0
    said = []
    for attention in ("sdpa", "segmented_sdpa"):
        network.set_attn_implementation(attention)
        said.append(network.generate(ids, attention_mask=mask, max_new_tokens=8, do_sample=False))
    assert torch.equal(*said)


def test_a_saved_model_does_not_name_guilds_attention(tmp_path: Path) -> None:
    network = build_network(0, 495, 64)
    network.set_attn_implementation("segmented_sdpa")
    network.save_pretrained(tmp_path)
    assert "segmented" not in (tmp_path / "config.json").read_text()
    assert json.loads((tmp_path / "config.json").read_text())["model_type"] == "qwen3"


def test_no_square_of_tokens_is_made_for_a_pack() -> None:
    network, batch = build_network(0, 495, 64), packed_tensors(ROWS)
    network.set_attn_implementation("segmented_sdpa")
    assert network_inputs(network, batch)["attention_mask"].shape == (1, 1, 1, 1)


def test_flash_attention_is_told_where_rows_end_once_for_a_batch() -> None:
    network, batch = build_network(0, 495, 64), packed_tensors(ROWS)
    network.config._attn_implementation_internal = Attention.FLASH.value
    told = network_inputs(network, batch)
    assert told["cu_seq_lens_q"].tolist() == [0, 6, 10, 29]
    assert told["cu_seq_lens_q"].dtype is torch.int32
    assert told["cu_seq_lens_k"] is told["cu_seq_lens_q"]
    assert (told["max_length_q"], told["max_length_k"]) == (19, 19)
    assert told["position_ids"].tolist()[0][:11] == [*range(6), *range(4), 0]
    assert "attention_mask" not in told
