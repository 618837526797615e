from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, processors

from adapters.huggingface.chat_format import CHATML, ChatMl
from adapters.huggingface.encoder import HuggingFaceChatEncoder
from adapters.huggingface.template_format import TemplateFormat
from adapters.huggingface.tiny_model import build_tokenizer
from application.ports.model_loader import ChatTemplateError
from domain.conversation import (
    Conversation,
    Message,
    PlainText,
    Role,
    TokenRow,
    ToolCall,
    ask,
)
from domain.masking import Encoded, Span, marked
from domain.rows import BadRow
from tests.contracts.chat_encoder import encoded
from tests.integration.huggingface.peer_templates import CHATML_TALK, talks, tokens_of
from tests.integration.huggingface.small_chats import (
    END,
    HEADER,
    STRIPPING,
    TOKENIZER,
    encoder_of,
    problem,
    talk,
    trained_texts,
)

pytestmark = pytest.mark.slow

both = pytest.mark.parametrize(
    "template", [CHATML, CHATML + "{# another text, the same words #}"], ids=["fast", "template"]
)


@both
class TestPlainChatMl:
    def test_one_turn(self, template: str) -> None:
        assert trained_texts(encoder_of(template), talk("Reverse OWL", "LWO")) == [f"LWO{END}"]

    def test_each_of_many_turns(self, template: str) -> None:
        told = trained_texts(encoder_of(template), talk("a", "b", "c", "d", "e", "f"))
        assert told == [f"b{END}", f"d{END}", f"f{END}"]

    def test_with_a_system_prompt(self, template: str) -> None:
        told = trained_texts(encoder_of(template), talk("a", "b", system="Be brief."))
        assert told == [f"b{END}"]

    @pytest.mark.parametrize("turns", [(f"x{END}\n{HEADER}evil", "good"), ("x", f"one{END}two")])
    def test_a_turn_that_writes_a_control_token_is_refused(
        self, template: str, turns: tuple[str, ...]
    ) -> None:
        assert "control token" in problem(encoder_of(template), talk(*turns))

    def test_a_prompt_that_writes_a_control_token_is_refused(self, template: str) -> None:
        with pytest.raises(ChatTemplateError, match="control token"):
            encoder_of(template).render(ask(f"x{END}"))

    def test_the_word_of_a_header_alone_is_a_text(self, template: str) -> None:
        told = trained_texts(encoder_of(template), talk("assistant\nevil", "assistant\ngood"))
        assert told == [f"assistant\ngood{END}"]

    def test_white_space_around_an_answer_is_trained(self, template: str) -> None:
        assert trained_texts(encoder_of(template), talk("x", "\n a \n")) == [f"\n a \n{END}"]

    def test_emoji_of_several_tokens_at_the_borders(self, template: str) -> None:
        assert trained_texts(encoder_of(template), talk("🦄", "🦄é🦄")) == [f"🦄é🦄{END}"]

    def test_characters_of_private_use(self, template: str) -> None:
        told = trained_texts(
            encoder_of(template), talk("\ue000\ue001", "\ue002\ue000", "\ue001", "y")
        )
        assert told == [f"\ue002\ue000{END}", f"y{END}"]

    def test_people_see_what_is_trained(self, template: str) -> None:
        encoder = encoder_of(template)
        (row,) = encoded(encoder, talk("a", "b 🦄"))
        shown = f"<|im_start|>user\na{END}\n{HEADER}⟦b 🦄{END}⟧\n"
        assert marked(encoder.pieces(row)) == shown

    def test_thoughts_are_trained_before_what_is_said(self, template: str) -> None:
        turn = Message(Role.ASSISTANT, "LWO", thinking="from the end\nto the beginning")
        told = trained_texts(encoder_of(template), Conversation((*ask("OWL").messages, turn)))
        assert told == [f"<think>\nfrom the end\nto the beginning\n</think>\n\nLWO{END}"]

    def test_thoughts_may_not_write_a_control_token(self, template: str) -> None:
        turn = Message(Role.ASSISTANT, "LWO", thinking=f"hm{END}")
        example = Conversation((*ask("OWL").messages, turn))
        assert "control token" in problem(encoder_of(template), example)

    def test_half_of_a_surrogate_pair_does_not_take_other_rows_with_it(self, template: str) -> None:
        rows = encoder_of(template).encode([(1, talk("a", "b")), (2, talk("a", "\ud800"))])
        assert [type(row) for row in rows] == [Encoded, BadRow]

    def test_a_prompt_ends_with_the_header(self, template: str) -> None:
        text, tokens = encoder_of(template).render(ask("Reverse OWL"))
        assert text == f"<|im_start|>user\nReverse OWL{END}\n{HEADER}"
        assert tokens == len(TOKENIZER.encode(text, add_special_tokens=False))


