"""Checkpoints as people and programs see them."""

from collections.abc import Mapping

from application.ports.checkpoint_shelf import Lying
from application.use_cases.prune_checkpoints import Plan
from domain.checkpoint import Checkpoint, Part
from domain.retention import Collection, Shelved
from entrypoints.cli.render import Cell

COLUMNS = ("CHECKPOINT", "STEP", "BYTES", "OPTIMIZER", "VAL LOSS", "KEPT AS", "NOTE")


def shelved_document(shelved: Shelved) -> Mapping[str, object]:
    """Give a checkpoint that takes room as JSON shows it."""
    return {
        "checkpoint": shelved.checkpoint,
        "bytes": shelved.size,
        "optimizer_bytes": shelved.optimizer,
        "val_loss": shelved.val_loss,
        "kept_as": sorted(shelved.holds),
        "note": shelved.note,
    }


def shelved_row(shelved: Shelved) -> tuple[Cell, ...]:
    """Give the columns of a checkpoint that takes room."""
    return (
        short(shelved.checkpoint),
        shelved.checkpoint.step,
        shelved.size,
        shelved.optimizer,
        shelved.val_loss,
        kept_as(shelved),
        shelved.note or None,
    )


def plan_document(plan: Plan) -> Mapping[str, object]:
    """Give a plan as JSON shows it."""
    return {
        "budget_bytes": plan.budget,
        "freed_bytes": plan.freed,
        "left_bytes": plan.left,
        "collections": [
            {"part": each.part, "bytes": each.size, **shelved_document(each.shelved)}
            for each in plan.steps
        ],
        "kept": [shelved_document(each) for each in _kept(plan)],
        "leftovers": [{"name": each.name, "bytes": each.size} for each in plan.leftovers],
        "failed": list(plan.failed),
    }


def plan_rows(plan: Plan) -> list[tuple[Cell, ...]]:
    """Give what goes, then what was left behind, then what stays and why."""
    going = [(*_place(each.shelved), each.size, _what(each)) for each in plan.steps]
    staying = [
        (*_place(each), 0, f"kept: {kept_as(each) or 'there is room'}") for each in _kept(plan)
    ]
    left = [
        (each.name.removeprefix("checkpoints/"), None, each.size, each.size, _left(each))
        for each in plan.leftovers
    ]
    return [*going, *left, *staying]


def short(checkpoint: Checkpoint) -> str:
    """Give the name by which a checkpoint is found."""
    return f"{checkpoint.digest[:12]} {checkpoint.name.removeprefix('checkpoints/')}"


def kept_as(shelved: Shelved) -> str | None:
    """Say why a checkpoint is kept, None if nothing holds it."""
    return ", ".join(sorted(shelved.holds)) or None


def _kept(plan: Plan) -> list[Shelved]:
    going = {each.shelved.checkpoint for each in plan.steps}
    return [each for each in plan.shelf if each.checkpoint not in going]


def _place(shelved: Shelved) -> tuple[Cell, ...]:
    return short(shelved.checkpoint), shelved.checkpoint.step, shelved.size


def _left(lying: Lying) -> str:
    kind = "a draft" if lying.draft else "a checkpoint that was never recorded"
    return f"{kind}: its job was interrupted here"


def _what(collection: Collection) -> str:
    if collection.part is Part.WHOLE:
        return "all of it: nothing needs it"
    held = kept_as(collection.shelved)
    return f"optimizer, no job goes on from it{f'; the rest is kept: {held}' if held else ''}"
