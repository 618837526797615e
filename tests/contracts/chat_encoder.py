"""The promises of ChatEncoder."""

from dataclasses import replace

import pytest

from application.ports.model_loader import ChatEncoder, ChatTemplateError
from domain.conversation import Conversation, Example, Message, PlainText, Role, TokenRow, ask
from domain.masking import Encoded, marked
from domain.rows import BadRow

TALK = Conversation(
    (
        Message(Role.SYSTEM, "You are brief."),
        Message(Role.USER, "Reverse OWL"),
        Message(Role.ASSISTANT, "LWO"),
        Message(Role.USER, "Double it"),
        Message(Role.ASSISTANT, "LLWWOO"),
    )
)
TOOLS = Conversation(TALK.messages, '[{"type":"function","function":{"name":"spell"}}]')


def encoded(encoder: ChatEncoder, *examples: Example) -> list[Encoded]:
    """Encode rows that must be good."""
    rows = encoder.encode(list(enumerate(examples, start=1)))
    good = [row for row in rows if isinstance(row, Encoded)]
    assert len(good) == len(examples), rows
    return good


def told(encoder: ChatEncoder, example: Example) -> list[str]:
    """Give the parts of a row that are trained."""
    (row,) = encoded(encoder, example)
    return [text for text, trained in encoder.pieces(row) if trained]


class ChatEncoderContract:
    @pytest.fixture
    def encoder(self) -> ChatEncoder:
        raise NotImplementedError

    def test_every_assistant_turn_is_trained_with_its_end(self, encoder: ChatEncoder) -> None:
        (row,) = encoded(encoder, TALK)
        assert len(row.trained) == 2
        assert [row.ids[span.end - 1] for span in row.trained] == [encoder.end_of_turn] * 2
        assert row.ends_with(encoder.end_of_turn)

    def test_nothing_but_the_assistant_is_trained(self, encoder: ChatEncoder) -> None:
        first, second = told(encoder, TALK)
        assert first.startswith("LWO")
        assert second.startswith("LLWWOO")
        assert "Reverse" not in first + second
        assert "brief" not in first + second

    def test_a_turn_that_is_not_to_be_trained_is_seen_and_not_learned(
        self, encoder: ChatEncoder
    ) -> None:
        (row,) = encoded(encoder, TALK)
        turns = list(TALK.messages)
        turns[2] = replace(turns[2], trained=False)
        (other,) = encoded(encoder, Conversation(tuple(turns)))
        assert (other.ids, other.trained) == (row.ids, row.trained[1:])

    def test_the_pieces_are_the_whole_row_and_say_what_is_trained(
        self, encoder: ChatEncoder
    ) -> None:
        (row,) = encoded(encoder, TALK)
        pieces = encoder.pieces(row)
        assert [trained for _, trained in pieces][:4] == [False, True, False, True]
        whole = encoder.pieces(replace(row, trained=()))
        assert whole == [("".join(text for text, _ in pieces), False)]
        assert "⟦LWO" in marked(pieces)

    def test_a_longer_answer_trains_more_tokens_and_a_longer_question_does_not(
        self, encoder: ChatEncoder
    ) -> None:
        def trained(asked: str, answered: str) -> int:
            talk = Conversation((*ask(asked).messages, Message(Role.ASSISTANT, answered)))
            return encoded(encoder, talk)[0].trained_count

        assert trained("OWL", "L W O") > trained("OWL", "L")
        assert trained("OWL AND FOX", "L") == trained("OWL", "L")

    def test_rows_keep_their_order_and_number(self, encoder: ChatEncoder) -> None:
        rows = encoder.encode(
            [(7, TALK), (5, TokenRow((), ())), (3, Conversation(TALK.messages[1:3]))]
        )
        assert [row.number for row in rows] == [7, 5, 3]
        assert [isinstance(row, BadRow) for row in rows] == [False, True, False]
        assert replace(encoded(encoder, TALK)[0], number=7) == rows[0]

    def test_no_rows_are_no_tokens(self, encoder: ChatEncoder) -> None:
        assert list(encoder.encode([])) == []

    def test_a_prompt_is_the_beginning_of_the_row_that_answers_it(
        self, encoder: ChatEncoder
    ) -> None:
        (row,) = encoded(encoder, TALK)
        text, tokens = encoder.render(TALK.prompt)
        assert tokens == row.trained[-1].start
        assert "".join(text for text, _ in encoder.pieces(row)).startswith(text)

    def test_all_of_a_plain_text_is_trained_and_the_end_after_it(
        self, encoder: ChatEncoder
    ) -> None:
        (row,) = encoded(encoder, PlainText("LWO"))
        (span,) = row.trained
        assert span.end == len(row.ids)
        assert row.ids[-1] == encoder.end_of_turn
        assert told(encoder, PlainText("LWO"))[0].startswith("LWO")

    def test_an_empty_text_is_a_bad_row(self, encoder: ChatEncoder) -> None:
        (bad,) = encoder.encode([(4, PlainText(""))])
        assert isinstance(bad, BadRow)
        assert bad.number == 4

    def test_tokens_are_taken_as_they_are(self, encoder: ChatEncoder) -> None:
        (row,) = encoded(encoder, TALK)
        trained = [False] * len(row.ids)
        for span in row.trained:
            trained[span.start : span.end] = [True] * (span.end - span.start)
        assert encoded(encoder, TokenRow(row.ids, tuple(trained))) == [row]

    @pytest.mark.parametrize(
        "tokens",
        [
            TokenRow((), ()),
            TokenRow((-1, 5), (True, True)),
            TokenRow((5, 2**31), (True, True)),
            TokenRow((5, 6), (True,)),
        ],
        ids=["empty", "negative", "too large", "too few flags"],
    )
    def test_tokens_that_the_model_does_not_have_are_a_bad_row(
        self, encoder: ChatEncoder, tokens: TokenRow
    ) -> None:
        (bad,) = encoder.encode([(8, tokens)])
        assert isinstance(bad, BadRow)
        assert bad.number == 8
        assert bad.problem

    def test_tools_that_the_chat_format_cannot_write_are_a_bad_row_and_no_prompt(
        self, encoder: ChatEncoder
    ) -> None:
        (bad,) = encoder.encode([(8, TOOLS)])
        assert isinstance(bad, BadRow)
        assert "tools" in bad.problem
        assert bad.excerpt
        with pytest.raises(ChatTemplateError, match="tools"):
            encoder.render(TOOLS.prompt)

    def test_template_and_tokenizer_have_digests(self, encoder: ChatEncoder) -> None:
        assert len({encoder.template_digest, encoder.tokenizer_digest}) == 2
        assert {len(encoder.template_digest), len(encoder.tokenizer_digest)} == {64}
        assert encoder.template_replaced is False
