"""What a chat template writes around turns of text, learned once for each order of turns."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from adapters.huggingface.chat_format import Rendered
from application.ports.model_loader import ChatTemplateError
from domain.conversation import Conversation, Message, Role

_ORDERS, _MOST_TURNS = 256, 64
_FIRST_SIGN = 0xE000

Order = tuple[tuple[Role, bool], ...]
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The text before, between and after turns, and the spans that are trained.

    A place is the number of turns before it, and that of characters that are no turn's.
    """

    parts: tuple[str, ...]
    trained: tuple[tuple[Place, Place], ...]

    def around(self, said: Sequence[str]) -> Rendered:
        """Write it around what is said."""
        text = "".join(part + turn for part, turn in zip(self.parts, (*said, ""), strict=True))
        ends = [0, *accumulate(map(len, said))]
        return Rendered(
            text,
            tuple(
                (first + ends[turns], past + ends[more])
                for (turns, first), (more, past) in self.trained
            ),
        )


class KnownSurroundings:
    """Asks once how an order of turns is written, by a sign for each turn that nobody uses."""

    def __init__(self, find: Callable[[Conversation], Rendered]) -> None:
        self._find = find
        self._known = lru_cache(_ORDERS)(self._learned)

    def place(self, conversation: Conversation, text: str) -> Rendered | None:
        """Find the turns in what the template wrote; None where that is not as expected."""
        turns = conversation.messages
        known = self._known(tuple((turn.role, turn.trained) for turn in turns))
        expected = known.around([turn.content for turn in turns]) if known else None
        return expected if expected and expected.text == text else None

    def _learned(self, order: Order) -> Surroundings | None:
        signs = [chr(_FIRST_SIGN + place) for place in range(len(order))]
        turns = zip(order, signs, strict=True)
        talk = Conversation(
            tuple(Message(role, sign, trained=trained) for (role, trained), sign in turns)
        )
        try:
            written = self._find(talk) if len(order) <= _MOST_TURNS else None
        except ChatTemplateError:
            return None
        return _taken_apart(written, signs) if written else None


def _taken_apart(written: Rendered, signs: Sequence[str]) -> Surroundings | None:
    text, anything = written.text, re.compile(f"[{''.join(signs)}]")
    if anything.findall(text) != list(signs):
        return None

    def place(character: int) -> Place:
        turns = len(anything.findall(text, 0, character))
        return turns, character - turns

    spans = tuple((place(first), place(past)) for first, past in written.trained)
    return Surroundings(tuple(anything.split(text)), spans)
