"""The threads of the tokenizer, which are those of the whole process."""

import os

_PARALLEL, _POOL = "TOKENIZERS_PARALLELISM", "RAYON_NUM_THREADS"
# Read before any job sets one: whoever started this process with one of them wants it.
_IS_CHOSEN = _PARALLEL in os.environ or _POOL in os.environ


def bound_tokenizer(most: int) -> None:
    """Let the tokenizer take so many threads at most, whatever the job before it had.

    Its pool is as large as is said before its first use, for good. A later job that may take fewer
    does without the pool. No variable says that it may be used: with one, a process forked from
    this one would wait for the pool for ever.
    """
    if _IS_CHOSEN:
        return
    if most == 1 or int(os.environ.setdefault(_POOL, str(most))) > most:
        os.environ[_PARALLEL] = "false"
    else:
        os.environ.pop(_PARALLEL, None)
