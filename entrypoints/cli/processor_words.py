"""What a profile wants of generation, in words."""

from typing import assert_never

from domain.profiles.processors import (
    BalancedExpression,
    PostStop,
    ProcessorSpec,
    StopMarks,
    ThinkMarks,
    TokenPenalty,
    Window,
)


def in_words(spec: ProcessorSpec) -> str:
    """Say what is heeded while an answer is generated."""
    match spec:
        case ThinkMarks(marks, least, most, bonus):
            return f"an answer begins with {least} to {most} of {_one_of(marks)} (+{bonus:g})"
        case StopMarks(marks, least, most, bonus):
            return f"an answer ends with {least} to {most} of {_one_of(marks)} (+{bonus:g})"
        case PostStop():
            return (
                f"after the marks at the end every token loses {spec.penalty:g}, "
                f"{spec.rate:g} times more each time up to {spec.ceiling:g}, "
                f"and the end of turn gains {spec.reward:g}"
            )
        case TokenPenalty(texts, penalty, schedule):
            return f"what completes {' or '.join(texts)} loses {penalty:g}{_windows(schedule)}"
        case BalancedExpression(opening, closing):
            return f"parentheses between {opening} and {closing} are balanced, and {closing} ends"
        case _:
            assert_never(spec)


def _one_of(marks: tuple[str, ...]) -> str:
    return f"one of {' '.join(marks)}"


def _windows(schedule: tuple[Window, ...]) -> str:
    if not schedule:
        return ""
    parts = (f"times {window.factor:g} for {window.steps} tokens" for window in schedule)
    return f", {', then '.join(parts)}"
