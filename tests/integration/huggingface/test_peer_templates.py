"""The chat templates of Qwen3, Llama 3, Gemma and Phi, as TRL ships them."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.huggingface.encoder import HuggingFaceChatEncoder
from adapters.huggingface.reading import suited_template
from application.ports.model_loader import ChatTemplateError
from domain.conversation import Conversation, Message, Role, ToolCall, ask
from domain.hero import ChatTemplate
from domain.masking import Encoded, labels
from domain.rows import BadRow
from tests.contracts.chat_encoder import encoded
from tests.heroes import a_hero
from tests.integration.huggingface.peer_templates import (
    FAMILIES,
    PYTHON,
    TOOLS,
    TRAINING,
    needs_trl,
    talks,
    template,
    tokenizer_of,
    tokens_of,
)

pytestmark = [pytest.mark.slow, needs_trl]

COUNT = 500
every_template = pytest.mark.parametrize("name", FAMILIES)


def of(name: str) -> tuple[Any, HuggingFaceChatEncoder]:
    tokenizer = tokenizer_of(FAMILIES[name.removesuffix("_training")], template(name))
    return tokenizer, HuggingFaceChatEncoder(tokenizer)


def good_rows(encoder: HuggingFaceChatEncoder, some: list[Conversation]) -> list[Encoded]:
    return encoded(encoder, *some)


@every_template
class TestEachTemplate:
    def test_it_is_the_models_own_that_is_used(self, name: str) -> None:
        tokenizer, _ = of(name)
        assert suited_template(a_hero().model, tokenizer) is ChatTemplate.MODEL

    def test_a_turn_ends_as_the_template_ends_it_and_not_as_a_text_ends(self, name: str) -> None:
        tokenizer, encoder = of(name)
        assert encoder.end_of_turn == tokenizer.convert_tokens_to_ids(FAMILIES[name].end)

    def test_the_tokens_of_the_whole_are_those_of_its_pieces(self, name: str) -> None:
        tokenizer, encoder = of(name)
        for row in good_rows(encoder, list(talks(FAMILIES[name], 60, seed=1))):
            assert tokens_of(tokenizer, encoder.pieces(row)) == list(row.ids)

    def test_each_answer_is_trained_after_its_header_and_with_its_end(self, name: str) -> None:
        _, encoder = of(name)
        some = list(talks(FAMILIES[name], 60, seed=2))
        for talk, row in zip(some, good_rows(encoder, some), strict=True):
            answers = [turn for turn in talk.messages if turn.role is Role.ASSISTANT]
            assert [row.ids[span.end - 1] for span in row.trained] == (
                [encoder.end_of_turn] * len(answers)
            )
            told = [text for text, trained in encoder.pieces(row) if trained]
            for turn, text in zip(answers, told, strict=True):
                assert turn.content.strip() in text
                assert turn.thinking in text
                assert all(call.name in text for call in turn.tool_calls)
                assert text.count(FAMILIES[name].end) == 1

    def test_what_is_not_trained_is_all_that_others_say(self, name: str) -> None:
        _, encoder = of(name)
        some = list(talks(FAMILIES[name], 30, seed=3))
        for talk, row in zip(some, good_rows(encoder, some), strict=True):
            rest = "".join(text for text, trained in encoder.pieces(row) if not trained)
            said = [turn.content for turn in talk.messages if turn.role is not Role.ASSISTANT]
            written = rest.replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t")
            assert all(text in rest or text in written for text in said)

    def test_the_prompt_is_how_the_row_begins(self, name: str) -> None:
        _, encoder = of(name)
        for talk in talks(FAMILIES[name], 30, seed=4):
            (row,) = good_rows(encoder, [talk])
            _, tokens = encoder.render(talk.prompt)
            assert tokens == row.trained[-1].start

    def test_only_the_turns_that_are_to_be_trained_are(self, name: str) -> None:
        _, encoder = of(name)
        some = [talk for talk in talks(FAMILIES[name], 40, seed=5) if len(talk.messages) > 3]
        for talk in some:
            last = Conversation(
                (*(replace(turn, trained=False) for turn in talk.messages[:-1]), talk.messages[-1]),
                talk.tools,
            )
            whole, part = good_rows(encoder, [talk, last])
            assert (part.ids, part.trained) == (whole.ids, whole.trained[-1:])


class TestTools:
    CALL = Message(Role.ASSISTANT, "", tool_calls=(ToolCall("spell", '{"word": "OWL"}'),))

    @pytest.mark.parametrize("name", [name for name, of_it in FAMILIES.items() if of_it.tools])
    def test_a_call_is_trained_and_what_the_tool_says_is_not(self, name: str) -> None:
        _, encoder = of(name)
        turns = (*ask("spell it").messages, self.CALL, Message(Role.TOOL, "O-W-L"))
        talk = Conversation((*turns, Message(Role.ASSISTANT, "Done.")), TOOLS)
        (row,) = good_rows(encoder, [talk])
        call, answer = [text for text, trained in encoder.pieces(row) if trained]
        assert "spell" in call
        assert "OWL" in call
        assert "O-W-L" not in call + answer
        assert answer.endswith(f"Done.{FAMILIES[name].end}")

    @pytest.mark.parametrize("name", ["llama3", "gemma", "phi3"])
    def test_a_template_without_words_for_tools_refuses_them(self, name: str) -> None:
        _, encoder = of(name)
        offered = Conversation((*ask("spell").messages, Message(Role.ASSISTANT, "no")), TOOLS)
        called = Conversation((*ask("spell").messages, self.CALL))
        unheard = replace(self.CALL, trained=False)
        past = Conversation((*ask("spell").messages, unheard, *offered.messages))
        rows = encoder.encode([(1, offered), (2, called), (3, past)])
        assert all(isinstance(row, BadRow) for row in rows)
        with pytest.raises(ChatTemplateError):
            encoder.render(offered.prompt)


def test_thoughts_that_qwen3_would_leave_out_of_earlier_turns_are_refused() -> None:
    _, encoder = of("qwen3")
    first = Message(Role.ASSISTANT, "LWO", thinking="from the end")
    talk = (*ask("OWL").messages, first, *ask("FOX").messages, Message(Role.ASSISTANT, "XOF"))
    untrained = (talk[0], replace(first, trained=False), *talk[2:])
    refused, taken = encoder.encode([(1, Conversation(talk)), (2, Conversation(untrained))])
    assert isinstance(refused, BadRow)
    assert isinstance(taken, Encoded)


@pytest.fixture(scope="module")
def trl_labels(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[list[list[int]]]]:
    """Let TRL prepare the same conversations."""
    folder = tmp_path_factory.mktemp("trl")
    tasks = folder / "tasks"
    for name in TRAINING:
        tokenizer, _ = of(f"{name}_training")
        tokenizer.save_pretrained(tasks / name)
        rows = [_row(talk) for talk in talks(FAMILIES[name], COUNT, seed=9)]
        (tasks / name / "rows.json").write_text(json.dumps(rows))
    subprocess.run(
        [PYTHON, Path(__file__).with_name("trl_labels.py"), tasks],
        check=True,
        capture_output=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "home")},
    )
    return {name: json.loads((tasks / name / "labels.json").read_text()) for name in TRAINING}


@pytest.mark.parametrize("name", TRAINING)
def test_labels_are_those_of_trl(
    name: str, trl_labels: Mapping[str, list[list[list[int]]]]
) -> None:
    _, encoder = of(f"{name}_training")
    rows = good_rows(encoder, list(talks(FAMILIES[name], COUNT, seed=9)))
    assert len(rows) == COUNT
    assert [[list(row.ids), labels(row)] for row in rows] == trl_labels[name]


def _row(talk: Conversation) -> dict[str, object]:
    return {"messages": [_turn(turn) for turn in talk.messages], "tools": talk.tools or None}


def _turn(turn: Message) -> dict[str, object]:
    said: dict[str, object] = {"role": str(turn.role), "content": turn.content}
    if turn.thinking:
        said["reasoning_content"] = turn.thinking
    if turn.tool_calls:
        said["tool_calls"] = [
            {
                "type": "function",
                "function": {"name": call.name, "arguments": json.loads(call.arguments)},
            }
            for call in turn.tool_calls
        ]
    return said
