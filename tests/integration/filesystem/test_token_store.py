import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings

from adapters.filesystem.token_store import FilesystemTokenStore
from domain.batching import BatchPlan
from tests.contracts.token_store import (
    KEY,
    OTHER,
    PLAN,
    ROWS,
    FingerprintedRow,
    TokenStoreContract,
    any_notes,
    blocks_of_rows,
    found,
    many,
    require_round_trip,
    require_same,
    save,
)

ROOT = Path(__file__).resolve().parents[3]
FILES = [
    "entry.json",
    "fingerprints.bin",
    "ids.bin",
    "ids_end.bin",
    "lengths.bin",
    "lost.bin",
    "notes.txt",
    "numbers.bin",
    "spans.bin",
    "spans_end.bin",
    "trained.bin",
]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / ".guild" / "cache"


@pytest.fixture
def store(cache: Path) -> FilesystemTokenStore:
    return FilesystemTokenStore(cache)


@pytest.fixture
def entry(cache: Path) -> Path:
    return cache / "prepared" / KEY


class TestFilesystemTokenStore(TokenStoreContract):
    @pytest.fixture
    def store(self, cache: Path) -> FilesystemTokenStore:
        return FilesystemTokenStore(cache)


@settings(max_examples=25, deadline=None)
@given(blocks=blocks_of_rows, notes=any_notes)
def test_any_rows_and_notes_come_back(blocks: list[list[FingerprintedRow]], notes: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        require_round_trip(FilesystemTokenStore(Path(folder)), KEY, blocks, notes)


def test_another_process_finds_what_was_kept(store: FilesystemTokenStore, cache: Path) -> None:
    save(store)
    store.keep_plan(PLAN)
    later = FilesystemTokenStore(cache)
    require_same(found(later), ROWS)
    assert later.plan(PLAN.digest) == PLAN


def test_everything_is_private_and_nothing_else_is_left(
    store: FilesystemTokenStore, cache: Path, entry: Path
) -> None:
    save(store)
    store.draft(OTHER).discard()
    store.keep_plan(PLAN)
    assert sorted(path.name for path in entry.iterdir()) == FILES
    assert [path.name for path in entry.parent.iterdir()] == [KEY]
    assert [path.name for path in (cache / "plans").iterdir()] == [PLAN.digest]
    for path in (cache, *cache.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


# Size and memory


def peak_growth(work: str, cache: Path) -> int:
    """Give by how many bytes the memory of a process grows while it works."""
    script = f"""
import sys
from pathlib import Path
from adapters.filesystem.token_store import FilesystemTokenStore
from tests.contracts.token_store import KEY, many, save

def peak():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) * 1024

store = FilesystemTokenStore(Path(sys.argv[1]))
begin = peak()
{work}
print(peak() - begin)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(cache)],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    return int(done.stdout)


@pytest.mark.slow
def test_many_rows_take_little_space_and_hardly_any_memory(
    store: FilesystemTokenStore, cache: Path, entry: Path
) -> None:
    growth = peak_growth("save(store, many(20_000, 239))", cache)
    size = sum(path.stat().st_size for path in entry.iterdir())
    assert 20_000 * 239 * 4 < size < 20_000 * 1_050
    assert growth < size / 2
    assert peak_growth("for row in store.find(KEY).rows: pass", cache) < size / 2
    for prepared, (_, row) in zip(found(store).rows, many(20_000, 239), strict=True):
        assert prepared == row


def test_a_row_that_was_cut_off_while_it_is_in_use_is_refused(
    store: FilesystemTokenStore, entry: Path
) -> None:
    prepared = save(store)
    os.truncate(entry / "ids.bin", (entry / "ids.bin").stat().st_size - 2)
    assert prepared.rows[0] == ROWS[0][1]
    with pytest.raises(OSError, match="cut off"):
        prepared.rows[-1]


# What is not whole is as if it never was


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(bytes(8))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def remove(path: Path) -> None:
    path.unlink()


def become_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("harm", [truncate, flip, grow, empty, remove, become_folder])
@pytest.mark.parametrize("name", FILES)
def test_an_entry_with_a_damaged_file_is_not_found_and_made_again(
    store: FilesystemTokenStore, entry: Path, name: str, harm: Callable[[Path], None]
) -> None:
    save(store)
    harm(entry / name)
    assert store.find(KEY) is None
    require_same(save(store, ROWS[1:], notes="again"), ROWS[1:], "again")
    require_same(found(store), ROWS[1:], "again")
    assert [path.name for path in entry.parent.iterdir()] == [KEY]


def test_a_damaged_byte_is_noticed_wherever_it_is(store: FilesystemTokenStore, entry: Path) -> None:
    save(store, ROWS[:2])
    for path in entry.iterdir():
        content = path.read_bytes()
        for place in range(0, len(content), 7 if path.suffix == ".json" else 1):
            path.write_bytes(content[:place] + bytes([content[place] ^ 8]) + content[place + 1 :])
            assert store.find(KEY) is None, (path.name, place)
        path.write_bytes(content)
    require_same(found(store), ROWS[:2])


@pytest.mark.parametrize(
    ("old", "new"),
    [("guild.prepared/1", "guild.prepared/2"), (sys.byteorder, "middle"), ('"rows": 5', "")],
)
def test_an_entry_of_another_version_or_machine_is_not_found(
    store: FilesystemTokenStore, entry: Path, old: str, new: str
) -> None:
    save(store)
    text = (entry / "entry.json").read_text()
    assert old in text
    (entry / "entry.json").write_text(text.replace(old, new))
    assert store.find(KEY) is None


@pytest.mark.parametrize("content", ["", "rows"])
def test_a_file_in_the_place_of_an_entry_gives_way_to_one(
    store: FilesystemTokenStore, entry: Path, content: str
) -> None:
    entry.parent.mkdir(parents=True)
    entry.write_text(content)
    assert store.find(KEY) is None
    save(store)
    require_same(found(store), ROWS)


def test_a_damaged_plan_is_never_taken_for_another_and_can_be_kept_again(
    store: FilesystemTokenStore, cache: Path
) -> None:
    store.keep_plan(PLAN)
    path = cache / "plans" / PLAN.digest
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert store.plan(PLAN.digest) is None
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        # The first number says whether rows are packed: any but 0 says the same.
        assert store.plan(PLAN.digest) == (PLAN if 0 < place < 8 else None)
    path.write_bytes(content + bytes(8))
    assert store.plan(PLAN.digest) is None
    store.keep_plan(PLAN)
    assert store.plan(PLAN.digest) == PLAN


def test_a_plan_under_the_digest_of_another_is_not_found(
    store: FilesystemTokenStore, cache: Path
) -> None:
    other = BatchPlan.of([[1, 0]], packed=True)
    store.keep_plan(PLAN)
    store.keep_plan(other)
    (cache / "plans" / PLAN.digest).rename(cache / "plans" / other.digest)
    assert store.plan(other.digest) is None
