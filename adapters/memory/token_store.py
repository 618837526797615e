"""Prepared rows in memory."""

from array import array
from collections.abc import Iterable

from application.ports.token_store import Prepared, TokenDraft, TokenStore
from domain.batching import BatchPlan
from domain.masking import Encoded


class MemoryTokenStore(TokenStore):
    """Keeps entries and plans for as long as it lives."""

    def __init__(self) -> None:
        self._entries: dict[str, Prepared] = {}
        self._plans: dict[str, BatchPlan] = {}

    def find(self, key: str) -> Prepared | None:
        """Look the key up."""
        return self._entries.get(key)

    def draft(self, key: str) -> TokenDraft:
        """Begin with no rows."""
        return _Draft(self._entries, key)

    def keep_plan(self, plan: BatchPlan) -> None:
        """Remember the plan."""
        self._plans[plan.digest] = plan

    def plan(self, digest: str) -> BatchPlan | None:
        """Look the digest up."""
        return self._plans.get(digest)


class _Draft(TokenDraft):
    def __init__(self, entries: dict[str, Prepared], key: str) -> None:
        self._entries = entries
        self._key = key
        self._fingerprints = array("Q")
        self._rows: list[Encoded] = []

    def add(self, rows: Iterable[tuple[int, Encoded]]) -> None:
        for fingerprint, row in rows:
            self._fingerprints.append(fingerprint)
            self._rows.append(row)

    def commit(self, notes: str) -> Prepared:
        prepared = Prepared(
            rows=tuple(self._rows),
            numbers=array("Q", (row.number for row in self._rows)),
            lengths=array("I", (len(row.ids) for row in self._rows)),
            trained=array("I", (row.trained_count for row in self._rows)),
            fingerprints=self._fingerprints,
            notes=notes,
        )
        return self._entries.setdefault(self._key, prepared)

    def discard(self) -> None:
        self._rows.clear()
        del self._fingerprints[:]
