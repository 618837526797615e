"""One validation file for a whole campaign: its losses can be compared."""

from collections.abc import Iterable

from domain.job import Job
from domain.receipts import MaskReceipt

_KEY = "data.validation_dataset_path"


def changed_since(job: Job, receipt: MaskReceipt, before: Iterable[Job]) -> str:
    """Say which job of the campaign measured by other rows of the same file, '' where none did."""
    file = job.settings.get(_KEY)
    for other in reversed(tuple(before)):
        if file and other.id != job.id and other.settings.get(_KEY) == file and other.receipts:
            known = other.receipts[-1].held_out_digest
            same = known in {"", receipt.held_out_digest}
            return "" if same else f"{file} says other rows than for job {other.ref}"
    return ""
