"""Prepared rows: token ids and masks on disk, so that a job needs no memory for its data."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.batching import BatchPlan
from domain.masking import Encoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The rows of one preparation, in the order of their data, and what was noted of them.

    rows are read when they are asked for; numbers are their lines, lengths and trained count the
    tokens of each row, and those that carry loss; fingerprints tell what a row said before its
    profile; notes is a text that only its writer understands. A row may be empty.
    """

    rows: Sequence[Encoded]
    numbers: Sequence[int]
    lengths: Sequence[int]
    trained: Sequence[int]
    fingerprints: Sequence[int]
    notes: str


class TokenDraft(Protocol):
    """Prepared rows that do not count yet."""

    @abstractmethod
    def add(self, rows: Iterable[tuple[int, Encoded]]) -> None:
        """Append rows, each with its fingerprint of 64 bits."""

    @abstractmethod
    def commit(self, notes: str) -> Prepared:
        """Make the rows an entry; where another process was first, give its entry."""

    @abstractmethod
    def discard(self) -> None:
        """Forget the rows."""


class TokenStore(Protocol):
    """Entries by a key that says all that shaped them, and pack plans by their digest.

    - an entry is there whole or not at all, also after a crash and beside other processes;
    - an entry that is not whole any more is as if it never was;
    - rows come back as they were added: number, ids, spans, tokens lost;
    - memory stays flat, however many rows there are;
    - everything here can be made again: it may be deleted at any time between two jobs.
    """

    @abstractmethod
    def find(self, key: str) -> Prepared | None:
        """Give an entry; None where there is none."""

    @abstractmethod
    def draft(self, key: str) -> TokenDraft:
        """Begin an entry; the key is a SHA-256 in hex."""

    @abstractmethod
    def keep_plan(self, plan: BatchPlan) -> None:
        """Keep a plan under its digest."""

    @abstractmethod
    def plan(self, digest: str) -> BatchPlan | None:
        """Give a kept plan, or None."""