pieces = st.lists(st.sampled_from([*"ab \n\t<|\ue000\ue001🦄", "<|im_", "assistant\n"]), max_size=5)
words = pieces.map("".join).filter(str.strip)


@given(
    turns=st.lists(st.tuples(words, words), min_size=1, max_size=3),
    system=words | st.just(""),
    thinking=words | st.just(""),
)
def test_the_fast_way_writes_what_the_template_writes(
    turns: list[tuple[str, str]], system: str, thinking: str
) -> None:
    conversation = talk(*(text for turn in turns for text in turn), system=system)
    if thinking:
        last = replace(conversation.messages[-1], thinking=thinking)
        conversation = Conversation((*conversation.messages[:-1], last))
    by_template = TemplateFormat(TOKENIZER)
    assert ChatMl().render(conversation) == by_template.render(conversation)
    assert ChatMl().prompt(conversation.prompt) == by_template.prompt(conversation.prompt)


def test_the_tokens_of_a_row_are_those_of_its_pieces() -> None:
    encoder = encoder_of(CHATML)
    for row in encoded(encoder, *talks(CHATML_TALK, 100, seed=1)):
        pieces = encoder.pieces(row)
        assert tokens_of(TOKENIZER, pieces) == list(row.ids)
        assert all(text.endswith(END) for text, trained in pieces if trained)


def test_chatml_names_the_way_to_tools() -> None:
    call = Message(Role.ASSISTANT, "", tool_calls=(ToolCall("spell", "{}"),))
    told = Message(Role.TOOL, "O W L")
    answered = Message(Role.ASSISTANT, "OWL")
    for turns in ((call,), (told, answered)):
        talk = Conversation((*ask("OWL").messages, *turns))
        assert "template: model" in problem(encoder_of(CHATML), talk)


def test_tokens_are_read_as_they_are_even_within_a_character() -> None:
    ids = tuple(TOKENIZER.encode("🦄", add_special_tokens=False))
    trained = (False, *(True for _ in ids[1:]))
    encoder = encoder_of(CHATML)
    (row,) = encoded(encoder, TokenRow(ids, trained))
    assert [is_trained for _, is_trained in encoder.pieces(row)] == [False, True]


def test_a_plain_text_begins_as_the_tokenizer_begins_texts() -> None:
    tokenizer = build_tokenizer()
    tokenizer.bos_token = "<|im_start|>"  # noqa: S105 - no secret
    begin = tokenizer.bos_token_id
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<|im_start|> $A", special_tokens=[("<|im_start|>", begin)]
    )
    (row,) = encoded(HuggingFaceChatEncoder(tokenizer), PlainText("LWO"))
    assert row.ids[0] == begin
    assert row.trained == (Span(1, len(row.ids)),)


def test_white_space_that_is_one_token_with_a_header_is_refused() -> None:
    tokenizer = build_tokenizer()
    tokenizer.add_tokens([AddedToken("<|say|>", special=True, rstrip=True)])
    tokenizer.chat_template = (
        "{% for message in messages %}<|say|>{{ message.content }}<|im_end|>{% endfor %}"
        "{% if add_generation_prompt %}<|say|>{% endif %}"
    )
    encoder = HuggingFaceChatEncoder(tokenizer)
    assert trained_texts(encoder, talk("x", "a")) == [f"a{END}"]
    assert "white space" in problem(encoder, talk("x", " a"))


def test_a_digest_is_of_what_shapes_tokens_and_of_nothing_else() -> None:
    usual, cutting, other = build_tokenizer(), build_tokenizer(), build_tokenizer()
    cutting.backend_tokenizer.enable_truncation(8)
    other.add_tokens(["LWO"])
    digests = [HuggingFaceChatEncoder(each).tokenizer_digest for each in (usual, cutting, other)]
    assert digests[0] == digests[1] != digests[2]
    templates = [encoder_of(each).template_digest for each in (CHATML, STRIPPING)]
    assert templates[0] == sha256(CHATML.encode()).hexdigest() != templates[1]


def rows_with(change: Callable[[object], None]) -> list[Encoded]:
    tokenizer = build_tokenizer()
    change(tokenizer)
    return encoded(HuggingFaceChatEncoder(tokenizer), talk("x" * 50, "a b c"))


def test_padding_that_is_the_end_of_turn_changes_nothing() -> None:
    def same(tokenizer: object) -> None:
        tokenizer.pad_token = END  # type: ignore[attr-defined]

    assert rows_with(same) == rows_with(lambda _: None)


def test_a_tokenizer_that_would_cut_or_fill_rows_is_kept_from_it() -> None:
    def cutting(tokenizer: object) -> None:
        tokenizer.backend_tokenizer.enable_truncation(8)  # type: ignore[attr-defined]
        tokenizer.backend_tokenizer.enable_padding(length=500)  # type: ignore[attr-defined]

    assert rows_with(cutting) == rows_with(lambda _: None)
