"""How the rows of a dataset are to be read, and one row read that way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self, assert_never

from domain.conversation import Conversation, Example, RowError
from domain.formats import messages, pairs, sharegpt, texts
from domain.formats.fields import shown
from domain.formats.suggestions import columns_of, listed, meant
from domain.formats.talk import only_last_trained, require_trained
from domain.settings.data import DataFormat, DataSettings, TrainTurns

_COLUMNS: Mapping[DataFormat, tuple[str, ...]] = {
    DataFormat.MESSAGES: ("messages",),
    DataFormat.SHAREGPT: ("conversations",),
    DataFormat.ALPACA: ("instruction", "output"),
    DataFormat.QUESTION_ANSWER: ("question", "answer"),
    DataFormat.PROMPT_COMPLETION: ("prompt", "completion"),
    DataFormat.TOKENS: ("input_ids",),
    DataFormat.TEXT: ("text",),
}
_PAIRS = {DataFormat.ALPACA, DataFormat.QUESTION_ANSWER, DataFormat.PROMPT_COMPLETION}
_WITHOUT_TURNS = {DataFormat.TEXT, DataFormat.TOKENS}
_SYSTEM = "data.system_column"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the settings say about rows; a column is '' where its format's own name holds."""

    format: DataFormat = DataFormat.AUTO
    question_column: str = ""
    answer_column: str = ""
    system_column: str = ""
    train_turns: TrainTurns = TrainTurns.ALL

    @classmethod
    def of(cls, settings: DataSettings) -> Self:
        """Take what concerns the reading of rows."""
        return cls(
            format=settings.format,
            question_column=settings.question_column,
            answer_column=settings.answer_column,
            system_column=settings.system_column,
            train_turns=settings.train_turns,
        )

    @property
    def columns(self) -> Mapping[str, str]:
        """Give the named columns by the setting that names them."""
        return {
            "data.question_column": self.question_column,
            "data.answer_column": self.answer_column,
            _SYSTEM: self.system_column,
        }


def recognise(rows: Sequence[Mapping[str, object]]) -> DataFormat:
    """Tell the format that most of the rows have; of two, the one that says more of turns."""
    for filled in (True, False):
        fits = {
            kind: sum(_fits(row, columns, filled=filled) for row in rows)
            for kind, columns in _COLUMNS.items()
        }
        best = max(fits, key=lambda kind: fits[kind])
        if fits[best]:
            return best
    known = [name for columns in _COLUMNS.values() for name in columns]
    raise RowError(
        f"the first rows have no known format: found {listed(rows)}",
        why=f"known are {', or '.join(' and '.join(columns) for columns in _COLUMNS.values())}",
        fix=(*meant(rows, known), "or name the columns: data.question_column, data.answer_column"),
    )


def settle(rows: Sequence[Mapping[str, object]], reading: Reading) -> DataFormat:
    """Give the format of a dataset by its first rows and the settings, which must fit them."""
    kind = reading.format
    if kind is DataFormat.AUTO:
        mapped = reading.question_column or reading.answer_column
        kind = DataFormat.QUESTION_ANSWER if mapped else recognise(rows)
    _require_use(reading, kind)
    _require_columns(reading, rows)
    return kind


def _fits(row: Mapping[str, object], columns: tuple[str, ...], *, filled: bool) -> bool:
    return all(column in row and not (filled and row[column] is None) for column in columns)


def _require_use(reading: Reading, kind: DataFormat) -> None:
    for name, column in reading.columns.items():
        useful = kind in _PAIRS or (name == _SYSTEM and kind not in _WITHOUT_TURNS)
        if column and not useful:
            raise RowError(
                f"{name} has no meaning for rows of the format {kind}",
                fix=("leave it out, or set data.format to what the rows are",),
            )


def _require_columns(reading: Reading, rows: Sequence[Mapping[str, object]]) -> None:
    found = columns_of(rows)
    for name, column in reading.columns.items():
        if column and column not in found:
            raise RowError(
                f"the first rows have no column {shown(column)}: found {listed(rows)}",
                why=f"{name} names it",
                fix=meant([{column: None}], found),
            )


def parse(row: Mapping[str, object], reading: Reading, kind: DataFormat) -> Example:
    """Read one row; raise RowError with the field and the reason where nothing can be learned."""
    example = _read(row, reading, kind)
    if not isinstance(example, Conversation):
        return example
    if reading.train_turns is TrainTurns.LAST:
        example = only_last_trained(example)
    return require_trained(example)


def _read(row: Mapping[str, object], reading: Reading, kind: DataFormat) -> Example:
    question, answer, system = (
        reading.question_column, reading.answer_column, reading.system_column
    )  # fmt: skip
    match kind:
        case DataFormat.AUTO:
            return _read(row, reading, recognise([row]))
        case DataFormat.MESSAGES:
            return messages.chat(row, system)
        case DataFormat.SHAREGPT:
            return sharegpt.shared(row, system or "system")
        case DataFormat.ALPACA:
            named = question or "instruction", answer or "output", system or "system"
            return pairs.alpaca(row, *named)
        case DataFormat.PROMPT_COMPLETION:
            return pairs.completion(row, question or "prompt", answer or "completion", system)
        case DataFormat.QUESTION_ANSWER:
            return pairs.pair(row, question or "question", answer or "answer", system)
        case DataFormat.TEXT:
            return texts.plain(row)
        case DataFormat.TOKENS:
            return texts.tokens(row)
        case _:
            assert_never(kind)
