"""What a job trains on: rows chosen, checked and laid into forward passes."""

import hashlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from heapq import nsmallest
from typing import Generic

from application.ports.dataset_source import DatasetSource
from application.ports.model_loader import Loaded, Model
from application.ports.token_store import Prepared, TokenStore
from application.ports.trainer import Trainer
from application.preparing import Preparation, PrepareRows
from domain.batching import BatchPlan
from domain.dataset import Dataset
from domain.fingerprint import Repetitions
from domain.masking import marked
from domain.planning import batches_of
from domain.receipts import (
    LeakingPackError,
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
        train, held_out = divided(prepared, settings.data)
        if settings.data.validation_dataset_path:
            held_out = self._from_file(settings.data, wanted)
        samples = [marked(wanted.encoder.pieces(row)) for row in train[:_SAMPLES]]
        receipt = replace(
            mask_receipt(train, notes, samples),
            profile=f"{wanted.profile.name} {wanted.profile.version}",
            duplicates=_duplicates(prepared),
            held_out=len(held_out),
            held_out_digest=_digest(held_out),
            template_digest=wanted.encoder.template_digest,
            template_replaced=wanted.encoder.template_replaced,
        )
        tell(ReceiptMade(receipt))
        for remark in receipt.remarks:
            tell(Warned(remark))
        proof = self._proof(loaded, train, settings, tell)
        packed = proof is not None and proof.holds
        batches = self._batches(train, settings, plan, packed=packed)
        tell(PackingMade(_packing_receipt(batches, train, settings, proof)))
        return Material(
            train=train,
            batches=batches,
            held_out=held_out,
            measured=batches_of(held_out.lengths, settings, packed=packed),
        )

    def _from_file(self, data: DataSettings, wanted: Preparation) -> RowSet:
        notes = RowNotes()
        source = self.datasets.rows_at(data.validation_dataset_path)
        rows = [row for batch in wanted.encoded(source, notes) for _, row in batch if row.ids]
        wanted.require(notes, len(rows))
        return RowSet.of(rows[: data.validation_max_samples])

    def _proof(
        self, loaded: Loaded[Model], train: RowSet, settings: Settings, tell: Tell
    ) -> PackingProof | None:
        """Let the model show on two short rows that it keeps them apart; one row needs no proof."""
        pair = nsmallest(2, range(len(train)), key=train.lengths.__getitem__)
        if not settings.packing.enabled or len(pair) < 2:  # noqa: PLR2004 - a pair
            return None
        proof = self.trainer.prove(loaded.model, train[pair[0]], train[pair[1]])
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


def divided(prepared: Prepared, data: DataSettings) -> tuple[RowSet, RowSet]:
    """Give (trained, held out) of the rows that are left, chosen by what each row of the data says.

    Rows that were left out take part in the choice, so that a longer length moves no other row.
    """
    said, numbers = prepared.fingerprints, prepared.numbers
    whole = array(
        "Q", (said[at] for at in range(len(said)) if not at or numbers[at] != numbers[at - 1])
    )
    share = 0.0 if data.validation_dataset_path else data.validation_split
    _, places = split(whole, share, data.validation_max_samples)
    held = {whole[place] for place in places}
    left = [at for at, length in enumerate(prepared.lengths) if length]

    def chosen(*, held_out: bool) -> RowSet:
        return RowSet(
            prepared.rows,
            prepared.lengths,
            prepared.trained,
            (at for at in left if (said[at] in held) is held_out),
        )

    return chosen(held_out=False), chosen(held_out=True)


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
    hyperparams = settings.hyperparams
    capacity = hyperparams.max_length * hyperparams.per_device_train_batch_size
    places = (
        len(batches) * capacity
        if batches.packed
        else sum(len(rows) * max(train.lengths[row] for row in rows) for rows in batches)
    )
    return PackingReceipt(
        packed=batches.packed,
        batches=len(batches),
        capacity=capacity,
        fill=sum(train.lengths) / places,
        plan=batches.digest,
        proof=proof,
    )
