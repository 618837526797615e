"""A bench on which datasets are prepared, and an encoder that counts."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.memory.chat_encoder import MemoryChatEncoder
from adapters.memory.dataset_source import MemoryDatasetSource
from adapters.memory.token_store import MemoryTokenStore
from application.ports.token_store import Prepared
from application.preparing import Preparation, PrepareRows
from domain.conversation import Example
from domain.dataset import Dataset
from domain.masking import Encoded
from domain.profiles.profile import Profile
from domain.profiles.registry import built_in
from domain.row_notes import RowNotes
from domain.rows import BadRow, NumberedRow
from domain.settings.layers import Value, with_values
from domain.settings.settings import Settings

Row = Mapping[str, object]


def a_pair(number: int, *, answer: str = "") -> Row:
    return {"question": f"what is {number}?", "answer": answer or f"number {number}"}


def pairs(count: int, begin: int = 0) -> list[Row]:
    return [a_pair(number) for number in range(begin, begin + count)]


def a_file(rows: Sequence[Row | str]) -> bytes:
    """A text is a line as it is."""
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


class CountingEncoder(MemoryChatEncoder):
    """Keeps how many rows it was given at once."""

    def __init__(self, *, template: str = "", tokenizer: str = "") -> None:
        super().__init__()
        self.template_digest = template or self.template_digest
        self.tokenizer_digest = tokenizer or self.tokenizer_digest
        self.batches: list[int] = []

    def encode(self, rows: Sequence[tuple[int, Example]]) -> Sequence[Encoded | BadRow]:
        self.batches.append(len(rows))
        return super().encode(rows)


class CountingSource(MemoryDatasetSource):
    """Counts the rows that were asked of it."""

    def __init__(self, shelf: Mapping[str, bytes]) -> None:
        super().__init__(shelf)
        self.given = 0

    def rows(self, dataset: Dataset) -> Iterator[NumberedRow | BadRow]:
        for row in super().rows(dataset):
            self.given += 1
            yield row


@dataclass
class Bench:
    """Datasets on a shelf, prepared into one store."""

    shelf: dict[str, bytes] = field(default_factory=dict)
    tokens: MemoryTokenStore = field(default_factory=MemoryTokenStore)
    encoder: MemoryChatEncoder = field(default_factory=CountingEncoder)

    def __post_init__(self) -> None:
        self.source = CountingSource(self.shelf)

    def dataset(
        self, rows: Sequence[Row | str], name: str = "lesson.jsonl", selection: str = ""
    ) -> Dataset:
        """Put a file on the shelf."""
        content = a_file(rows)
        digest = hashlib.sha256(content).hexdigest()
        self.shelf[f"datasets/{digest}"] = content
        return Dataset(sha256=digest, name=name, size=len(content), selection=selection)

    def wanted(
        self,
        settings: Mapping[str, Value] | None = None,
        profile: Callable[[Settings], Profile] | None = None,
    ) -> Preparation:
        """Wish for a preparation with these settings."""
        wished = with_values(Settings(), settings or {})
        chosen = profile(wished) if profile else built_in(wished.profile.name, wished)
        return Preparation(settings=wished, profile=chosen, encoder=self.encoder)

    def prepare(
        self,
        dataset: Dataset,
        settings: Mapping[str, Value] | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> tuple[Prepared, RowNotes]:
        """Prepare it."""
        work = PrepareRows(datasets=self.source, tokens=self.tokens)
        return work.execute(dataset, self.wanted(settings), check)

    def kept(self, dataset: Dataset, settings: Mapping[str, Value] | None = None) -> bool:
        """Tell whether a preparation is in the store."""
        return self.tokens.find(self.wanted(settings).key(dataset)) is not None

    @property
    def encoded(self) -> int:
        """Count the rows that were encoded."""
        assert isinstance(self.encoder, CountingEncoder)
        return sum(self.encoder.batches)
