"""How many packs another trainer makes of rows of given lengths, by its own code.

Run by packing.py in that trainer's environment: its name and the capacity are arguments, the
lengths come as JSON. Each packs groups of 1,000 rows, as it does when nobody changes it.
"""

import json
import sys
from collections.abc import Sequence

ROWS_AT_ONCE = 1000


def trl(lengths: Sequence[int], capacity: int) -> int:
    """Let `pack_dataset` pack rows of zeros; its strategy bfd is best fit, the longest first."""
    import numpy as np
    import pyarrow as pa
    from datasets import Dataset, disable_progress_bars
    from trl import pack_dataset

    disable_progress_bars()
    starts = pa.array(np.cumsum([0, *lengths]), type=pa.int32())
    ids = pa.ListArray.from_arrays(starts, pa.array(np.zeros(sum(lengths), dtype=np.int32)))
    rows = Dataset(pa.table({"input_ids": ids}))
    packed = pack_dataset(rows, capacity, "bfd", map_kwargs={"batch_size": ROWS_AT_ONCE})
    return len(packed)


def llamafactory(lengths: Sequence[int], capacity: int) -> int:
    """Let `greedy_knapsack` fill pack after pack with the longest row that still fits."""
    from llamafactory.data.processor.processor_utils import greedy_knapsack

    groups = (lengths[at : at + ROWS_AT_ONCE] for at in range(0, len(lengths), ROWS_AT_ONCE))
    return sum(len(greedy_knapsack(list(group), capacity)) for group in groups)


if __name__ == "__main__":
    packs = {"trl": trl, "llamafactory": llamafactory}[sys.argv[1]]
    print(packs(json.load(sys.stdin), int(sys.argv[2])))
