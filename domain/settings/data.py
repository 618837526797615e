"""How rows are read, which are trained on and which are held out."""

from dataclasses import dataclass
from enum import StrEnum

from domain.settings.setting import MOST, setting


class DataFormat(StrEnum):
    """How the rows of a dataset are written; auto looks at the first ones."""

    AUTO = "auto"
    MESSAGES = "messages"
    SHAREGPT = "sharegpt"
    ALPACA = "alpaca"
    PROMPT_COMPLETION = "prompt/completion"
    QUESTION_ANSWER = "question/answer"
    TEXT = "text"
    TOKENS = "tokens"


class BadRows(StrEnum):
    """What happens to a dataset with rows that cannot be used."""

    REFUSE = "refuse"
    DROP = "drop"


class TrainTurns(StrEnum):
    """Which of the assistant's turns are trained."""

    ALL = "all"
    LAST = "last"


class OverLong(StrEnum):
    """What happens when a row is longer than max_length; nothing is ever cut in silence.

    split_turns makes several rows of it, truncate_prompt cuts the beginning of what is not learned.
    """

    REFUSE = "refuse"
    DROP = "drop"
    SPLIT_TURNS = "split_turns"
    TRUNCATE_PROMPT = "truncate_prompt"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSettings:
    """Format, bad rows, trained turns, validation split and over-long rows."""

    format: DataFormat = setting(DataFormat.AUTO, "How the rows are written.")
    question_column: str = setting("", "Column of the question, where it has another name.")
    answer_column: str = setting("", "Column of the answer, where it has another name.")
    system_column: str = setting("", "Column of the system prompt of each row, if there is one.")
    bad_rows: BadRows = setting(BadRows.REFUSE, "What to do when a row cannot be used.")
    train_turns: TrainTurns = setting(TrainTurns.ALL, "Which of the assistant's turns are trained.")
    validation_split: float = setting(0.05, "Share of rows held out.", ge=0, le=0.5)
    validation_max_samples: int = setting(
        500, "Most held-out rows that are measured; 0 holds none out.", unit="rows", ge=0, le=MOST
    )
    validation_dataset_path: str = setting(
        "", "File of rows to measure by, instead of rows held out."
    )
    over_long: OverLong = setting(OverLong.REFUSE, "What to do with a row over max_length.")
