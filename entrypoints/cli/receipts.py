"""Receipts, for people."""

from collections.abc import Iterable, Sequence

import click

from domain.fitting import stepped_down
from domain.job import Job
from domain.receipts import MaskReceipt, PackingProof, PackingReceipt
from domain.rows import BadRow
from entrypoints.cli.app import App
from entrypoints.cli.render import Cell, show_table

_SHOWN = 10


def mask_facts(receipt: MaskReceipt) -> dict[str, Cell]:
    """Say which tokens are trained, and what became of the rows."""
    share = receipt.trained_total / receipt.tokens if receipt.tokens else 0.0
    return {
        "format": receipt.format or None,
        "profile": receipt.profile or None,
        "rows": f"{receipt.rows} trained, {receipt.held_out} held out",
        "tokens": f"{receipt.tokens}, {receipt.trained_total} of them trained ({share:.1%})",
        "trained per row": f"{receipt.trained_min} to median {receipt.trained_median:g}",
        "end of turn": "trained" if receipt.end_of_turn_trained else "not in every row",
        "bad rows": numbered(receipt.bad_rows, [each.number for each in receipt.bad]),
        "over-long": numbered(
            receipt.over_long or len(receipt.over_long_dropped), receipt.over_long_dropped
        ),
        "cut, split": f"{receipt.cut}, {receipt.split}",
        "lost to length": f"{receipt.lost_share:.2%} of all tokens",
        "duplicates": receipt.duplicates,
        "held-out digest": receipt.held_out_digest or None,
        "template": _template(receipt),
        **{f"remark {place}": text for place, text in enumerate(receipt.remarks, start=1)},
        **{f"sample {place}": text for place, text in enumerate(receipt.samples, start=1)},
    }


def packing_facts(receipt: PackingReceipt) -> dict[str, Cell]:
    """Say how rows share forward passes, and what the model showed."""
    proof = receipt.proof
    return {
        "packing": filled(receipt.batches, receipt.fill, packed=receipt.packed),
        "plan": receipt.plan,
        "packing proof": _proof(proof) if proof else "none was made, so nothing is packed",
        **({"attention": proof.attention} if proof else {}),
    }


def equipment_facts(job: Job) -> dict[str, Cell]:
    """Say on what a job really ran, and with how much at once."""
    found = job.equipment
    if found is None:
        return {"batch": f"{job.rung} next"} if job.rung else {}
    smaller = " (did not fit otherwise; later jobs begin so)" if stepped_down(job) else ""
    then = f"; {job.rung} next" if job.rung != found.rung else ""
    frozen = found.parameters - found.trainable_parameters
    return {
        "device": f"{found.device}, {found.dtype}, {found.attention}, {found.threads} threads",
        "model": f"{found.wrapper}, {found.parameters} weights, {frozen} of them frozen"
        + (", embedding and head tied" if found.tied_weights else "")
        + (", layers compiled" if found.compiled else "")
        + (", Liger's kernels" if found.fused else ""),
        "batch": f"{found.rung}{smaller}{then}",
        **{f"not used {n}": why for n, why in enumerate(found.passed_over, start=1)},
    }


def filled(batches: int, fill: float, *, packed: bool) -> str:
    """Say how full the places of all forward passes are."""
    return f"{'packed' if packed else 'padded'}, {fill:.1%} full, {batches} forward passes"


def numbered(count: int, numbers: Sequence[int]) -> str:
    """Give a count, and the first lines."""
    if not numbers:
        return str(count)
    more = " …" if count > _SHOWN else ""
    return f"{count}: lines {', '.join(map(str, numbers[:_SHOWN]))}{more}"


def show_bad_rows(app: App, bad: Iterable[BadRow]) -> None:
    """Show bad rows by line, if there are any, below what stands there."""
    rows: list[Sequence[Cell]] = [(each.number, each.problem, each.excerpt) for each in bad]
    if rows:
        click.echo()
        show_table(app, ("LINE", "PROBLEM", "BEGINS"), rows)


def _template(receipt: MaskReceipt) -> str | None:
    replaced = " (plain ChatML, in place of the model's own)" if receipt.template_replaced else ""
    return f"{receipt.template_digest}{replaced}" or None


def _proof(proof: PackingProof) -> str:
    found = "holds" if proof.holds else f"does not hold, first in {proof.layer}"
    return (
        f"{found}: rows {proof.rows[0]} and {proof.rows[1]} differ by {proof.difference:.2g}, "
        f"{proof.tolerance:.2g} is rounding"
    )
