"""Show one row of a dataset as the model would see it."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from application.ports.dataset_source import DatasetSource
from application.preparing import Preparation
from application.rehearsing import Rehearsal
from application.use_cases.check_data import DataRequest
from domain.conversation import RowError
from domain.errors import NotFoundError
from domain.fingerprint import fingerprint
from domain.formats.reading import Reading
from domain.masking import Encoded
from domain.row_notes import RowNotes
from domain.rows import BadRow, NumberedRow, RowReader
from domain.selection import select
from domain.settings.data import DataFormat, DataSettings
from domain.settings.settings import Settings
from domain.splitting import split

Pieces = Sequence[tuple[str, bool]]


class NoSuchRowError(NotFoundError):
    """There is no row on a line."""

    def __init__(self, number: int, first: int, last: int) -> None:
        where = f"rows are on lines {first} to {last}" if last else "the file holds no rows"
        super().__init__(f"there is no row on line {number}", fix=(where,))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPart:
    """Tokens that go through the model as one row; True pieces are trained."""

    pieces: Pieces
    tokens: int
    trained: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A row after profile and template; several parts where it is split between turns.

    fingerprint tells what it said before the profile. left_out says that it is too long, and is
    shown whole all the same; lost counts the tokens that a cut row loses.
    """

    number: int
    format: str
    profile: str
    fingerprint: int
    held_out: bool
    left_out: bool
    lost: int
    parts: tuple[RowPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """Find a row by its line and prepare it as a job would.

    - the whole file is read, since all rows together decide which are held out;
    - a row that cannot be used is refused with its reason.
    """

    datasets: DatasetSource
    rehearsal: Rehearsal

    def execute(self, request: DataRequest, number: int) -> RowView:
        """Give the row of a line."""
        wanted = self.rehearsal.preparation(request.hero, request.assignments)
        settings = wanted.settings
        found = _Search(number)
        rows = select(lambda: self.datasets.rows_at(request.location), request.selection)
        row, said, form = found.through(rows, Reading.of(settings.data))
        wanted = replace(wanted, settings=_pinned(settings, form, settings.hyperparams.max_length))
        notes = RowNotes()
        parts = _encoded(row, wanted, notes)
        if left_out := not parts:
            wide = _pinned(settings, form, notes.longest)
            parts = _encoded(row, replace(wanted, settings=wide), RowNotes())
        return RowView(
            number=number,
            format=form.value,
            profile=f"{wanted.profile.name} {wanted.profile.version}",
            fingerprint=said,
            held_out=found.holds_out(said, settings.data),
            left_out=left_out,
            lost=notes.lost,
            parts=tuple(_part(each, wanted) for each in parts),
        )


@dataclass(slots=True)
class _Search:
    """The row of one line, and what all rows say."""

    number: int
    first: int = 0
    last: int = 0
    row: NumberedRow | None = None
    said: int = 0
    fingerprints: "array[int]" = field(default_factory=lambda: array("Q"))

    def through(
        self, rows: Iterable[NumberedRow | BadRow], reading: Reading
    ) -> tuple[NumberedRow, int, DataFormat]:
        """Read all rows; give the wanted one with what it says and the format of all."""
        reader = RowReader(reading)
        for row in reader.read(self._watched(rows)):
            if isinstance(row, BadRow):
                self._refuse(row)
                continue
            number, example = row
            self.fingerprints.append(fingerprint(example))
            if number == self.number:
                self.said = self.fingerprints[-1]
        if self.row is None:
            raise NoSuchRowError(self.number, self.first, self.last)
        return self.row, self.said, reader.format

    def holds_out(self, said: int, data: DataSettings) -> bool:
        """Tell whether rows that say this are not trained."""
        share = 0.0 if data.validation_dataset_path else data.validation_split
        return not split(self.fingerprints, share, data.validation_max_samples).trains(said)

    def _watched(self, rows: Iterable[NumberedRow | BadRow]) -> Iterator[NumberedRow | BadRow]:
        for row in rows:
            self.last = row.number if isinstance(row, BadRow) else row[0]
            self.first = self.first or self.last
            if not isinstance(row, BadRow) and row[0] == self.number:
                self.row = row
            yield row

    def _refuse(self, row: BadRow) -> None:
        if row.number == self.number:
            raise _unusable(row)


def _encoded(row: NumberedRow, wanted: Preparation, notes: RowNotes) -> list[Encoded]:
    """Prepare one row; give no part of it where it is too long, and refuse a bad one."""
    parts = [part for batch in wanted.encoded([row], notes) for _, part in batch if part.ids]
    if notes.bad:
        raise _unusable(notes.bad[0])
    return parts


def _unusable(row: BadRow) -> RowError:
    begins = f"it begins: {row.excerpt}" if row.excerpt else ""
    return RowError(f"the row on line {row.number} cannot be used: {row.problem}", why=begins)


def _pinned(settings: Settings, form: DataFormat, longest: int) -> Settings:
    """Fix the format that all rows told, and set how long a row may be."""
    return replace(
        settings,
        data=replace(settings.data, format=form),
        hyperparams=replace(settings.hyperparams, max_length=longest),
    )


def _part(row: Encoded, wanted: Preparation) -> RowPart:
    return RowPart(
        pieces=tuple(wanted.encoder.pieces(row)), tokens=len(row.ids), trained=row.trained_count
    )
