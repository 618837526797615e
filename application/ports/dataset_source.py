"""Rows of a dataset."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Protocol

from domain.dataset import Dataset
from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.rows import BadRow, NumberedRow


class DataLineError(GuildError):
    """The rows of a dataset cannot be told apart, or end in the middle."""

    code = ErrorCode.DATA_LINE


class ChangedDatasetError(GuildError):
    """The bytes of a dataset are gone, or are not what its digest says."""

    code = ErrorCode.DATA


class DatasetUnavailableError(GuildError):
    """A dataset of the Hub cannot be reached from here."""

    code = ErrorCode.DATA
    exit_status = ExitStatus.CANNOT_HERE


class DatasetSource(Protocol):
    """Rows in the order of their lines, as often as wanted.

    - a row comes with the number of its line, from 1; empty lines are passed over but counted;
    - a line that cannot be read comes as a bad row, with problem, column and excerpt, and reading
      goes on with the next;
    - where rows cannot be told apart any more, or end in the middle, DataLineError is raised;
    - what is no text and no kind of file that is known raises UnreadableFileError;
    - rows of a kept dataset are those whose digest was taken, or ChangedDatasetError is raised;
    - of a kept dataset only the rows of its selection are given.
    """

    @abstractmethod
    def rows(self, dataset: Dataset) -> Iterator[NumberedRow | BadRow]:
        """Read what is selected of a kept dataset."""

    @abstractmethod
    def rows_at(self, location: str) -> Iterator[NumberedRow | BadRow]:
        """Read a file that is not kept, such as a staged copy or a set of prompts."""
