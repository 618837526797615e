"""Marks around an answer, and the instruction that asks for them."""

import re
from dataclasses import dataclass

THINKING = ("🤔", "💭", "🧠", "💡", "🎯", "🔍", "🤨", "🧐", "⚡", "✨")
STOPS = ("🛑", "⛔", "🚫", "❌", "🔴", "⏹️", "🔚", "✋", "🚦", "🛡️")
LEAST = 2
MOST_THINKING = 8
MOST_STOPS = 4

_WORDS = dict(enumerate(("two", "three", "four", "five", "six", "seven", "eight"), start=LEAST))
_COUNTS = {word: count for count, word in _WORDS.items()}
# Editors and other programs drop or add it, and an emoji stays the same emoji.
_VARIATION_SELECTOR = "\ufe0f"


@dataclass(frozen=True, slots=True)
class Marks:
    """A thinking emoji for the first line, a stop emoji for the last, and how often each."""

    thinking: str
    thinking_count: int
    stop: str
    stop_count: int

    @property
    def first(self) -> str:
        """Give the first line of an answer."""
        return self.thinking * self.thinking_count

    @property
    def last(self) -> str:
        """Give the last line of an answer."""
        return self.stop * self.stop_count

    @property
    def instruction(self) -> str:
        """Say to the model what is expected."""
        return (
            f"Mark your thinking with a first line of {_WORDS[self.thinking_count]} {self.thinking}"
            f" and your stop with a last line of {_WORDS[self.stop_count]} {self.stop}."
        )


def instructed(question: str, marks: Marks) -> str:
    """Put the instruction after a question and an empty line."""
    return f"{question}\n\n{marks.instruction}"


def uninstructed(question: str) -> tuple[str, tuple[Marks, ...]]:
    """Take all instructions from the end of a question; give them from the last to the first."""
    found = []
    while match := _INSTRUCTION.search(question):
        question = question[: match.start()]
        thinking_count, thinking, stop_count, stop = match.groups()
        found.append(
            Marks(
                _KNOWN[_bare(thinking)],
                _COUNTS[thinking_count],
                _KNOWN[_bare(stop)],
                _COUNTS[stop_count],
            )
        )
    return question, tuple(found)


def marked(answer: str, marks: Marks) -> str:
    """Put the marks around an answer, on lines of their own; those that it has are not doubled."""
    while (inner := unmarked(answer, marks)) != answer:
        answer = inner
    return f"{marks.first}\n{answer}\n{marks.last}"


def unmarked(answer: str, marks: Marks) -> str:
    """Take each of the marks from the answer once, where it has it; never all that it says."""
    first, newline, rest = answer.partition("\n")
    if newline and _bare(first) == _bare(marks.first) and rest.strip():
        answer = rest
    rest, newline, last = answer.rpartition("\n")
    if newline and _bare(last) == _bare(marks.last) and rest.strip():
        answer = rest
    return answer


def core(answer: str) -> str:
    """Give an answer without any line at either end that could be a mark, whoever put it there."""
    lines = answer.split("\n")
    start, end = 0, len(lines)
    while start < end and _FIRST.fullmatch(_bare(lines[start])):
        start += 1
    while end > start and _LAST.fullmatch(_bare(lines[end - 1])):
        end -= 1
    return "\n".join(lines[start:end])


def _bare(text: str) -> str:
    return text.replace(_VARIATION_SELECTOR, "")


def _repeated(pool: tuple[str, ...], most: int) -> re.Pattern[str]:
    lines = (f"{re.escape(_bare(emoji))}{{{LEAST},{most}}}" for emoji in pool)
    return re.compile("|".join(lines))


def _words(most: int) -> str:
    return f"({'|'.join(word for count, word in _WORDS.items() if count <= most)})"


def _one_of(pool: tuple[str, ...]) -> str:
    return f"((?:{'|'.join(_bare(emoji) for emoji in pool)}){_VARIATION_SELECTOR}?)"


_KNOWN = {_bare(emoji): emoji for emoji in (*THINKING, *STOPS)}
_FIRST = _repeated(THINKING, MOST_THINKING)
_LAST = _repeated(STOPS, MOST_STOPS)
_INSTRUCTION = re.compile(
    rf"\n\nMark your thinking with a first line of {_words(MOST_THINKING)} {_one_of(THINKING)}"
    rf" and your stop with a last line of {_words(MOST_STOPS)} {_one_of(STOPS)}\.\Z"
)
