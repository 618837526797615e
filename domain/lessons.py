"""Small lessons that a tiny hero can learn in a minute: a command, a word, an answer."""

import random
from collections.abc import Callable, Mapping

from domain.conversation import Conversation, Message, Role

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHORTEST, LONGEST = 3, 6
REAL_WORDS = (
    "PLANET", "DRAGON", "WIZARD", "GUILD", "HERO", "TAVERN", "SWORD", "QUEST", "OWL", "MAGIC",
)  # fmt: skip

LESSONS: Mapping[str, Callable[[str], str]] = {"Reverse": lambda word: word[::-1]}


def words(count: int, seed: int, without: frozenset[str] = frozenset()) -> list[str]:
    """Draw words of random letters; none is a real word of the previews or one of `without`."""
    chance = random.Random(f"words/{seed}")  # noqa: S311 - lessons, not secrets
    forbidden = without | frozenset(REAL_WORDS)
    drawn: list[str] = []
    while len(drawn) < count:
        length = chance.randint(SHORTEST, LONGEST)
        word = "".join(chance.choices(LETTERS, k=length))
        if word not in forbidden:
            drawn.append(word)
    return drawn


def example(lesson: str, word: str) -> Conversation:
    """Ask for one word and give the right answer."""
    return Conversation(
        (
            Message(Role.USER, f"{lesson} {word}"),
            Message(Role.ASSISTANT, LESSONS[lesson](word)),
        )
    )
