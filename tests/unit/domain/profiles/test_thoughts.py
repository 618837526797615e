"""Thoughts never reach what is trained, unless they are wanted."""

import pytest
from hypothesis import given

from domain.conversation import Conversation, Message, Role, RowError, ToolCall
from domain.profiles.thoughts import sanitise
from tests.unit.domain.profiles.emoji_talks import answers, pair, talks

CALL = ToolCall("look", "{}")


def cut(answer: str) -> str:
    return sanitise(pair("why?", answer)).answer


def kept(answer: str) -> str:
    return sanitise(pair("why?", answer), keep_thoughts=True).answer


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("<think>secret</think>yes", "yes"),
        ("<think>\nsecret\n</think>\n\nyes\n", "yes"),
        ("yes <think>secret</think>and no", "yes and no"),
        ("yes <think>secret", "yes"),
        ("secret</think>yes", "yes"),
        ("<think>secret <think> secret</think>yes", "yes"),
        ("yes <think>a<think>b</think>secret</think>no", "yes no"),
        ("<THINK>secret</Think >yes", "yes"),
        ("<think></think>yes", "yes"),
        ("a<think>1</think>b<think>2</think>c<think>3", "abc"),
        ("  indented: no tag, no change\n", "  indented: no tag, no change\n"),
        ("a <thinking> b", "a <thinking> b"),
    ],
)
def test_sections_lose_their_tags_and_what_stands_between_them(answer: str, said: str) -> None:
    assert cut(answer) == said


@pytest.mark.parametrize("answer", ["<think>secret", "secret</think>", "<think>a</think> \n", " "])
def test_an_answer_of_thoughts_alone_is_refused(answer: str) -> None:
    with pytest.raises(RowError, match="turn 2 says nothing beside its thoughts"):
        cut(answer)


def test_tags_broken_up_by_tags_are_refused() -> None:
    with pytest.raises(RowError, match="turn 2 has think tags broken up by think tags"):
        cut("yes <thi<think>a</think>nk>secret")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("<think>so</think>yes", "soyes"),
        ("<think>\nso\n</think>\nyes", "so\n\nyes"),
        ("<think>so", "so"),
        ("so</think>\nyes", "so\nyes"),
    ],
)
def test_kept_thoughts_lose_their_tags_alone(answer: str, said: str) -> None:
    assert kept(answer) == said


def test_thoughts_beside_the_answer_are_dropped_or_kept_before_it() -> None:
    talk = Conversation((Message(Role.USER, "why?"), Message(Role.ASSISTANT, "yes", "<think>so")))
    assert sanitise(talk).messages[1] == Message(Role.ASSISTANT, "yes")
    assert sanitise(talk, keep_thoughts=True).messages[1] == Message(Role.ASSISTANT, "so\n\nyes")


def test_a_call_without_words_is_an_answer() -> None:
    calling = Message(Role.ASSISTANT, "<think>a</think>", "b", (CALL,), trained=False)
    talk = Conversation((Message(Role.USER, "why?"), calling), tools="[]")
    assert sanitise(talk) == Conversation(
        (talk.messages[0], Message(Role.ASSISTANT, "", "", (CALL,), trained=False)), tools="[]"
    )


def test_only_the_assistant_loses_its_thoughts() -> None:
    question = "what does <think>x</think> mean?"
    assert sanitise(pair(question, "it hides x")).messages[0].content == question


@given(talks())
def test_no_tag_and_no_thought_is_left_and_doing_it_twice_changes_nothing(
    talk: Conversation,
) -> None:
    for keep in (False, True):
        try:
            clean = sanitise(talk, keep_thoughts=keep)
        except RowError:
            continue
        assert not any("<think>" in text.lower() or "</think" in text for text in answers(clean))
        assert not any(turn.thinking for turn in clean.messages)
        assert sanitise(clean, keep_thoughts=keep) == clean
