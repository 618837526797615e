"""In which order rows are trained: a pure function of seed and epoch."""

import random


def rows_in(steps: int, rows: int, per_step: int) -> int:
    """Count the rows that so many steps see; each epoch ends with a step that may be short."""
    steps_an_epoch = -(-rows // per_step)
    epochs, rest = divmod(steps, steps_an_epoch)
    return epochs * rows + min(rest * per_step, rows)


def batches(rows: int, size: int, seed: int, epoch: int) -> list[tuple[int, ...]]:
    """Give the indices of each batch; every row occurs once, the last batch may be short."""
    order = list(range(rows))
    random.Random(f"{seed}/{epoch}").shuffle(order)  # noqa: S311 - an order, not a secret
    return [tuple(order[start : start + size]) for start in range(0, rows, size)]
