"""What emoji_think promises of every conversation."""

import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.conversation import Conversation, Message, Role, RowError
from domain.profiles.emoji_marks import STOPS, THINKING, Marks, marked, uninstructed, unmarked
from domain.profiles.emoji_think import EmojiThink
from domain.profiles.emoji_turns import strip
from domain.profiles.processors import PostStop, StopMarks, ThinkMarks, TokenPenalty, Window
from domain.profiles.thoughts import sanitise
from tests.unit.domain.profiles.emoji_talks import CALL, answers, asked, pair, talks

profiles = st.builds(
    EmojiThink,
    st.sampled_from(["", "be brief"]),
    keep_thoughts=st.booleans(),
    direct_ratio=st.sampled_from([0.0, 0.0, 0.5, 1.0]),
)
never_direct = st.builds(EmojiThink, keep_thoughts=st.booleans())
seeds = st.integers(0, 9)
ROWS = [pair(f"what is {number} + 1?", f"it is {number + 1}") for number in range(2000)]


def sane(talk: Conversation, profile: EmojiThink) -> Conversation:
    try:
        return sanitise(talk, keep_thoughts=profile.keep_thoughts)
    except RowError:
        with pytest.raises(RowError):
            profile.transform(talk, 1, 0)
        assume(condition=False)
        raise


@given(talks(), profiles, seeds)
def test_rewriting_twice_is_rewriting_once(
    talk: Conversation, profile: EmojiThink, seed: int
) -> None:
    sane(talk, profile)
    once = profile.transform(talk, 1, seed)
    assert profile.transform(once, 1, seed) == once


@given(talks(instructions=False), never_direct, seeds)
def test_taking_the_marks_off_gives_the_row_without_its_thoughts(
    talk: Conversation, profile: EmojiThink, seed: int
) -> None:
    clean = sane(talk, profile)
    rewritten = profile.transform(talk, 1, seed)
    drawn = asked(rewritten)[0]
    assume(all(unmarked(answer, drawn) == answer for answer in answers(clean)))
    assert strip(rewritten) == clean


@given(talks(), never_direct, seeds)
def test_every_answer_has_exactly_what_every_question_asks_for(
    talk: Conversation, profile: EmojiThink, seed: int
) -> None:
    sane(talk, profile)
    rewritten = profile.transform(talk, 1, seed)
    (marks,) = set(asked(rewritten))
    assert len(asked(rewritten)) == sum(turn.role is Role.USER for turn in talk.messages)
    for answer in answers(rewritten):
        lines = answer.split("\n")
        assert lines[0] == marks.thinking * marks.thinking_count
        assert lines[-1] == marks.stop * marks.stop_count
        assert "\n".join(lines[1:-1]).strip()


@given(talks(), profiles, seeds)
def test_nothing_else_changes(talk: Conversation, profile: EmojiThink, seed: int) -> None:
    def rest(conversation: Conversation) -> list[Message]:
        return [
            turn if turn.role is Role.TOOL or turn.tool_calls else replace(turn, content="")
            for turn in conversation.messages
            if turn.role is not Role.SYSTEM
        ]

    clean = replace(sane(talk, profile), tools="[{}]")
    rewritten = profile.transform(replace(talk, tools="[{}]"), 1, seed)
    assert rest(rewritten) == rest(clean)
    assert rewritten.tools == clean.tools


@given(talks(tags=False, instructions=False), seeds, seeds)
def test_another_seed_replaces_the_marks(talk: Conversation, seed: int, other: int) -> None:
    profile = EmojiThink()
    before = profile.transform(talk, 1, other)
    assume(strip(before) == sane(talk, profile))
    assert profile.transform(before, 1, seed) == profile.transform(talk, 1, seed)


@given(talks(), profiles, seeds, st.integers(1, 10**6))
def test_neither_the_place_of_a_row_nor_the_global_generator_takes_part(
    talk: Conversation, profile: EmojiThink, seed: int, number: int
) -> None:
    sane(talk, profile)
    random.seed(number)
    state = random.getstate()
    rewritten = profile.transform(talk, number, seed)
    assert random.getstate() == state
    random.seed(number + 1)
    assert rewritten == profile.transform(talk, 1, seed)


@given(st.permutations(ROWS[:6]), st.integers(0, 6), talks(tags=False), seeds)
def test_shuffling_inserting_and_splitting_rows_changes_none_of_them(
    rows: list[Conversation], place: int, added: Conversation, seed: int
) -> None:
    def rewritten(some: list[Conversation]) -> list[Conversation]:
        return [EmojiThink().transform(row, number, seed) for number, row in enumerate(some, 1)]

    alone = {row: EmojiThink().transform(row, 1, seed) for row in ROWS[:6]}
    longer = rewritten([*rows[:place], added, *rows[place:]])
    assert longer[:place] + longer[place + 1 :] == [alone[row] for row in rows]
    assert rewritten(rows[:place]) + rewritten(rows[place:]) == [alone[row] for row in rows]


