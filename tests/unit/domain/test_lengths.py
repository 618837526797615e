"""What happens to rows that are too long."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.conversation import Conversation, Message, PlainText, Role
from domain.lengths import fitted
from domain.masking import Encoded, Span
from domain.settings.data import OverLong

END = 0


def encode(said: Conversation) -> Encoded:
    """One token a character, one before each turn and END after it."""
    ids: list[int] = []
    trained: list[Span] = []
    for turn in said.messages:
        ids += [1, *map(ord, turn.content), END]
        if turn.role is Role.ASSISTANT and turn.trained:
            trained.append(Span(len(ids) - len(turn.content) - 1, len(ids)))
    return Encoded(number=7, ids=tuple(ids), trained=tuple(trained))


def talk(*said: str, system: str = "") -> Conversation:
    roles = (Role.USER, Role.ASSISTANT)
    opening = (Message(Role.SYSTEM, system),) if system else ()
    turns = (Message(roles[place % 2], text) for place, text in enumerate(said))
    return Conversation((*opening, *turns))


words = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=12)
talks = st.lists(st.tuples(words, words), min_size=1, max_size=5).flatmap(
    lambda pairs: st.builds(
        lambda system: talk(*(text for pair in pairs for text in pair), system=system),
        st.one_of(st.just(""), words),
    )
)
limits = st.integers(4, 60)


def test_a_row_is_left_out_where_nothing_else_is_wanted() -> None:
    row = encode(talk("question", "answer"))
    for policy in (OverLong.REFUSE, OverLong.DROP):
        left = fitted(row, talk("question", "answer"), 5, policy, encode)
        assert (left.rows, left.lost) == ((), len(row.ids))


def test_a_text_without_turns_is_left_out() -> None:
    row = Encoded(number=1, ids=(5,) * 9, trained=(Span(0, 9),))
    for policy in OverLong:
        assert fitted(row, PlainText("x"), 5, policy, encode).rows == ()


@given(talks, limits)
def test_split_rows_are_whole_exchanges_that_fit_and_lose_nothing_but_what_fits_nowhere(
    said: Conversation, limit: int
) -> None:
    row = encode(said)
    left = fitted(row, said, limit, OverLong.SPLIT_TURNS, encode)
    assert all(len(each.ids) <= limit for each in left.rows)
    assert all(each.ids[span.end - 1] == END for each in left.rows for span in each.trained)
    answers = [turn.content for turn in said.messages if turn.role is Role.ASSISTANT]
    learned = [
        "".join(map(chr, each.ids[span.start : span.end - 1]))
        for each in left.rows
        for span in each.trained
    ]
    kept = iter(answers)
    assert all(answer in kept for answer in learned)  # in their order, none twice
    if left.rows:
        assert len(learned) + left.unanswered == len(answers)
        assert (left.lost > 0) == (left.unanswered > 0)
    else:
        assert left.lost == len(row.ids)


def test_every_split_row_stands_under_the_system_prompt() -> None:
    said = talk("aaaa", "bbbb", "cccc", "dddd", system="S")
    left = fitted(encode(said), said, 15, OverLong.SPLIT_TURNS, encode)
    assert left.rows == (
        encode(talk("aaaa", "bbbb", system="S")),
        encode(talk("cccc", "dddd", system="S")),
    )
    assert left.lost == 0


def test_an_answer_that_fits_nowhere_is_counted_with_its_tokens() -> None:
    said = talk("a", "b", "c", "d" * 30, "e", "f", system="S")
    left = fitted(encode(said), said, 15, OverLong.SPLIT_TURNS, encode)
    assert left.rows == (encode(talk("a", "b", system="S")), encode(talk("e", "f", system="S")))
    assert left.unanswered == 1
    assert left.lost == len(encode(talk("c", "d" * 30)).ids)


def test_an_exchange_that_is_not_trained_stays_as_context_where_it_fits() -> None:
    quiet = [replace(turn, trained=False) for turn in talk("aa", "bb", "cc", "dd").messages]
    said = Conversation((*quiet, *talk("ee", "ff").messages))
    left = fitted(encode(said), said, 16, OverLong.SPLIT_TURNS, encode)
    assert left.rows == (encode(Conversation((*quiet[2:], *talk("ee", "ff").messages))),)
    assert (left.unanswered, left.lost) == (0, 0)


@given(talks, limits)
def test_a_cut_row_fits_as_well_as_it_can_and_keeps_rules_and_answers_whole(
    said: Conversation, limit: int
) -> None:
    row = encode(said)
    if len(row.ids) <= limit:
        return
    left = fitted(row, said, limit, OverLong.TRUNCATE_PROMPT, encode)
    asked = [turn for turn in said.messages if turn.role is Role.USER]
    spare = sum(len(turn.content) - 1 for turn in asked[:-1])
    assert bool(left.rows) == (len(row.ids) - spare <= limit)
    for cut in left.rows:
        assert len(cut.ids) == limit  # a token a character: not one more is lost
        assert cut.lost == left.lost == len(row.ids) - limit
        whole = [row.ids[span.start : span.end] for span in row.trained]
        assert [cut.ids[span.start : span.end] for span in cut.trained] == whole


def test_earlier_questions_are_cut_first_and_of_the_last_one_the_end_stays() -> None:
    said = talk("abcdef", "x", "g" * 20 + "h" * 16, "y", system="RULES")
    row = encode(said)
    cut = fitted(row, said, len(row.ids) - 25, OverLong.TRUNCATE_PROMPT, encode).rows[0]
    assert cut.ids == encode(talk("f", "x", "h" * 16, "y", system="RULES")).ids
    assert fitted(row, said, len(row.ids) - 26, OverLong.TRUNCATE_PROMPT, encode).rows == ()


def test_what_a_profile_writes_is_never_cut() -> None:
    def instructed(shorter: Conversation) -> Encoded:
        first, *others = shorter.messages
        told = replace(first, content=f"{first.content}\n\nAnswer in capitals.")
        return encode(Conversation((told, *others)))

    said = talk("q" * 200, "A")
    row = instructed(said)
    cut = fitted(row, said, 120, OverLong.TRUNCATE_PROMPT, instructed).rows[0]
    assert "".join(map(chr, cut.ids)).endswith("q\n\nAnswer in capitals.\x00\x01A\x00")
