"""File names as people put them there, made to fit."""

import os

_LONGEST = 255


def numbered(name: str, number: int, *, room: int = 0) -> str:
    """Tell a name apart from others of its kind: 'a.jsonl', 'a-2.jsonl'; room is kept free."""
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    tail = (f"-{number}" if number > 1 else "") + dot + ending
    most = _LONGEST - room - len(os.fsencode(tail))
    if len(os.fsencode(stem)) > most:
        stem = os.fsencode(stem)[:most].decode("utf-8", "ignore")
    return stem + tail
