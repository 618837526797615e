import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from adapters.filesystem.token_store import FilesystemTokenStore
from domain.masking import Encoded
from tests.contracts.token_store import (
    KEY,
    NOTES,
    PLAN,
    ROWS,
    found,
    many,
    require_same,
    save,
)

ROOT = Path(__file__).resolve().parents[3]
A_DAY = 24 * 60 * 60


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / ".guild" / "cache"


@pytest.fixture
def store(cache: Path) -> FilesystemTokenStore:
    return FilesystemTokenStore(cache)


def test_everything_may_be_deleted_between_two_jobs(
    store: FilesystemTokenStore, cache: Path
) -> None:
    before = save(store)
    store.keep_plan(PLAN)
    shutil.rmtree(cache)
    require_same(before, ROWS)
    assert store.find(KEY) is None
    assert store.plan(PLAN.digest) is None
    save(store)
    store.keep_plan(PLAN)
    require_same(found(store), ROWS)
    assert store.plan(PLAN.digest) == PLAN


def a_full_disk(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_full_disk_leaves_nothing(
    store: FilesystemTokenStore, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = store.draft(KEY)
    draft.add(ROWS)
    monkeypatch.setattr(os, "fsync", a_full_disk)
    with pytest.raises(OSError, match="No space left"):
        draft.commit(NOTES)
    with pytest.raises(OSError, match="No space left"):
        store.keep_plan(PLAN)
    assert sorted(path.name for path in cache.rglob("*")) == ["plans", "prepared"]
    assert store.find(KEY) is None


def test_a_draft_to_which_rows_could_not_be_added_leaves_nothing(
    store: FilesystemTokenStore, cache: Path
) -> None:
    too_great = Encoded(number=1, ids=(2**32,), trained=())
    draft = store.draft(KEY)
    draft.add(ROWS)
    with pytest.raises(OverflowError):
        draft.add([(1, too_great)])
    assert list((cache / "prepared").iterdir()) == []
    with pytest.raises(OSError, match="No such file"):
        draft.commit(NOTES)
    assert store.find(KEY) is None


FULL = """
import resource, sys
from pathlib import Path
from signal import SIG_IGN, SIGXFSZ, signal
from adapters.filesystem.token_store import FilesystemTokenStore
from tests.contracts.token_store import KEY, many

signal(SIGXFSZ, SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
draft = FilesystemTokenStore(Path(sys.argv[1])).draft(KEY)
try:
    draft.add(many(2_000, 239))
except OSError:
    print("refused", end="")
"""


@pytest.mark.slow
def test_files_that_may_not_grow_leave_nothing(cache: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FULL, str(cache)],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert (done.stdout, done.stderr) == ("refused", "")
    assert list((cache / "prepared").iterdir()) == []


def test_every_file_is_on_disk_before_the_entry_has_its_name(
    store: FilesystemTokenStore, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    draft = store.draft(KEY)
    (folder,) = (cache / "prepared").iterdir()
    draft.add(ROWS)
    monkeypatch.setattr(os, "fsync", note)
    draft.commit(NOTES)
    files = {path.name for path in (cache / "prepared" / KEY).iterdir()}
    assert "entry.json" in files
    assert {folder / name for name in (*files, "")} <= set(synced)
    assert synced[-1] == cache / "prepared"


def a_leftover(folder: Path, pid: int, age: float = A_DAY + 60) -> Path:
    folder = folder / f".draft-{pid}-x_{age:.0f}"
    folder.mkdir(parents=True)
    (folder / "ids.bin").write_bytes(b"half")
    for path in (folder / "ids.bin", folder):
        os.utime(path, (time.time() - age,) * 2)
    return folder


def a_dead_process() -> int:
    process = subprocess.Popen(["true"])  # noqa: S607 - a program of every system
    process.wait()
    return process.pid


def test_what_dead_processes_left_a_day_ago_is_removed(
    store: FilesystemTokenStore, cache: Path
) -> None:
    dead, prepared, plans = a_dead_process(), cache / "prepared", cache / "plans"
    gone = [a_leftover(folder, dead) for folder in (prepared, plans)]
    kept = [
        a_leftover(prepared, dead, age=A_DAY - 60),
        a_leftover(prepared, os.getppid()),
        a_leftover(plans, dead, age=A_DAY + 90),
        a_leftover(prepared / "deeper", dead),
    ]
    os.utime(kept[2] / "ids.bin")
    store.draft(KEY).discard()
    assert [path.exists() for path in gone] == [False] * 2
    assert [path.exists() for path in kept] == [True] * 4


KILLED = """
import sys
from pathlib import Path
from adapters.filesystem.token_store import FilesystemTokenStore
from tests.contracts.token_store import many, save

store = FilesystemTokenStore(Path(sys.argv[1]))
for number in range(10_000):
    print(number, flush=True)
    save(store, many(600, 100), key=f"{number:064x}")
"""


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.002, 0.03, 0.11])
def test_a_process_that_was_killed_leaves_nothing_that_is_found_and_not_whole(
    store: FilesystemTokenStore, cache: Path, delay: float
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(cache)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    told = [process.stdout.readline(), process.stdout.readline()]
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    told += process.communicate()[0].splitlines()
    begun = [f"{int(number):064x}" for number in told]
    rows = list(many(600, 100))
    for key in begun[:-1]:
        require_same(found(store, key), rows)
    if last := store.find(begun[-1]):
        require_same(last, rows)
    require_same(save(store, rows, key=begun[-1]), rows)


RACING = """
import sys
from pathlib import Path
from adapters.filesystem.token_store import FilesystemTokenStore
from tests.contracts.token_store import PLAN, many, require_same, save

store = FilesystemTokenStore(Path(sys.argv[1]))
rows = list(many(200, 50))
print("ready", flush=True)
sys.stdin.readline()
for number in range(15):
    require_same(save(store, rows, key=f"{number:064x}"), rows)
    store.keep_plan(PLAN)
    assert store.plan(PLAN.digest) == PLAN
"""


@pytest.mark.slow
def test_two_processes_may_make_the_same_entries_at_once(
    store: FilesystemTokenStore, cache: Path
) -> None:
    for number in range(0, 15, 2):
        key = f"{number:064x}"
        save(store, key=key)
        os.truncate(cache / "prepared" / key / "ids.bin", 9)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RACING, str(cache)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    said = [process.communicate("go\n") for process in processes]
    assert [
        (process.returncode, error) for process, (_, error) in zip(processes, said, strict=True)
    ] == [(0, "")] * 2
    for number in range(15):
        require_same(found(store, f"{number:064x}"), list(many(200, 50)))
    assert len(list((cache / "prepared").iterdir())) == 15
    assert len(list((cache / "plans").iterdir())) == 1
