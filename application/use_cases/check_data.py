"""Check a dataset as a job would before it trains, without a job."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from application.course import divided
from application.data_report import CheckNotes, DataReport, Refused, Room
from application.ports.dataset_source import DatasetSource
from application.ports.token_store import Prepared
from application.preparing import Preparation, Printed
from application.rehearsing import Rehearsal
from domain.batching import grouped_batches
from domain.conversation import RowError
from domain.errors import GuildError
from domain.fingerprint import Repetitions
from domain.masking import Encoded, marked
from domain.packing import best_fit, fill
from domain.receipts import MaskReceipt, NothingToLearnError, mask_receipt
from domain.row_set import RowSet
from domain.rows import BadRow, NumberedRow
from domain.selection import select
from domain.settings.settings import Settings
from domain.spread import spread_of

_FIRST, _SAMPLES = 64, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequest:
    """Which rows of which file, for which hero; None is the active campaign's."""

    location: str
    selection: str = ""
    hero: str | None = None
    assignments: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckData:
    """Read, rewrite, encode and measure every row, and report all that is wrong at once.

    - nothing is kept and nothing recorded; memory holds a few numbers for each row;
    - what the settings refuse is listed, not raised; only settings, hero and model themselves are
      refused at once;
    - whether packed rows see each other is not asked: that takes the weights.
    """

    datasets: DatasetSource
    rehearsal: Rehearsal

    def execute(self, request: DataRequest) -> DataReport:
        """Give the report."""
        wanted = self.rehearsal.preparation(request.hero, request.assignments)
        found = _Found()
        found.read(wanted, self._rows(request, found.refusals))
        data = wanted.settings.data
        train, held_out = divided(found.prepared(), data)
        held = len(held_out)
        if data.validation_dataset_path:
            held = self._measured(data.validation_dataset_path, wanted, found.refusals)
        receipt = _receipt(train, held, found, wanted)
        return DataReport(
            profile=f"{wanted.profile.name} {wanted.profile.version}",
            notes=found.notes,
            receipt=receipt,
            lengths=spread_of(train.lengths),
            room=_room(train.lengths, wanted.settings) if receipt else None,
            refusals=tuple(found.refusals),
        )

    def _rows(self, request: DataRequest, broken: list[Refused]) -> Iterator[NumberedRow | BadRow]:
        """Read up to where the file cannot be read any more."""
        try:
            yield from select(lambda: self.datasets.rows_at(request.location), request.selection)
        except GuildError as error:
            broken.append(Refused(error))

    def _measured(self, path: str, wanted: Preparation, refusals: list[Refused]) -> int:
        """Check the file of the validation, and count what would be measured of it."""
        found = _Found()
        found.read(wanted, self._rows(DataRequest(location=path), found.refusals))
        refusals += [Refused(each.error, about=path) for each in found.refusals]
        return min(found.kept, wanted.settings.data.validation_max_samples)


@dataclass(slots=True)
class _Found:
    """A few numbers of each row, and only the first rows themselves."""

    notes: CheckNotes = field(default_factory=CheckNotes)
    refusals: list[Refused] = field(default_factory=list)
    kept: int = 0
    first: list[Encoded] = field(default_factory=list)
    numbers: "array[int]" = field(default_factory=lambda: array("L"))
    lengths: "array[int]" = field(default_factory=lambda: array("L"))
    trained: "array[int]" = field(default_factory=lambda: array("L"))
    fingerprints: "array[int]" = field(default_factory=lambda: array("Q"))
    repetitions: Repetitions = field(default_factory=Repetitions)

    def read(self, wanted: Preparation, rows: Iterable[NumberedRow | BadRow]) -> None:
        """Take in all rows, and note what a job would refuse of them."""
        try:
            for batch in wanted.encoded(rows, self.notes, to_the_end=True):
                self._add(batch)
        except GuildError as error:
            self.refusals.append(Refused(error))
        if self.notes.read:
            self.refusals += map(Refused, wanted.refusals(self.notes, self.kept))
        elif not self.refusals:
            self.refusals.append(Refused(RowError("the file holds no rows")))

    def prepared(self) -> Prepared:
        """Give the rows as a job has them; all but the first are only counted."""
        return Prepared(
            rows=self.first,
            numbers=self.numbers,
            lengths=self.lengths,
            trained=self.trained,
            fingerprints=self.fingerprints,
            notes="",
        )

    def _add(self, batch: Iterable[Printed]) -> None:
        for said, row in batch:
            if not self.numbers or self.numbers[-1] != row.number:
                self.repetitions.add(said)
            if len(self.first) < _FIRST:
                self.first.append(row)
            self.kept += bool(row.ids)
            self.numbers.append(row.number)
            self.lengths.append(len(row.ids))
            self.trained.append(row.trained_count)
            self.fingerprints.append(said)


def _receipt(
    train: RowSet, held_out: int, found: _Found, wanted: Preparation
) -> MaskReceipt | None:
    # Iteration ends where the first rows end, which are the only ones there.
    samples = [marked(wanted.encoder.pieces(row)) for row in islice(train, _SAMPLES)]
    try:
        receipt = mask_receipt(train, found.notes, samples)
    except NothingToLearnError as error:
        found.refusals += [] if found.refusals else [Refused(error)]
        return None
    return replace(
        receipt,
        profile=f"{wanted.profile.name} {wanted.profile.version}",
        duplicates=found.repetitions.count(),
        held_out=held_out,
        template_digest=wanted.encoder.template_digest,
        template_replaced=wanted.encoder.template_replaced,
    )


def _room(lengths: Sequence[int], settings: Settings) -> Room:
    hyperparams = settings.hyperparams
    if settings.packing.enabled and len(lengths) > 1:
        packs = len(best_fit(lengths, hyperparams.max_length))
        return Room(packed=True, batches=packs, fill=fill(lengths, packs, hyperparams.max_length))
    batches = grouped_batches(lengths, hyperparams.per_device_train_batch_size, hyperparams.seed)
    places = sum(len(rows) * max(lengths[row] for row in rows) for rows in batches)
    return Room(packed=False, batches=len(batches), fill=sum(lengths) / places)
