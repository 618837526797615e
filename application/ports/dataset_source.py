"""Rows of a dataset."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Protocol

from domain.dataset import Dataset
from domain.errors import ErrorCode, GuildError

NumberedRow = tuple[int, Mapping[str, object]]


class DataLineError(GuildError):
    """A line of a dataset cannot be read."""

    code = ErrorCode.DATA_LINE


class ChangedDatasetError(GuildError):
    """The bytes of a dataset are gone, or are not what its digest says."""

    code = ErrorCode.DATA


class DatasetSource(Protocol):
    """Rows in the order of their lines, as often as wanted.

    - a row comes with the number of its line, from 1; empty lines are passed over but counted;
    - a line that cannot be read raises DataLineError with line, column and excerpt;
    - rows of a kept dataset are those whose digest was taken, or ChangedDatasetError is raised.
    """

    @abstractmethod
    def rows(self, dataset: Dataset) -> Iterator[NumberedRow]:
        """Read a kept dataset."""

    @abstractmethod
    def rows_at(self, location: str) -> Iterator[NumberedRow]:
        """Read a file that is not kept, such as a staged copy or a set of prompts."""
