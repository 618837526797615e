"""guild's side of preparation.py: the encoder alone, and all from the file to the store."""

import hashlib
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from preparation_worker import Rows, serve

from adapters.filesystem.dataset_source import FilesystemDatasetSource
from adapters.filesystem.token_store import FilesystemTokenStore
from adapters.huggingface.model_loader import HuggingFaceModelLoader
from application.ports.model_loader import ChatEncoder
from application.preparing import Preparation, PrepareRows
from domain.dataset import Dataset
from domain.formats.reading import Reading
from domain.masking import IGNORED, Encoded, labels
from domain.profiles.plain_sft import PlainSft
from domain.rows import BadRow, usable_rows
from domain.settings.data import BadRows
from domain.settings.settings import Settings
from entrypoints.factories import hero_of

HERO = Path(__file__).resolve().parent.parent / "configs" / "heroes" / "smollm2-135m.yaml"
ROWS_AT_ONCE = 512


def in_batches(encoder: ChatEncoder, file: Path) -> Callable[[], Callable[[], Rows]]:
    """Encode all conversations of a file with an encoder that has seen none of them."""
    source = FilesystemDatasetSource(file.parent)
    rows = usable_rows(source.rows_at(str(file)), Reading.of(Settings().data), BadRows.REFUSE)
    groups = [rows[at : at + ROWS_AT_ONCE] for at in range(0, len(rows), ROWS_AT_ONCE)]

    def work() -> Callable[[], Rows]:
        done = [row for group in groups for row in encoder.encode(group)]
        return lambda: masked(done)

    return work


def prepared(encoder: ChatEncoder, file: Path) -> Callable[[], Callable[[], Rows]]:
    """Prepare a kept file as a job does, in a new store."""
    hall = Path(tempfile.mkdtemp(dir=file.parent))
    dataset = kept(hall, file.read_bytes())
    datasets, tokens = FilesystemDatasetSource(hall), FilesystemTokenStore(hall / "cache")
    wanted = Preparation(settings=Settings(), profile=PlainSft(), encoder=encoder)

    def work() -> Callable[[], Rows]:
        done, _ = PrepareRows(datasets=datasets, tokens=tokens).execute(
            dataset, wanted, lambda: None
        )
        return lambda: masked(done.rows)

    return work


def kept(hall: Path, content: bytes) -> Dataset:
    """Keep a file where a hall keeps them."""
    sha256 = hashlib.sha256(content).hexdigest()
    (hall / "datasets").mkdir()
    (hall / "datasets" / sha256).write_bytes(content)
    return Dataset(sha256=sha256, name="rows.jsonl", size=len(content))


def masked(rows: Iterable[Encoded | BadRow]) -> Iterable[tuple[Sequence[int], Sequence[int]]]:
    """Give the ids and masks; no row may be bad."""
    for row in rows:
        if isinstance(row, BadRow):
            sys.exit(f"row {row.number}: {row.problem}")
        yield row.ids, [label != IGNORED for label in labels(row)]


def main(file: Path) -> None:
    """Answer with both ways."""
    loader, hero = HuggingFaceModelLoader(), hero_of(HERO)
    serve(
        {
            "encode": lambda: in_batches(loader.encoder(hero, "", Settings()), file),
            "prepare": lambda: prepared(loader.encoder(hero, "", Settings()), file),
        }
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) / "rows.jsonl")
