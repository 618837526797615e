"""Rows on their way to tokens: what becomes of each, and when they are made anew."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

import application.preparing
from application.ports.dataset_source import ChangedDatasetError
from application.ports.profile_catalog import BrokenProfileError
from application.rewriting import rewritten
from domain.conversation import Conversation, Message, Role, RowError
from domain.profiles.plain_sft import PlainSft
from domain.receipts import TooLongError
from domain.rows import BadRow, BadRowsError
from domain.settings.layers import Value
from tests.unit.application.preparations import Bench, CountingEncoder, Row, a_pair, pairs

UNREADABLE = '{"question": "cut off'
UNUSABLE: dict[str, Row | str] = {
    "no JSON": UNREADABLE,
    "no object": "[1, 2]",
    "empty answer": a_pair(1, answer=" ") | {"answer": ""},
    "another format": {"messages": [{"role": "user", "content": "why?"}]},
    "no answer": {"question": "why?"},
    "answer is a number": a_pair(1) | {"answer": 7},
}
LIMIT = 40


@pytest.fixture
def bench() -> Bench:
    return Bench()


def long_row(times: int = 100) -> Row:
    return {"question": "o" * times * LIMIT, "answer": "yes"}


def test_the_same_bytes_under_another_name_are_encoded_once(bench: Bench) -> None:
    first, _ = bench.prepare(bench.dataset(pairs(5), "july.jsonl"))
    again, _ = bench.prepare(bench.dataset(pairs(5), "august.jsonl"))

    assert again is first
    assert bench.encoded == bench.source.given == 5


def test_an_edited_file_is_prepared_anew(bench: Bench) -> None:
    first, _ = bench.prepare(bench.dataset(pairs(5)))
    edited, _ = bench.prepare(bench.dataset([*pairs(4), a_pair(4, answer="number 5")]))

    assert bench.encoded == 10
    assert [a.ids == b.ids for a, b in zip(first.rows, edited.rows, strict=True)] == [True] * 4 + [
        False
    ]


def test_bytes_that_were_changed_behind_the_back_are_refused(bench: Bench) -> None:
    dataset = bench.dataset(pairs(5))
    bench.shelf[f"datasets/{dataset.sha256}"] += b"\n"

    with pytest.raises(ChangedDatasetError):
        bench.prepare(dataset)
    assert not bench.kept(dataset)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("profile.name", "emoji_think"),
        ("profile.system_prompt", "Be brief."),
        ("emoji_think.direct_ratio", 0.5),
        ("emoji_think.keep_thoughts", True),
        ("regime3.strict", False),
        ("regime3.commutative", "+"),
        ("hyperparams.seed", 43),
        ("hyperparams.max_length", 100),
        ("data.format", "question/answer"),
        ("data.question_column", "question"),
        ("data.answer_column", "answer"),
        ("data.system_column", "system"),
        ("data.train_turns", "last"),
        ("data.over_long", "drop"),
    ],
)
def test_whatever_shapes_the_tokens_is_part_of_the_key(
    bench: Bench, name: str, value: Value
) -> None:
    dataset = bench.dataset(pairs(1))
    assert bench.wanted({name: value}).key(dataset) != bench.wanted().key(dataset)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hyperparams.learning_rate", 0.1),
        ("hyperparams.num_train_epochs", 3),
        ("data.validation_split", 0.5),
        ("data.validation_max_samples", 3),
        ("data.bad_rows", "drop"),
        ("packing.enabled", False),
    ],
)
def test_what_shapes_no_token_is_no_part_of_the_key(bench: Bench, name: str, value: Value) -> None:
    dataset = bench.dataset(pairs(1))
    assert bench.wanted({name: value}).key(dataset) == bench.wanted().key(dataset)


@dataclass(frozen=True, slots=True)
class Second(PlainSft):
    version: ClassVar[str] = "2"


def test_profile_template_tokenizer_selection_and_our_own_version_are_part_of_the_key(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = bench.dataset(pairs(5))
    keys = [
        bench.wanted().key(dataset),
        bench.wanted(profile=lambda _: Second()).key(dataset),
        bench.wanted().key(bench.dataset(pairs(5), selection="[0:3]")),
        Bench(encoder=CountingEncoder(template="another")).wanted().key(dataset),
        Bench(encoder=CountingEncoder(tokenizer="another")).wanted().key(dataset),
    ]
    monkeypatch.setattr(application.preparing, "VERSION", 0)
    keys.append(bench.wanted().key(dataset))

    assert len(set(keys)) == len(keys)


def test_only_selected_rows_are_prepared_under_their_own_numbers(bench: Bench) -> None:
    found, _ = bench.prepare(bench.dataset(pairs(9), selection="[2:5]"))

    assert list(found.numbers) == [3, 4, 5]


def test_rows_are_encoded_many_at_once(bench: Bench) -> None:
    encoder = bench.encoder
    bench.prepare(bench.dataset(pairs(1100)))

    assert isinstance(encoder, CountingEncoder)
    assert encoder.batches == [512, 512, 76]


@pytest.mark.parametrize("row", UNUSABLE.values(), ids=UNUSABLE)
def test_fault_34_a_row_that_cannot_be_used_is_refused_with_its_line(
    bench: Bench, row: Row | str
) -> None:
    dataset = bench.dataset([*pairs(3), row, *pairs(3, 10)])

    with pytest.raises(BadRowsError, match=r"1 of 7 rows .* line 4"):
        bench.prepare(dataset)
    assert not bench.kept(dataset)


@pytest.mark.parametrize("row", UNUSABLE.values(), ids=UNUSABLE)
def test_fault_34_or_it_is_dropped_counted_and_listed(bench: Bench, row: Row | str) -> None:
    dataset = bench.dataset([*pairs(3), row, *pairs(3, 10)])
    found, notes = bench.prepare(dataset, {"data.bad_rows": "drop"})

    assert (notes.read, notes.bad_count, [bad.number for bad in notes.bad]) == (7, 1, [4])
    assert [number for number, n in zip(found.numbers, found.lengths, strict=True) if n] == [
        1, 2, 3, 5, 6, 7,
    ]  # fmt: skip


def test_fault_34_a_turn_of_nobody_is_refused_with_its_place(bench: Bench) -> None:
    nobody = {"messages": [*turns("a", "b"), {"content": "who says this?"}]}

    with pytest.raises(BadRowsError, match=r"line 2: turn 3, 'role'"):
        bench.prepare(bench.dataset([{"messages": turns("a", "b")}, nobody]))


def test_rows_that_were_dropped_once_are_refused_where_that_is_set_later(bench: Bench) -> None:
    dataset = bench.dataset([*pairs(3), UNREADABLE])
    bench.prepare(dataset, {"data.bad_rows": "drop"})

    with pytest.raises(BadRowsError, match="line 4"):
        bench.prepare(dataset)
    assert bench.encoded == 3


def test_reading_ends_early_where_enough_bad_rows_are_named(bench: Bench) -> None:
    rows = [UNREADABLE if number % 2 else a_pair(number) for number in range(5000)]

    with pytest.raises(BadRowsError, match="256 of 512 rows"):
        bench.prepare(bench.dataset(rows))
    assert bench.source.given < 600


def test_where_bad_rows_are_dropped_all_are_counted_and_a_hundred_listed(bench: Bench) -> None:
    rows = [UNREADABLE if number % 2 else a_pair(number) for number in range(1200)]
    _, notes = bench.prepare(bench.dataset(rows), {"data.bad_rows": "drop"})

    assert (notes.read, notes.bad_count) == (1200, 600)
    assert [bad.number for bad in notes.bad] == list(range(2, 202, 2))


def test_a_dataset_of_bad_rows_alone_is_refused_also_where_they_are_dropped(bench: Bench) -> None:
    with pytest.raises(BadRowsError, match="2 of 2 rows"):
        bench.prepare(bench.dataset([UNREADABLE, UNREADABLE]), {"data.bad_rows": "drop"})


def test_a_file_without_rows_is_refused(bench: Bench) -> None:
    with pytest.raises(RowError, match="no row is left"):
        bench.prepare(bench.dataset([]))


def test_what_a_profile_or_the_encoder_cannot_use_is_a_bad_row_too(bench: Bench) -> None:
    tools = {"messages": [*turns("hi", "( add 1 2 )")], "tools": [{"name": "call"}]}
    rows = [{"messages": turns("sum?", "<<ANS_START>> (add 1 2) <<ANS_END>>")}, tools,
            {"messages": turns("sum?", "it is 3")}]  # fmt: skip
    wishes: dict[str, Value] = {"profile.name": "regime3", "data.bad_rows": "drop"}
    _, notes = bench.prepare(bench.dataset(rows), wishes)

    assert {bad.number for bad in notes.bad} >= {3}
    assert "turn 2" in next(bad.problem for bad in notes.bad if bad.number == 3)


def turns(question: str, answer: str) -> list[Row]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def test_plain_texts_and_tokens_are_prepared_as_they_are(bench: Bench) -> None:
    texts, _ = bench.prepare(bench.dataset([{"text": "once"}, {"text": "upon"}]))
    tokens, _ = bench.prepare(bench.dataset([{"input_ids": [9, 8, 0], "labels": [-100, 8, 0]}]))

    assert list(texts.lengths) == [5, 5]
    assert list(texts.trained) == [4, 4]  # nothing predicts the first token
    assert tokens.rows[0].ids == (9, 8, 0)
    assert tokens.trained[0] == 2


def test_a_profile_that_rewrites_turns_takes_no_plain_text(bench: Bench) -> None:
    with pytest.raises(BadRowsError, match="emoji_think rewrites turns"):
        bench.prepare(bench.dataset([{"text": "once"}]), {"profile.name": "emoji_think"})


@pytest.mark.parametrize("labels", [[-100, -100, -100], [9, -100, -100]])
def test_a_row_that_teaches_no_token_is_bad(bench: Bench, labels: list[int]) -> None:
    """Nothing stands before the first token that it could be predicted from."""
    row = {"input_ids": [9, 8, 0], "labels": labels}

    with pytest.raises(BadRowsError, match=r"no token.* is trained"):
        bench.prepare(bench.dataset([row]))


def test_tokens_without_an_end_of_turn_are_counted(bench: Bench) -> None:
    rows = [{"input_ids": [9, 8, 7]}, {"input_ids": [9, 8, 0]}]
    _, notes = bench.prepare(bench.dataset(rows))

    assert notes.open_ended == 1


class OtherwiseAsked(CountingEncoder):
    """Writes a token more before an answer than training does."""

    def render(self, prompt: Conversation) -> tuple[str, int]:
        text, tokens = super().render(prompt)
        return text, tokens + 1


def test_it_is_noticed_when_a_question_is_written_otherwise_at_inference(bench: Bench) -> None:
    other = Bench(encoder=OtherwiseAsked())

    assert bench.prepare(bench.dataset(pairs(5)))[1].mismatched == 0
    assert other.prepare(other.dataset(pairs(5)))[1].mismatched == 2


def test_fault_34_a_row_far_longer_than_the_context_is_refused_with_count_and_length(
    bench: Bench,
) -> None:
    dataset = bench.dataset([*pairs(3), long_row()])

    with pytest.raises(TooLongError, match="1 rows are longer than 40 tokens") as refused:
        bench.prepare(dataset, {"hyperparams.max_length": LIMIT})
    assert "row 4" in str(refused.value)
    assert f"the longest has {100 * LIMIT + 7} tokens" in refused.value.why
    assert not bench.kept(dataset, {"hyperparams.max_length": LIMIT})


def test_fault_34_or_it_is_dropped_with_count_number_and_tokens_lost(bench: Bench) -> None:
    wishes: dict[str, Value] = {"hyperparams.max_length": LIMIT, "data.over_long": "drop"}
    found, notes = bench.prepare(bench.dataset([*pairs(3), long_row()]), wishes)

    assert (notes.over_long_count, notes.over_long, notes.bad_count) == (1, [4], 0)
    assert notes.lost == notes.longest == 100 * LIMIT + 7
    assert found.lengths[3] == 0


def test_fault_34_or_its_prompt_is_truncated_and_its_answer_stays_whole(bench: Bench) -> None:
    wishes: dict[str, Value] = {
        "hyperparams.max_length": LIMIT,
        "data.over_long": "truncate_prompt",
    }
    found, notes = bench.prepare(bench.dataset([*pairs(3), long_row()]), wishes)
    row = found.rows[3]

    assert (notes.cut_count, notes.over_long_count) == (1, 0)
    assert (len(row.ids), row.lost, notes.lost) == (LIMIT, 99 * LIMIT + 7, 99 * LIMIT + 7)
    assert row.trained_count == len("yes") + 1
    assert row.ends_with(bench.encoder.end_of_turn)


def test_fault_34_or_it_is_split_between_turns_and_every_part_is_counted(bench: Bench) -> None:
    talk = {"messages": [turn for n in range(100) for turn in turns(f"number {n:03}?", "yes")]}
    wishes: dict[str, Value] = {"hyperparams.max_length": LIMIT, "data.over_long": "split_turns"}
    found, notes = bench.prepare(bench.dataset([{"messages": turns("a", "b")}, talk]), wishes)

    assert (notes.split_count, notes.over_long_count, notes.lost) == (1, 0, 0)
    assert set(found.numbers[1:]) == {2}
    assert max(found.lengths) <= LIMIT
    assert sum(found.trained[1:]) == 100 * (len("yes") + 1)


@pytest.mark.parametrize("policy", ["truncate_prompt", "split_turns"])
def test_fault_34_an_answer_that_does_not_fit_is_left_out_whatever_is_set(
    bench: Bench, policy: str
) -> None:
    rows = [*pairs(3), {"question": "why?", "answer": "o" * 100 * LIMIT}]
    wishes: dict[str, Value] = {"hyperparams.max_length": LIMIT, "data.over_long": policy}
    found, notes = bench.prepare(bench.dataset(rows), wishes)

    assert (notes.over_long_count, notes.over_long) == (1, [4])
    assert found.lengths[3] == 0


def test_what_is_too_long_alone_leaves_nothing_to_train_on(bench: Bench) -> None:
    wishes: dict[str, Value] = {"hyperparams.max_length": LIMIT, "data.over_long": "drop"}

    with pytest.raises(RowError, match="no row is left") as refused:
        bench.prepare(bench.dataset([long_row()]), wishes)
    assert "1 of 1 rows are too long" in refused.value.why


def test_a_preparation_that_is_broken_off_leaves_nothing_and_can_be_made_again(
    bench: Bench,
) -> None:
    dataset, asked = bench.dataset(pairs(1100)), iter([None, None])

    def check() -> None:
        if next(asked, "stop") == "stop":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.prepare(dataset, check=check)
    assert not bench.kept(dataset)
    assert len(bench.prepare(dataset)[0].rows) == 1100


@pytest.mark.parametrize("fault", ["raises", "gives nothing", "loses the answer"])
def test_a_profile_of_somebody_else_that_breaks_is_named_with_the_row(
    fault: str,
) -> None:
    class Broken(PlainSft):
        name = "acme"

        def transform(self, example: Conversation, row_number: int, seed: int) -> Conversation:
            if fault == "raises":
                raise KeyError("boom")
            return None if fault == "gives nothing" else example.prompt  # type: ignore[return-value]

    found = rewritten((7, Conversation(pairs_said("why", "so"))), PlainSft(), 0)
    assert not isinstance(found, BadRow)
    with pytest.raises(BrokenProfileError, match="'acme' 1 cannot rewrite row 7"):
        rewritten((7, Conversation(pairs_said("why", "so"))), Broken(), 0)


def pairs_said(question: str, answer: str) -> tuple[Message, ...]:
    return Message(Role.USER, question), Message(Role.ASSISTANT, answer)
