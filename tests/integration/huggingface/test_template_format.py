"""Templates of others: what they write is checked, and what they mark is trained."""

from dataclasses import replace

import pytest

from application.ports.model_loader import ChatTemplateError
from domain.conversation import (
    Conversation,
    ask,
)
from domain.masking import Encoded
from domain.rows import BadRow
from tests.integration.huggingface.small_chats import (
    CHOOSY,
    DEAF,
    DEFAULT_SYSTEM,
    END,
    ENDLESS,
    FORGETTING,
    GENERATION,
    SHOUTING,
    STRIPPING,
    THINKING,
    WITHOUT_HEADER,
    encoder_of,
    problem,
    talk,
    trained_texts,
)

pytestmark = pytest.mark.slow


class TestOtherTemplates:
    def test_what_a_template_strips_is_not_there_to_train(self) -> None:
        encoder = encoder_of(STRIPPING)
        assert trained_texts(encoder, talk("  x ", "\n a \n", "y", "b")) == [f"a{END}", f"b{END}"]

    def test_what_a_template_writes_before_an_answer_is_trained(self) -> None:
        told = trained_texts(encoder_of(THINKING), talk("x", "a", "y", "b"))
        assert told == [f"a{END}", f"<think>\n\n</think>\n\nb{END}"]

    def test_a_system_prompt_of_the_template_is_not_trained(self) -> None:
        encoder = encoder_of(DEFAULT_SYSTEM)
        assert trained_texts(encoder, talk("x", "a")) == [f"a{END}"]
        assert encoder.render(ask("x"))[0].startswith("<|im_start|>system\nYou help.")

    @pytest.mark.parametrize(
        ("template", "conversation"),
        [
            (SHOUTING, talk("x", "say it softly")),
            (FORGETTING, talk("x", "<think>hm</think>yes")),
            (DEAF, talk("x", "a")),
        ],
        ids=["rewrites", "drops", "leaves a turn out"],
    )
    def test_what_a_template_hides_is_a_bad_row_with_a_way_out(
        self, template: str, conversation: Conversation
    ) -> None:
        why = problem(encoder_of(template), conversation)
        assert "letter by letter" in why
        assert "chatml" in why

    @pytest.mark.parametrize(
        "template",
        [ENDLESS, CHOOSY, WITHOUT_HEADER, "{% for broken %}"],
        ids=["no end", "raises", "no header", "no template"],
    )
    def test_a_template_that_writes_no_answer_is_refused_with_a_way_out(
        self, template: str
    ) -> None:
        with pytest.raises(ChatTemplateError) as refusal:
            encoder_of(template)
        assert "chatml" in refusal.value.fix[0]

    def test_a_refusal_is_of_its_row_alone(self) -> None:
        rows = encoder_of(FORGETTING).encode(
            [(8, talk("x", "a")), (9, talk("x", "<think>hm</think>yes"))]
        )
        assert [type(row) for row in rows] == [Encoded, BadRow]
        assert rows[1].number == 9


class TestMarkedByTheTemplate:
    """`{% generation %}` says what is trained; a block that holds a header says too much."""

    def test_what_it_marks_is_trained(self) -> None:
        encoder = encoder_of(GENERATION)
        assert trained_texts(encoder, talk("x", "a", "y", "b")) == [f"a{END}\n", f"b{END}\n"]

    def test_an_answer_before_the_last_may_be_left_out(self) -> None:
        x, a, y, b = talk("x", "a", "y", "b").messages
        talked = Conversation((x, replace(a, trained=False), y, b))
        assert trained_texts(encoder_of(GENERATION), talked) == [f"b{END}\n"]

    def test_a_header_in_a_block_is_not_trained(self) -> None:
        with_header = GENERATION.replace("{% generation %}", "").replace(
            "{% if message.role == 'assistant' %}",
            "{% if message.role == 'assistant' %}{% generation %}",
        )
        assert trained_texts(encoder_of(with_header), talk("x", "a")) == [f"a{END}"]

    def test_a_block_without_the_end_of_turn_is_not_all_that_is_trained(self) -> None:
        endless = GENERATION.replace(
            " + '<|im_end|>\\n' }}{% endgeneration %}",
            " }}{% endgeneration %}{{ '<|im_end|>\\n' }}",
        )
        assert endless != GENERATION
        assert trained_texts(encoder_of(endless), talk("x", "a")) == [f"a{END}"]
