"""Files that were refused: set aside under their own name, with the reason beside."""

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from adapters.filesystem.names import numbered
from domain.text import printable

_REASON = ".reason.json"


def set_aside(path: Path, folder: Path, reason: str, at: datetime) -> None:
    """Move a file into a folder where nothing is ever overwritten; one that is gone is left."""
    facts = {
        "schema": "guild.rejection/1",
        "name": printable(path.name),
        "reason": reason,
        "at": at.isoformat(),
    }
    target, note = _reserve(path.name, folder)
    note.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    try:
        path.rename(target)
    except FileNotFoundError:
        note.unlink()


def _reserve(name: str, folder: Path) -> tuple[Path, Path]:
    number = 1
    while True:
        target = folder / numbered(name, number, room=len(_REASON))
        note = target.with_name(target.name + _REASON)
        with suppress(FileExistsError):
            if not target.exists():
                note.touch(exist_ok=False)
                return target, note
        number += 1
