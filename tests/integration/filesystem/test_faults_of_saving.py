"""Faults 24 and 25: a power cut after saving, and a disk that is full while it goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.filesystem.checkpoint_store import FilesystemCheckpointStore
from tests.builders import CAMPAIGN
from tests.contracts.checkpoint_store import FILES, JOB, write

ROOT = Path(__file__).resolve().parents[3]


def test_fault_24_every_file_and_its_folders_are_on_disk_before_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, told = FilesystemCheckpointStore(tmp_path), list[str]()
    fsync, rename = os.fsync, Path.rename

    def note(descriptor: int) -> None:
        told.append("fsync")
        fsync(descriptor)

    def note_too(path: Path, target: Path) -> Path:
        told.append("rename")
        return rename(path, target)

    draft = store.draft(CAMPAIGN, JOB, 1, 10)
    write(draft, FILES)
    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(Path, "rename", note_too)
    store.commit(draft)
    assert told[: told.index("rename")].count("fsync") >= len(FILES) + 1
    assert told[-1] == "fsync"


SAVES = """
import errno
import sys
from pathlib import Path
from adapters.filesystem.checkpoint_store import FilesystemCheckpointStore
from tests.builders import CAMPAIGN
from tests.contracts.checkpoint_store import JOB

store = FilesystemCheckpointStore(Path(sys.argv[1]))
kept = []
for step in range(1, 100):
    draft = store.draft(CAMPAIGN, JOB, 1, step)
    try:
        Path(draft.location, "model.safetensors").write_bytes(bytes(300_000))
        kept.append(store.commit(draft))
    except OSError as error:
        assert error.errno == errno.ENOSPC
        store.discard(draft)
        break
for checkpoint in kept:
    store.verify(checkpoint)
left = sorted(path.name for path in Path(store.locate(kept[0])).parent.iterdir())
print(len(kept), *left)
"""


@pytest.fixture(name="small_disk")
def _small_disk(tmp_path: Path) -> list[str]:
    """Give the words before a command that sees 2 MB at the folder `disk`."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size=2m tmpfs {disk} && exec "$@"'
    words = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lends nobody a file system of their own")
    return words


def test_fault_25_a_full_disk_leaves_the_good_checkpoints_and_no_staging_folder(
    small_disk: list[str], tmp_path: Path
) -> None:
    line = [*small_disk, sys.executable, "-c", SAVES, str(tmp_path / "disk")]
    ran = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    count, *left = ran.stdout.split()
    assert 3 < int(count) < 8
    assert left == [f"checkpoint-{step}" for step in range(1, int(count) + 1)]
