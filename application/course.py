"""What a job trains on: rows chosen, checked and laid into forward passes."""

import hashlib
from array import array
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import islice
from typing import Generic

from application.ports.dataset_source import DatasetSource
from application.ports.model_loader import Loaded, Model
from application.ports.token_store import Prepared, TokenStore
from application.ports.trainer import Trainer
from application.preparing import Preparation, PrepareRows, Printed
from domain.batching import BatchPlan
from domain.dataset import Dataset
from domain.errors import GuildError
from domain.fingerprint import Repetitions
from domain.masking import Encoded, marked
from domain.planning import batches_of, fill_of
from domain.receipts import (
    LeakingPackError,
    MaskReceipt,
    NothingToLearnError,
    PackingProof,
    PackingReceipt,
    mask_receipt,
)
from domain.reports import PackingMade, ReceiptMade, Report, Warned
from domain.row_notes import RowNotes
from domain.row_set import RowSet
from domain.settings.data import DataSettings
from domain.settings.packing import Fallback
from domain.settings.settings import Settings
from domain.splitting import split

Tell = Callable[[Report], None]
_SAMPLES = 2
_SEEN = 16
_TRIED = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The rows of a job, and which of them go through the model together."""

    train: RowSet
    batches: BatchPlan
    held_out: RowSet
    measured: BatchPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareMaterial(Generic[Model]):
    """Prepare rows, prove them, and tell both receipts before the first step.

    - nothing is packed unless the model itself shows that packed rows do not see each other;
    - the plan is kept under its digest; a kept plan of the same rows is used again.
    """

    datasets: DatasetSource
    tokens: TokenStore
    trainer: Trainer[Model]

    def execute(
        self,
        dataset: Dataset,
        wanted: Preparation,
        loaded: Loaded[Model],
        plan: str,
        *,
        check: Callable[[], None],
        tell: Tell,
    ) -> Material:
        """Give the material; plan is the digest of an earlier attempt's, '' for none."""
        rows = PrepareRows(datasets=self.datasets, tokens=self.tokens)
        prepared, notes = rows.execute(dataset, wanted, check)
        settings = wanted.settings
        train, held_out, also_measured = self._sides(prepared, wanted, check)
        receipt = replace(
            receipt_of(prepared, notes, train, wanted),
            held_out=len(held_out),
            also_measured=also_measured,
            held_out_digest=_digest(held_out),
        )
        tell(ReceiptMade(receipt))
        for remark in receipt.remarks:
            tell(Warned(remark))
        proof = self._proof(loaded, train, settings, check, tell)
        packed = proof is not None and proof.holds
        batches = self._batches(train, settings, plan, packed=packed)
        tell(PackingMade(_packing_receipt(batches, train, settings, proof)))
        return Material(
            train=train,
            batches=batches,
            held_out=held_out,
            measured=batches_of(held_out.lengths, settings, packed=packed),
        )

    def _sides(
        self, prepared: Prepared, wanted: Preparation, check: Callable[[], None]
    ) -> tuple[RowSet, RowSet, int]:
        """Give (trained, measured, rows that are in the validation file as well)."""
        data = wanted.settings.data
        train, held_out = divided(prepared, data)
        if not data.validation_dataset_path:
            return train, held_out, 0
        held_out, said = self._from_file(data, wanted, check)
        others, _ = divided(prepared, data, said)
        return others, held_out, len(train) - len(others)

    def _from_file(
        self, data: DataSettings, wanted: Preparation, check: Callable[[], None]
    ) -> tuple[RowSet, Collection[int]]:
        """Take the first rows of the file, and what they say; the rest is not read."""
        notes, rows = RowNotes(), list[Printed]()
        for batch in wanted.encoded(self.datasets.rows_at(data.validation_dataset_path), notes):
            check()
            rows += (entry for entry in batch if entry[1].ids)
            if len(rows) >= data.validation_max_samples:
                break
        try:
            wanted.require(notes, len(rows))
        except GuildError as error:
            raise NothingToLearnError(
                f"{data.validation_dataset_path} cannot be measured by: {error}",
                why=error.why,
                fix=error.fix,
            ) from error
        measured = rows[: data.validation_max_samples]
        return RowSet.of([row for _, row in measured]), {said for said, _ in measured}

    def _proof(
        self,
        loaded: Loaded[Model],
        train: RowSet,
        settings: Settings,
        check: Callable[[], None],
        tell: Tell,
    ) -> PackingProof | None:
        """Let the model show on two short rows that it keeps them apart; one row needs no proof."""
        if not settings.packing.enabled or len(train) == 1:
            return None
        check()
        proof = self.trainer.prove(loaded.model, *_short_pair(train))
        check()
        if not proof.holds:
            refusal = LeakingPackError(proof)
            if settings.packing.fallback is Fallback.REFUSE:
                raise refusal
            tell(Warned(f"{refusal}: they are padded instead"))
        return proof

    def _batches(
        self, train: RowSet, settings: Settings, digest: str, *, packed: bool
    ) -> BatchPlan:
        kept = self.tokens.plan(digest) if digest else None
        if kept is not None and kept.packed == packed and len(kept.rows) == len(train):
            return kept
        plan = batches_of(train.lengths, settings, packed=packed)
        self.tokens.keep_plan(plan)
        return plan


