"""What the columns of a dataset that nobody knows may have been meant to be."""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches

from domain.formats.fields import shown
from domain.text import printable

_ASK = (
    "question", "prompt", "instruction", "query", "problem", "input", "request", "user", "human",
)  # fmt: skip
_ANSWER = (
    "answer", "completion", "output", "response", "solution", "reply", "target", "assistant",
)  # fmt: skip
_MOST_LISTED, _LONGEST_NAME = 20, 40
_CLOSE = 0.8


def columns_of(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """Give every column of the rows once."""
    return list(dict.fromkeys(column for row in rows for column in row))


def listed(rows: Sequence[Mapping[str, object]]) -> str:
    """Name the columns of the rows."""
    columns = [printable(column[:_LONGEST_NAME]) for column in columns_of(rows)]
    more = ["…"] if len(columns) > _MOST_LISTED else []
    return ", ".join(columns[:_MOST_LISTED] + more) or "no columns"


def meant(rows: Sequence[Mapping[str, object]], known: Collection[str]) -> tuple[str, ...]:
    """Suggest a mapping of columns, or the right spelling of a known one."""
    columns = columns_of(rows)
    asked, answered = _first(columns, _ASK), _first(columns, _ANSWER)
    if asked and answered:
        return (f"did you mean data.question_column={asked} and data.answer_column={answered}?",)
    return tuple(
        f"did you mean '{close[0]}' instead of {shown(column)}?"
        for column in columns[:_MOST_LISTED]
        if (close := get_close_matches(column.casefold(), known, 1, _CLOSE))
    )


def _first(columns: Sequence[str], wanted: Sequence[str]) -> str:
    by_name = {column.casefold(): column for column in columns}
    return next((by_name[name] for name in wanted if name in by_name), "")
