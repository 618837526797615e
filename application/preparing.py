"""From the rows of a dataset to token ids and masks, in batches and in little memory."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice

from application.ports.dataset_source import DatasetSource
from application.ports.model_loader import ChatEncoder, ChatTemplateError
from application.ports.token_store import Prepared, TokenStore
from application.rewriting import rewritten
from domain.conversation import Conversation, Example, RowError, TokenRow
from domain.dataset import Dataset
from domain.errors import GuildError
from domain.fingerprint import fingerprint
from domain.formats.reading import Reading
from domain.lengths import fitted
from domain.masking import Encoded
from domain.profiles.profile import Profile
from domain.receipts import TooLongError
from domain.row_notes import LISTED, RowNotes
from domain.rows import BadRow, BadRowsError, NumberedRow, Row, RowReader
from domain.settings.data import BadRows, OverLong
from domain.settings.layers import flatten
from domain.settings.settings import Settings

VERSION = 2
_BATCH = 512
_COMPARED = 2
_PROFILE_SECTIONS = ("profile.", "emoji_think.", "regime3.")

Printed = tuple[int, Encoded]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """How rows become tokens: whose settings, profile and encoder."""

    settings: Settings
    profile: Profile
    encoder: ChatEncoder

    def key(self, dataset: Dataset) -> str:
        """Say in a SHA-256 all that shapes the tokens, and nothing else: not the file's name."""
        settings = self.settings
        shaping = {
            "version": VERSION,
            "bytes": dataset.sha256,
            "selection": dataset.selection,
            "reading": asdict(Reading.of(settings.data)),
            "profile": [self.profile.name, self.profile.version],
            "profile_settings": {
                name: value
                for name, value in flatten(settings).items()
                if name.startswith(_PROFILE_SECTIONS)
            },
            "seed": settings.hyperparams.seed,
            "template": self.encoder.template_digest,
            "tokenizer": self.encoder.tokenizer_digest,
            "max_length": settings.hyperparams.max_length,
            "over_long": settings.data.over_long,
        }
        return hashlib.sha256(json.dumps(shaping, sort_keys=True).encode()).hexdigest()

    def encoded(
        self, rows: Iterable[NumberedRow | BadRow], notes: RowNotes, *, to_the_end: bool = False
    ) -> Iterator[list[Printed]]:
        """Give batches of rows with their fingerprints, and note what became of each.

        Each row that could be read gives at least one entry, an empty one where nothing is left.
        Where bad rows are refused, enough of them end it, unless it is to go to the end.
        """
        reader = RowReader(Reading.of(self.settings.data))
        read = reader.read(rows)
        while batch := list(islice(read, _BATCH)):
            notes.format = reader.format.value
            notes.read += len(batch)
            yield self._batch(batch, notes)
            refused = notes.bad_count >= LISTED and self.settings.data.bad_rows is BadRows.REFUSE
            if refused and not to_the_end:
                return

    def require(self, notes: RowNotes, kept: int) -> None:
        """Refuse what the settings do not want dropped, and what leaves nothing."""
        for refusal in self.refusals(notes, kept):
            raise refusal

    def refusals(self, notes: RowNotes, kept: int) -> Iterator[GuildError]:
        """Give all that is to be refused, the first reason first."""
        data = self.settings.data
        if notes.bad_count and (data.bad_rows is BadRows.REFUSE or not kept):
            yield BadRowsError(notes.bad, notes.bad_count, notes.read)
        if notes.over_long_count and data.over_long is OverLong.REFUSE:
            limit = self.settings.hyperparams.max_length
            yield TooLongError(notes.over_long[0], notes.over_long_count, notes.longest, limit)
        elif not (kept or notes.bad_count):
            yield RowError(
                "no row is left to train on",
                why=f"{notes.over_long_count} of {notes.read} rows are too long",
                fix=("raise hyperparams.max_length",),
            )

    def _batch(self, batch: Sequence[Row | BadRow], notes: RowNotes) -> list[Printed]:
        examples, said = dict[int, Example](), dict[int, int]()
        for place, row in enumerate(batch):
            if not isinstance(row, BadRow):
                said[place] = fingerprint(row[1])
                row = rewritten(  # noqa: PLW2901 - the same row
                    row, self.profile, self.settings.hyperparams.seed
                )
            if isinstance(row, BadRow):
                notes.note_bad(row)
            else:
                examples[place] = row[1]
        numbered = [(_number(batch[place]), example) for place, example in examples.items()]
        entries = dict(zip(examples, self.encoder.encode(numbered), strict=True))
        if notes.read == len(batch):
            self._compare_prompts([(examples[place], entries[place]) for place in examples], notes)
        return [
            (said[place], row)
            for place in said
            for row in self._judged(batch[place], entries.get(place), notes)
        ]

    def _compare_prompts(
        self, rows: Iterable[tuple[Example, Encoded | BadRow]], notes: RowNotes
    ) -> None:
        """Write the first questions as at inference, and look where the answer begins."""
        for example, row in islice(rows, _COMPARED):
            if not isinstance(example, Conversation) or isinstance(row, BadRow):
                continue
            if example.messages[-1].trained and row.trained:
                try:
                    _, tokens = self.encoder.render(example.prompt)
                except ChatTemplateError:
                    tokens = -1
                notes.mismatched += tokens != row.trained[-1].start

    def _judged(
        self, read: Row | BadRow, row: Encoded | BadRow | None, notes: RowNotes
    ) -> Sequence[Encoded]:
        number = _number(read)
        nothing = Encoded(number=number, ids=(), trained=())
        if isinstance(read, BadRow) or row is None:
            return (nothing,)
        example = read[1]
        if isinstance(row, Encoded) and not any(span.end > 1 for span in row.trained):
            row = BadRow(number, "no token of it is trained: nothing to learn")
        if isinstance(row, BadRow):
            notes.note_bad(row)
            return (nothing,)
        if not row.ends_with(self.encoder.end_of_turn):
            if not isinstance(example, TokenRow):
                notes.note_bad(BadRow(number, "its end of turn is not trained"))
                return (nothing,)
            notes.open_ended += 1
        if len(row.ids) <= self.settings.hyperparams.max_length:
            return (row,)
        return self._fitted(row, example, notes) or (nothing,)

    def _fitted(self, row: Encoded, example: Example, notes: RowNotes) -> Sequence[Encoded]:
        def encode(shorter: Conversation) -> Encoded | BadRow:
            seed = self.settings.hyperparams.seed
            found = rewritten((row.number, shorter), self.profile, seed)
            return found if isinstance(found, BadRow) else self.encoder.encode([found])[0]

        limit, policy = self.settings.hyperparams.max_length, self.settings.data.over_long
        left = fitted(row, example, limit, policy, encode)
        notes.longest = max(notes.longest, len(row.ids))
        notes.lost += left.lost
        notes.unanswered += left.unanswered
        if not left.rows:
            notes.note_left_out(row.number)
        elif len(left.rows) > 1 or policy is OverLong.SPLIT_TURNS:
            notes.split_count += 1
        else:
            notes.cut_count += 1
        return left.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareRows:
    """Prepares a kept dataset once; the same bytes under the same wishes are found again.

    - bad and over-long rows are refused or counted, as the settings say, also where they are found;
    - a preparation that is broken off leaves nothing behind.
    """

    datasets: DatasetSource
    tokens: TokenStore

    def execute(
        self, dataset: Dataset, wanted: Preparation, check: Callable[[], None]
    ) -> tuple[Prepared, RowNotes]:
        """Give the rows and what became of them; check is called for each batch and may raise."""
        key = wanted.key(dataset)
        found = self.tokens.find(key) or self._made(key, dataset, wanted, check)
        notes = RowNotes.of(found.notes)
        wanted.require(notes, sum(1 for length in found.lengths if length))
        return found, notes

    def _made(
        self, key: str, dataset: Dataset, wanted: Preparation, check: Callable[[], None]
    ) -> Prepared:
        notes, kept = RowNotes(), 0
        draft = self.tokens.draft(key)
        try:
            for rows in wanted.encoded(self.datasets.rows(dataset), notes):
                check()
                draft.add(rows)
                kept += sum(1 for _, row in rows if row.ids)
            wanted.require(notes, kept)
            return draft.commit(notes.text())
        except BaseException:
            draft.discard()
            raise


def _number(row: Row | BadRow) -> int:
    return row.number if isinstance(row, BadRow) else row[0]
