"""How the rows of a job share forward passes, in one line."""

from domain.receipts import PackingReceipt


def packing(receipt: PackingReceipt) -> str:
    """Say how full the forward passes are."""
    if receipt.packed:
        return f"packed {receipt.fill * 100:.1f} % full, {receipt.batches} passes"
    return f"padded, {(1 - receipt.fill) * 100:.1f} % padding, {receipt.batches} passes"