def divided(
    prepared: Prepared, data: DataSettings, elsewhere: Collection[int] = ()
) -> tuple[RowSet, RowSet]:
    """Give (trained, measured) of the rows that are left, chosen by what each row of the data says.

    Rows that were left out take part in the choice, so that a longer length moves no other row.
    What a row elsewhere says, by its fingerprint, is not trained.
    """
    said, numbers = prepared.fingerprints, prepared.numbers
    whole = array(
        "Q", (said[at] for at in range(len(said)) if not at or numbers[at] != numbers[at - 1])
    )
    share = 0.0 if data.validation_dataset_path else data.validation_split
    sides = split(whole, share, data.validation_max_samples)
    left = array("L", (at for at, length in enumerate(prepared.lengths) if length))

    def chosen(wanted: Callable[[int], bool]) -> RowSet:
        places = (at for at in left if wanted(said[at]))
        return RowSet(prepared.rows, prepared.lengths, prepared.trained, places)

    def trained(fingerprint: int) -> bool:
        return sides.trains(fingerprint) and fingerprint not in elsewhere

    return chosen(trained), chosen(sides.measures)


def receipt_of(
    prepared: Prepared, notes: RowNotes, train: RowSet, wanted: Preparation
) -> MaskReceipt:
    """Measure the masks of the rows that are trained; of held-out rows it says nothing yet."""
    samples = [marked(wanted.encoder.pieces(row)) for row in islice(train, _SAMPLES)]
    return replace(
        mask_receipt(train, notes, samples),
        profile=f"{wanted.profile.name} {wanted.profile.version}",
        duplicates=_duplicates(prepared),
        template_digest=wanted.encoder.template_digest,
        template_replaced=wanted.encoder.template_replaced,
    )


def _short_pair(rows: RowSet) -> tuple[Encoded, Encoded]:
    """Give two short rows that differ, of a length at which something can be seen, if there are."""
    lengths = rows.lengths

    def rank(place: int) -> tuple[bool, int]:
        return lengths[place] < _SEEN, lengths[place]

    first, *others = [rows[place] for place in nsmallest(_TRIED, range(len(rows)), key=rank)]
    return first, next((row for row in others if row.ids != first.ids), others[0])


def _duplicates(prepared: Prepared) -> int:
    seen = Repetitions()
    for place, said in enumerate(prepared.fingerprints):
        if not place or prepared.numbers[place] != prepared.numbers[place - 1]:
            seen.add(said)
    return seen.count()


def _digest(rows: RowSet) -> str:
    if not len(rows):
        return ""
    seen = hashlib.sha256()
    for row in rows:
        seen.update(repr((row.ids, row.trained)).encode())
    return seen.hexdigest()


def _packing_receipt(
    batches: BatchPlan, train: RowSet, settings: Settings, proof: PackingProof | None
) -> PackingReceipt:
    longest = settings.hyperparams.max_length
    return PackingReceipt(
        packed=batches.packed,
        batches=len(batches),
        capacity=longest * settings.hyperparams.per_device_train_batch_size,
        fill=fill_of(batches, train.lengths, longest),
        plan=batches.digest,
        proof=proof,
    )
