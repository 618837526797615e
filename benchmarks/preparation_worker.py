"""What preparation.py and both sides of it say to each other.

Run by preparation_guild.py and preparation_trl.py, each in its own environment: a line that names a
way comes in, a line of JSON with what that way took and a digest of its tokens goes out.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

Rows = Iterable[tuple[Sequence[int], Sequence[int]]]
Way = Callable[[], Callable[[], Callable[[], Rows]]]
"""Gets ready, then works, then gives ids and masks; only the work is timed."""


def serve(ways: Mapping[str, Way]) -> None:
    """Work as asked until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    for line in sys.stdin:
        print(json.dumps(_taken(ways[line.strip()])), file=answers, flush=True)


def _taken(way: Way) -> dict[str, float | str]:
    work = way()
    cpu, wall = time.process_time(), time.perf_counter()
    give = work()
    taken = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    seen = hashlib.sha256()
    for ids, mask in give():
        seen.update(json.dumps([list(ids), [int(trained) for trained in mask]]).encode())
    return {**taken, "digest": seen.hexdigest()}