def test_another_process_draws_the_same() -> None:
    code = (
        "from domain.profiles.emoji_think import EmojiThink\n"
        "from tests.unit.domain.profiles.test_emoji_think import ROWS\n"
        "print(ascii([EmojiThink().transform(row, 7, 3) for row in ROWS[:20]]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONHASHSEED": "5", "PYTHONPATH": "."},
    ).stdout
    assert told.strip() == ascii([EmojiThink().transform(row, 1, 3) for row in ROWS[:20]])


def test_the_draws_stay_what_they_are() -> None:
    assert EmojiThink().transform(pair("why?", "so"), 1, 42) == pair(
        "why?\n\nMark your thinking with a first line of eight 🔍"
        " and your stop with a last line of two ✋.",
        "🔍🔍🔍🔍🔍🔍🔍🔍\nso\n✋✋",
    )


@given(talks(), seeds)
def test_neither_the_system_prompt_nor_the_share_of_direct_rows_moves_the_marks(
    talk: Conversation, seed: int
) -> None:
    sane(talk, EmojiThink())
    plain = EmojiThink().transform(talk, 1, seed)
    other = EmojiThink("be brief", direct_ratio=0.3).transform(talk, 1, seed)
    assert asked(other) in (asked(plain), asked(strip(plain)))


def test_every_emoji_and_every_count_is_drawn_about_evenly() -> None:
    drawn = [asked(EmojiThink().transform(row, 1, 0))[0] for row in ROWS]
    for counts, wanted in (
        (Counter(marks.thinking for marks in drawn), THINKING),
        (Counter(marks.thinking_count for marks in drawn), range(2, 9)),
        (Counter(marks.stop for marks in drawn), STOPS),
        (Counter(marks.stop_count for marks in drawn), range(2, 5)),
    ):
        assert set(counts) == set(wanted)
        even = len(ROWS) / len(wanted)
        assert all(0.75 * even < count < 1.25 * even for count in counts.values())


@pytest.mark.parametrize("ratio", [0.0, 0.1, 0.5, 1.0])
def test_about_as_many_rows_as_asked_for_are_left_without_marks(ratio: float) -> None:
    profile = EmojiThink("be brief", direct_ratio=ratio)
    system = Message(Role.SYSTEM, "be brief")
    rewritten = [profile.transform(row, 1, 0) for row in ROWS]
    direct = [
        (system, *row.messages) == now.messages for row, now in zip(ROWS, rewritten, strict=True)
    ]
    assert abs(sum(direct) / len(ROWS) - ratio) < 0.03
    assert all(
        is_direct or answers(now)[0].startswith(asked(now)[0].first)
        for is_direct, now in zip(direct, rewritten, strict=True)
    )


def test_generation_is_told_of_marks_stops_and_think_tags() -> None:
    penalty, think, stop, after = EmojiThink().processors()
    assert penalty == TokenPenalty(
        ("<think>", "</think>"), 80, (Window(4, 8), Window(4, 2), Window(4, 1.5))
    )
    assert isinstance(think, ThinkMarks)
    assert (think.marks, think.least, think.most) == (THINKING, 2, 8)
    assert isinstance(stop, StopMarks)
    assert (stop.marks, stop.least, stop.most) == (STOPS, 2, 4)
    assert isinstance(after, PostStop)
    assert (after.penalty, after.rate, after.reward) == (100, 10, 50)
    assert after.penalty <= after.ceiling <= 30_000, "float16 ends at 65,504"


def test_a_call_of_a_tool_is_not_marked_and_the_answer_after_it_is() -> None:
    talk = Conversation(
        (
            Message(Role.ASSISTANT, "hello"),
            Message(Role.USER, "where?"),
            Message(Role.ASSISTANT, "I look", tool_calls=(CALL,)),
            Message(Role.TOOL, "there"),
            Message(Role.ASSISTANT, "there", trained=False),
        )
    )
    greeting, question, call, result, answer = EmojiThink().transform(talk, 1, 0).messages
    assert (greeting, call, result) == (talk.messages[0], talk.messages[2], talk.messages[3])
    _, (marks,) = uninstructed(question.content)
    assert answer == Message(Role.ASSISTANT, marked("there", marks), trained=False)


def test_an_answer_to_come_gets_its_instruction() -> None:
    talk = Conversation((*pair("why?", "so").messages, Message(Role.USER, "really?")))
    first, answer, last = EmojiThink().transform(talk, 1, 0).messages
    ((marks,), (same,)) = (uninstructed(turn.content)[1] for turn in (first, last))
    assert marks == same
    assert answer.content == marked("so", marks)
    assert last.content == f"really?\n\n{marks.instruction}"


def test_an_answer_that_already_has_the_drawn_marks_is_not_marked_twice() -> None:
    drawn = EmojiThink().transform(pair("why?", "so"), 1, 0)
    assert EmojiThink().transform(pair("why?", drawn.answer), 1, 0) == drawn
    twice = marked("so", Marks("✨", 2, "🛑", 2))
    assert asked(EmojiThink().transform(pair("why?", twice), 1, 0)) == asked(drawn)
