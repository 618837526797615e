"""Check a dataset as a job would before it trains, without a job."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from application.course import divided, receipt_of
from application.data_report import CheckNotes, DataReport, Refused, Room
from application.ports.dataset_source import DatasetSource
from application.ports.token_store import Prepared
from application.preparing import Preparation, Printed
from application.rehearsing import Rehearsal
from domain.conversation import RowError
from domain.errors import GuildError
from domain.masking import Encoded
from domain.planning import batches_of, fill_of
from domain.receipts import MaskReceipt, NothingToLearnError
from domain.row_set import RowSet
from domain.rows import BadRow, NumberedRow
from domain.selection import select
from domain.settings.settings import Settings
from domain.spread import spread_of

_FIRST = 64


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
        prepared = found.prepared()
        train, held_out = divided(prepared, data)
        held, whole = len(held_out), len(train)
        if data.validation_dataset_path:
            said = self._measured(data.validation_dataset_path, wanted, found.refusals)
            held, (train, _) = len(said), divided(prepared, data, frozenset(said))
        receipt = _receipt(prepared, train, found, wanted)
        if receipt is not None:
            receipt = replace(receipt, held_out=held, also_measured=whole - len(train))
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

    def _measured(self, path: str, wanted: Preparation, refusals: list[Refused]) -> Sequence[int]:
        """Check the file of the validation, and give what its measured rows say."""
        found = _Found()
        found.read(wanted, self._rows(DataRequest(location=path), found.refusals))
        refusals += [Refused(each.error, about=path) for each in found.refusals]
        left = (
            said for said, length in zip(found.fingerprints, found.lengths, strict=True) if length
        )
        return list(islice(left, wanted.settings.data.validation_max_samples))


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
            if len(self.first) < _FIRST:
                self.first.append(row)
            self.kept += bool(row.ids)
            self.numbers.append(row.number)
            self.lengths.append(len(row.ids))
            self.trained.append(row.trained_count)
            self.fingerprints.append(said)


def _receipt(
    prepared: Prepared, train: RowSet, found: _Found, wanted: Preparation
) -> MaskReceipt | None:
    try:
        return receipt_of(prepared, found.notes, train, wanted)
    except NothingToLearnError as error:
        found.refusals += [] if found.refusals else [Refused(error)]
        return None


def _room(lengths: Sequence[int], settings: Settings) -> Room:
    packed = settings.packing.enabled and len(lengths) > 1
    batches = batches_of(lengths, settings, packed=packed)
    fill = fill_of(batches, lengths, settings.hyperparams.max_length)
    return Room(packed=packed, batches=len(batches), fill=fill)
