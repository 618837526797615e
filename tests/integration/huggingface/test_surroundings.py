"""Turns found by what a template writes around them are where marks find them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.huggingface.answer_marks import spans_by_marks
from adapters.huggingface.chat_format import CHATML, Rendered
from adapters.huggingface.surroundings import KnownSurroundings, Surroundings
from adapters.huggingface.template_format import TemplateFormat
from adapters.huggingface.template_writer import TemplateWriter, frame_of
from adapters.huggingface.tiny_model import build_tokenizer
from application.ports.model_loader import ChatTemplateError
from domain.conversation import Conversation, Message, Role
from tests.integration.huggingface.small_chats import (
    DEAF,
    DEFAULT_SYSTEM,
    FORGETTING,
    SHOUTING,
    STRIPPING,
    THINKING,
    talk,
)

pytestmark = pytest.mark.slow

PLAIN = CHATML + "{# as a template #}"
# Another text around a turn, by what the turn says.
LOUD = PLAIN.replace(
    "message['content'] +", "message['content'] + ('!' if 'x' in message['content'] else '') +"
)
TEMPLATES = {
    "plain": PLAIN,
    "stripping": STRIPPING,
    "thinking": THINKING,
    "default system": DEFAULT_SYSTEM,
    "deaf": DEAF,
    "shouting": SHOUTING,
    "forgetting": FORGETTING,
    "loud": LOUD,
}
pieces = st.lists(
    st.sampled_from([*"aXx \n\t\ue000\ue001\ue002\ue003🦄", "</think>", "assistant\n", "a\r\n"]),
    max_size=4,
).map("".join)  # fmt: skip
turns = st.builds(Message, st.sampled_from(Role), pieces, trained=st.booleans())


def tokenizer_with(template: str) -> object:
    tokenizer = build_tokenizer()
    tokenizer.chat_template = template
    return tokenizer


class Both:
    """The same template, once as it is and once with marks alone."""

    def __init__(self, template: str) -> None:
        tokenizer = tokenizer_with(template)
        self.format = TemplateFormat(tokenizer)
        self.writer = TemplateWriter(tokenizer)
        self.frame = frame_of(self.writer, tokenizer)

    def by_marks(self, conversation: Conversation) -> Rendered:
        return spans_by_marks(self.writer, self.frame, conversation)


BOTH = {name: Both(template) for name, template in TEMPLATES.items()}


@pytest.mark.parametrize("name", TEMPLATES)
@given(messages=st.lists(turns, min_size=1, max_size=5))
def test_spans_are_those_that_marks_find(name: str, messages: list[Message]) -> None:
    conversation = Conversation(tuple(messages))
    both = BOTH[name]
    try:
        text = both.writer.write(conversation)
        expected = both.by_marks(conversation)
    except ChatTemplateError:
        return
    found = KnownSurroundings(both.by_marks).place(conversation, text)
    if found is not None:
        assert found == expected


@pytest.mark.parametrize("name", ["plain", "stripping", "thinking", "default system", "loud"])
def test_a_second_conversation_of_an_order_is_not_rendered_with_marks(name: str) -> None:
    both, asked = BOTH[name], list[Conversation]()

    def find(conversation: Conversation) -> Rendered:
        asked.append(conversation)
        return both.by_marks(conversation)

    known = KnownSurroundings(find)
    for conversation in (talk("a", "b"), talk("é\n", "🦄 c"), talk("d", "\ue000")):
        text = both.writer.write(conversation)
        found = known.place(conversation, text)
        if conversation == talk("é\n", "🦄 c") and name == "stripping":
            assert found is None
        else:
            assert found == both.by_marks(conversation)
    assert len(asked) == 1


def test_what_is_written_otherwise_is_not_taken_for_the_same() -> None:
    both = BOTH["loud"]
    known = KnownSurroundings(both.by_marks)
    for said in ("a", "x"):
        conversation = talk(said, "b")
        found = known.place(conversation, both.writer.write(conversation))
        assert (found is None) == (said == "x")
        assert both.format.render(conversation) == both.by_marks(conversation)


def test_a_template_that_changes_a_turn_is_still_refused() -> None:
    for name in ("deaf", "shouting"):
        with pytest.raises(ChatTemplateError):
            BOTH[name].format.render(talk("Reverse owl", "lwo"))


def test_places_are_counted_in_what_is_said() -> None:
    around = Surroundings(("<u>", "</u><a>", "</a>"), (((1, 10), (2, 14)),))
    written = around.around(["ask", "told"])
    assert written.text == "<u>ask</u><a>told</a>"
    ((first, past),) = written.trained
    assert written.text[first:past] == "told</a>"
