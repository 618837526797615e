"""Conversations that try to confuse whoever looks for emoji, thoughts and instructions."""

from hypothesis import strategies as st

from domain.conversation import Conversation, Message, Role, ToolCall
from domain.profiles.emoji_marks import Marks, uninstructed

OLD = Marks("✨", 2, "🛑", 2)
CALL = ToolCall("look", '{"where": "there"}')

_WORDS = ["why", "2 + 2", " ", "\n", "\n\n", "⚡", "think with me", "When finished 🛑", "日本"]
_MARKS = ["✨✨\n", "✨ ", "🤔🤔", "🛑🛑🛑🛑🛑", "\n🛑🛑", "\n⏹⏹", "\n🛡️🛡️🛡️", "❌", "\ufe0f", "✨✨"]
_TAGS = ["<think>", "</think>", "<THINK>", "</think >", "<thi", "nk>"]
_INSTRUCTIONS = [f"\n\n{OLD.instruction}", f"\n\n{Marks('🧠', 3, '⏹️', 4).instruction}"]


def said(*pieces: str) -> st.SearchStrategy[str]:
    """Draw a text made of such pieces, which is never blank."""
    texts = st.lists(st.sampled_from(pieces), max_size=6).map("".join)
    return st.tuples(texts, st.sampled_from(["a", "✨", "🛑", "no"]), texts).map("".join)


@st.composite
def talks(
    draw: st.DrawFn, *, tags: bool = True, marks: bool = True, instructions: bool = True
) -> Conversation:
    """Draw turns: perhaps a system prompt, questions, tools, and perhaps an answer to come."""
    asked = said(*_WORDS, *_MARKS, *(_INSTRUCTIONS if instructions else []))
    answered = said(*_WORDS, *(_MARKS if marks else []), *(_TAGS if tags else []))
    turns = [Message(Role.SYSTEM, "be kind")] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, 3))):
        turns.append(Message(Role.USER, draw(asked)))
        if draw(st.integers(0, 3)) == 0:
            turns.append(Message(Role.ASSISTANT, "", tool_calls=(CALL,)))
            turns.append(Message(Role.TOOL, "42"))
        thinking = draw(st.sampled_from(["", "", "hm <b>", " \n"]))
        turns.append(Message(Role.ASSISTANT, draw(answered), thinking, trained=draw(st.booleans())))
    return Conversation(tuple(turns[: -1 if draw(st.integers(0, 4)) == 0 else None]))


def pair(question: str, answer: str) -> Conversation:
    """Make a conversation of one question and its answer."""
    return Conversation((Message(Role.USER, question), Message(Role.ASSISTANT, answer)))


def asked(conversation: Conversation) -> list[Marks]:
    """Read what the questions ask for, the last instruction of each."""
    questions = (turn.content for turn in conversation.messages if turn.role is Role.USER)
    return [found[0] for _, found in map(uninstructed, questions) if found]


def answers(conversation: Conversation) -> list[str]:
    """Give what is said in answer to the questions."""
    return [
        turn.content
        for turn in conversation.messages
        if turn.role is Role.ASSISTANT and not turn.tool_calls
    ]
