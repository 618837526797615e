import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.filesystem.checkpoint_store import FilesystemCheckpointStore
from domain.checkpoint import FileDigest, manifest_digest
from tests.builders import CAMPAIGN
from tests.contracts.checkpoint_store import (
    FILES,
    JOB,
    save,
    write,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def store(tmp_path: Path) -> FilesystemCheckpointStore:
    return FilesystemCheckpointStore(tmp_path)


def test_drafts_of_earlier_claims_are_removed_and_those_of_other_jobs_are_not(
    store: FilesystemCheckpointStore,
) -> None:
    dead = store.draft(CAMPAIGN, JOB, 9, 10)
    newer = store.draft(CAMPAIGN, JOB, 11, 10)
    other = store.draft(CAMPAIGN, type(JOB)(JOB.replace("-00000", "-x0000")), 1, 10)
    kept = save(store, fence=9)
    store.draft(CAMPAIGN, JOB, 10, 20)
    assert not Path(dead.location).exists()
    assert Path(newer.location).exists()
    assert Path(other.location).exists()
    store.verify(kept)


def test_every_file_and_folder_is_on_disk_before_the_checkpoint_has_its_name(
    store: FilesystemCheckpointStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    draft = store.draft(CAMPAIGN, JOB, 1, 10)
    write(draft, FILES)
    monkeypatch.setattr(os, "fsync", note)
    checkpoint = store.commit(draft)
    staging, folder = Path(draft.location), Path(store.locate(checkpoint))
    wanted = {staging / name for name in (*FILES, "manifest.json", "state", "")}
    assert wanted <= set(synced)
    assert synced[-1] == folder.parent


KILLED = """
import sys
from pathlib import Path
from adapters.filesystem.checkpoint_store import FilesystemCheckpointStore
from tests.builders import CAMPAIGN
from tests.contracts.checkpoint_store import JOB

store = FilesystemCheckpointStore(Path(sys.argv[1]))
for step in range(1, 10_000):
    draft = store.draft(CAMPAIGN, JOB, 1, step)
    for number in range(4):
        Path(draft.location, f"{number}.bin").write_bytes(bytes([step % 256]) * 300_000)
    print(store.commit(draft).digest, step, flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.01, 0.05, 0.11, 0.23])
def test_a_process_killed_while_committing_leaves_no_half_checkpoint(
    store: FilesystemCheckpointStore, tmp_path: Path, delay: float
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    told = [process.stdout.readline()]
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    told += process.communicate()[0].splitlines()
    digests = {int(step): digest for digest, step in map(str.split, told)}

    first = save(store, fence=2)
    claim = Path(store.locate(first)).parent.with_name(f"{JOB.split('-')[1]}.1")
    found = {
        int(path.name.removeprefix("checkpoint-")): path for path in claim.glob("checkpoint-*")
    }
    assert digests.keys() <= found.keys()
    assert len(found) - len(digests) <= 1
    for step, path in found.items():
        name = path.relative_to(tmp_path / "campaigns" / CAMPAIGN).as_posix()
        listed = json.loads((path / "manifest.json").read_text())["files"]
        digest = manifest_digest(
            tuple(
                FileDigest(path=file["path"], size=file["bytes"], sha256=file["sha256"])
                for file in listed
            )
        )
        assert len(listed) == 4
        assert digests.get(step, digest) == digest
        store.verify(replace(first, fence=1, step=step, name=name, digest=digest))
    assert list(claim.glob(".staging-*")) == []
