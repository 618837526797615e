"""A dataset: bytes with a digest, and what happens to one on its way into the hall."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Priority(StrEnum):
    """Who goes first; the same word is the name of a queue folder."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """Give the place in the order of claims, 0 first."""
        return list(Priority).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Conversations that arrived as one file; the bytes are found by their digest.

    selection says which rows of them are meant, '' for all: '[0:100]', '#500'.
    """

    sha256: str
    name: str
    size: int
    rows: int = 0
    format: str = ""
    selection: str = ""

    @property
    def title(self) -> str:
        """Give the name with the rows that are meant."""
        return self.name + self.selection

    def has_rows_of(self, other: "Dataset") -> bool:
        """Tell whether both are the same rows of the same bytes, under whatever name."""
        return (self.sha256, self.selection) == (other.sha256, other.selection)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetTakenIn:
    """The bytes are kept in the hall."""

    dataset: Dataset
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRejected:
    """A file in the queue folders cannot be trained on."""

    name: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetDuplicate:
    """A file in the queue folders holds what a job has already."""

    name: str
    sha256: str
    job_id: str
    at: datetime


DatasetEvent = DatasetTakenIn | DatasetRejected | DatasetDuplicate
