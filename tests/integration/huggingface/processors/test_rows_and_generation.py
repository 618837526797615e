"""Processors in a batch, under a caller that reorders rows, and in real generation."""

import re
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import Qwen3Config, Qwen3ForCausalLM

from domain.profiles.processors import (
    BalancedExpression,
    PostStop,
    StopMarks,
    ThinkMarks,
    TokenPenalty,
    Window,
)
from tests.integration.huggingface.processors.small_tokenizers import Small, byte_level, whole_words

pytestmark = pytest.mark.slow

SPECS = (
    TokenPenalty(("a a", "🛑a"), 3, (Window(2, 4),)),
    ThinkMarks(("🤔",), 2, 3, bonus=2),
    StopMarks(("🛑",), 2, 3, bonus=2),
    PostStop(("🛑",), 2, 3, penalty=1, rate=2, reward=5, ceiling=50),
    BalancedExpression("<", ">"),
)
SMALL = byte_level("🤔🛑<(a )>", "🤔", "🛑", "a ", "🛑🛑", "🤔".encode()[2:])

rows_of = st.lists(st.integers(0, SMALL.size - 1), min_size=5, max_size=5)


def alone(small: Small, ids: list[int], prompt: int) -> list[float]:
    processors = small.processors(*SPECS, prompt_length=prompt)
    return [float(x) for x in processors(torch.tensor([ids]), torch.zeros(1, small.size))[0]]


@settings(max_examples=60)
@given(st.lists(rows_of, min_size=1, max_size=5), st.integers(0, 4))
def test_a_row_is_judged_in_a_batch_as_it_is_alone(rows: list[list[int]], prompt: int) -> None:
    processors = SMALL.processors(*SPECS, prompt_length=prompt)
    together = processors(torch.tensor(rows), torch.zeros(len(rows), SMALL.size))
    assert together.tolist() == [alone(SMALL, row, prompt) for row in rows]


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, SMALL.size - 1)), min_size=3, max_size=3
        ),
        max_size=12,
    )
)
def test_rows_may_be_reordered_doubled_and_dropped(moves: list[list[tuple[int, int]]]) -> None:
    processors = SMALL.processors(*SPECS, prompt_length=1)
    rows = [[0], [0], [0]]
    for move in moves:
        rows = [[*rows[parent], token] for parent, token in move]
        changed = processors(torch.tensor(rows), torch.zeros(3, SMALL.size))
        assert changed.tolist() == [alone(SMALL, row, 1) for row in rows]


@settings(max_examples=60)
@given(rows_of)
def test_a_row_is_never_forbidden_whole(row: list[int]) -> None:
    processors = SMALL.processors(*SPECS)
    for end in range(len(row) + 1):
        ids = torch.tensor([row[:end]], dtype=torch.long)
        changed = processors(ids, torch.zeros(1, SMALL.size))
        assert not changed.isnan().any()
        assert changed[0, SMALL.end].isfinite()
        bare = torch.full((1, SMALL.size), -torch.inf)
        bare[0, 0] = 0
        assert processors(ids, bare).isfinite().any()


def a_uniform_network(small: Small) -> Any:
    """Make a network to which all tokens are the same."""
    config = Qwen3Config(
        vocab_size=small.size,
        hidden_size=8,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        num_key_value_heads=1,
        head_dim=8,
        max_position_embeddings=64,
        tie_word_embeddings=True,
        pad_token_id=small.end,
        bos_token_id=None,
        eos_token_id=small.end,
    )
    network = Qwen3ForCausalLM(config).eval()
    torch.nn.init.zeros_(network.get_input_embeddings().weight)
    return network


def answers(small: Small, prompt: list[int], rows: int, *specs: Any, **manner: Any) -> list[str]:
    with torch.inference_mode(), torch.random.fork_rng():
        torch.manual_seed(7)
        said = a_uniform_network(small).generate(
            input_ids=torch.tensor([prompt] * rows),
            attention_mask=torch.ones(rows, len(prompt), dtype=torch.long),
            logits_processor=small.processors(*specs, prompt_length=len(prompt)),
            **manner,
        )
    return [small.text(row) for row in said[:, len(prompt) :].tolist()]


def test_a_uniform_model_reaches_every_count_and_no_other() -> None:
    small = whole_words("🤔", "🛑")
    think, stop = ThinkMarks(("🤔",), 2, 8, bonus=50), StopMarks(("🛑",), 2, 4, bonus=50)
    post = PostStop(("🛑",), 2, 4, penalty=100, rate=10, reward=50, ceiling=1e4)
    said = answers(
        small, [0, 1, 1], 5000, think, stop, post, do_sample=True, top_k=0, max_new_tokens=16
    )
    kinds = [re.fullmatch("(🤔{2,8})(🛑*)🤔?", answer) for answer in said]
    assert {len(kind[1]) for kind in kinds if kind} == set(range(2, 9))
    assert {len(kind[2]) for kind in kinds if kind} == {0, 2, 3, 4}
    assert None not in kinds


def test_every_expression_of_a_uniform_model_is_balanced() -> None:
    small = whole_words("<<", ">>", "(", ")", "a", "))")
    spec = BalancedExpression("<<", ">>")
    said = answers(small, small.ids(")"), 500, spec, do_sample=True, top_k=0, max_new_tokens=30)
    closed = [answer for answer in said if re.search("<<.*>>", answer)]
    assert len(closed) > 20
    for answer in closed:
        inner = answer[answer.index("<<") + 2 : -2]
        assert answer.endswith(">>")
        assert ">>" not in inner
        while "()" in (inner := inner.replace("a", "").replace("<<", "")):
            inner = inner.replace("()", "")
        assert inner == ""


def test_beams_are_judged_by_their_own_words() -> None:
    small = whole_words("🤔", "🛑", "a")
    think = ThinkMarks(("🤔",), 3, 3, bonus=5)
    (said,) = answers(small, [2], 1, think, do_sample=False, num_beams=3, max_new_tokens=5)
    assert re.match("🤔{3}(?!🤔)", said)
