"""The profile that teaches an answer to begin and to end with asked-for emoji."""

import hashlib
import random
from dataclasses import dataclass, replace
from typing import ClassVar

from domain.conversation import Conversation, Message, Role
from domain.profiles.emoji_marks import LEAST, MOST_STOPS, MOST_THINKING, STOPS, THINKING, Marks
from domain.profiles.emoji_turns import essence, mark, strip
from domain.profiles.processors import (
    PostStop,
    ProcessorSpec,
    StopMarks,
    ThinkMarks,
    TokenPenalty,
    Window,
)
from domain.profiles.profile import Profile
from domain.profiles.thoughts import sanitise

_PROCESSORS: tuple[ProcessorSpec, ...] = (
    TokenPenalty(("<think>", "</think>"), 80, (Window(4, 8), Window(4, 2), Window(4, 1.5))),
    ThinkMarks(THINKING, LEAST, MOST_THINKING, bonus=10),
    StopMarks(STOPS, LEAST, MOST_STOPS, bonus=10),
    # float16 ends at 65,504: the highest penalty leaves room for the logit itself.
    PostStop(STOPS, LEAST, MOST_STOPS, penalty=100, rate=10, reward=50, ceiling=1e4),
)


@dataclass(frozen=True, slots=True)
class EmojiThink(Profile):
    """Thoughts cut out, every question asks for marks, and every answer has exactly these.

    One draw serves a whole conversation. It depends on the seed and on what the row says without
    marks, instructions and system prompt. The row's number takes no part, not even between equal
    rows: a row cannot know of its equals, so that a number could only tie its marks to its place.
    A share of direct_ratio of the conversations gets neither instructions nor marks; which ones
    does not depend on the marks, and a higher share leaves the marks of the others alone.
    """

    system_prompt: str = ""
    keep_thoughts: bool = False
    direct_ratio: float = 0.0
    name: ClassVar[str] = "emoji_think"
    version: ClassVar[str] = "1"
    own_thinking: ClassVar[bool] = True

    def transform(self, example: Conversation, row_number: int, seed: int) -> Conversation:
        """Put the drawn marks in place of those that were asked for, and the system prompt."""
        plain = strip(sanitise(example, keep_thoughts=self.keep_thoughts))
        chance, marks = _drawn(plain, seed)
        said = plain if chance < self.direct_ratio else mark(plain, marks)
        return self._with_system_prompt(said)

    def processors(self) -> tuple[ProcessorSpec, ...]:
        """Describe marks at both ends, an end after the last, and no think tags."""
        return _PROCESSORS

    def _with_system_prompt(self, said: Conversation) -> Conversation:
        if not self.system_prompt:
            return said
        talk = (turn for turn in said.messages if turn.role is not Role.SYSTEM)
        return replace(said, messages=(Message(Role.SYSTEM, self.system_prompt), *talk))


def _drawn(plain: Conversation, seed: int) -> tuple[float, Marks]:
    """Draw the chance of being direct, then the marks."""
    digest = hashlib.sha256(f"{seed} {essence(plain)}".encode()).digest()
    drawing = random.Random(int.from_bytes(digest))  # noqa: S311 - it has to be repeatable
    return drawing.random(), Marks(
        THINKING[_below(len(THINKING), drawing)],
        LEAST + _below(MOST_THINKING - LEAST + 1, drawing),
        STOPS[_below(len(STOPS), drawing)],
        LEAST + _below(MOST_STOPS - LEAST + 1, drawing),
    )


def _below(bound: int, drawing: random.Random) -> int:
    # Only random() gives the same numbers in every version of Python.
    return int(drawing.random() * bound)
