"""See what a profile makes of the rows of a file."""

from dataclasses import dataclass, field

from application.ports.dataset_source import DatasetSource
from application.ports.profile_catalog import ProfileCatalog
from application.rewriting import rewritten
from application.use_cases.preview_row import NoSuchRowError
from domain.conversation import Example
from domain.formats.reading import Reading
from domain.profiles.profile import Profile
from domain.row_notes import LISTED
from domain.rows import BadRow, Row, RowReader
from domain.selection import select
from domain.settings.settings import Settings

_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row before and after a profile; number is its line."""

    number: int
    before: Example
    after: Example


@dataclass(slots=True, kw_only=True)
class Trial:
    """The first rows, or the one that was asked for, and of all rows those that are bad."""

    profile: str
    format: str = ""
    rows: int = 0
    changes: list[Change] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    bad_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TryProfile:
    """Let a profile rewrite every row of a file; keep the first ones, and those it cannot."""

    datasets: DatasetSource
    profiles: ProfileCatalog

    def execute(
        self, location: str, selection: str, settings: Settings, number: int | None = None
    ) -> Trial:
        """Rewrite all rows under the profile of the settings, or only that of a line."""
        profile = self.profiles.get(settings)
        trial = Trial(profile=f"{profile.name} {profile.version}")
        reader, lines = RowReader(Reading.of(settings.data)), [0, 0]
        rows = select(lambda: self.datasets.rows_at(location), selection)
        for row in reader.read(rows):
            line = row.number if isinstance(row, BadRow) else row[0]
            lines = [lines[0] or line, line]
            if number in {None, line}:
                _take(trial, row, profile, settings.hyperparams.seed)
        if number is not None and not trial.rows:
            raise NoSuchRowError(number, *lines)
        trial.format = reader.format.value
        return trial


def _take(trial: Trial, row: Row | BadRow, profile: Profile, seed: int) -> None:
    trial.rows += 1
    after = row if isinstance(row, BadRow) else rewritten(row, profile, seed)
    if isinstance(after, BadRow):
        trial.bad_count += 1
        if len(trial.bad) < LISTED:
            trial.bad.append(after)
    elif not isinstance(row, BadRow) and len(trial.changes) < _SHOWN:
        trial.changes.append(Change(number=row[0], before=row[1], after=after[1]))
