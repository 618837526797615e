"""Chat rows as people have them: most are short, a few are long; words and code of the stdlib.

Row lengths are log-normal, with a median of about 192 tokens of SmolLM2 and a mean of about 254. A
quarter has two or three questions, three in ten have a system prompt, two tokens of three are the
assistant's.
"""

import random
import re
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

Messages = list[dict[str, str]]

MEDIAN, SIGMA, SHORTEST, LONGEST = 665, 0.77, 60, 3600
SYSTEM, ASKED = 90, 0.28
DOCUMENTATION = re.compile(r'"""(.+?)"""', re.DOTALL)


def rows(count: int, seed: int) -> list[Messages]:
    """Draw conversations, the same for the same seed and the same Python."""
    chance = random.Random(f"skewed/{seed}")  # noqa: S311 - rows, not secrets
    return [list(_turns(chance)) for _ in range(count)]


def _turns(chance: random.Random) -> Iterator[dict[str, str]]:
    words, code = _texts()
    room = min(max(MEDIAN * chance.lognormvariate(0, SIGMA), SHORTEST), LONGEST)
    if chance.random() < 0.3:
        yield _turn("system", _cut(words, SYSTEM, chance))
    questions = chance.choice((2, 3)) if chance.random() < 0.25 else 1
    for _ in range(questions):
        told = chance.choice((words, code))
        yield _turn("user", _cut(words, room * ASKED / questions, chance))
        yield _turn("assistant", _cut(told, room * (1 - ASKED) / questions, chance))


def _turn(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _cut(text: str, size: float, chance: random.Random) -> str:
    """Cut a piece of so many characters that begins with a word."""
    place = text.index(" ", chance.randrange(len(text) - 2 * LONGEST))
    return text[place : place + 2 * LONGEST].lstrip()[: max(round(size), 8)].rstrip()


@cache
def _texts() -> tuple[str, str]:
    """Give the documentation and the sources of the modules of the stdlib."""
    folder = Path(sysconfig.get_path("stdlib"))
    sources = [path.read_text("utf-8", "ignore") for path in sorted(folder.glob("[a-z]*.py"))]
    # Some of what stands in angle brackets there is a control token of some model.
    code = re.sub(r"<(\w+)>", r"(\1)", "\n".join(sources).replace("<|", "< |"))
    return "\n\n".join(text for text in DOCUMENTATION.findall(code) if len(text) > SHORTEST), code
