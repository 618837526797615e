import contextlib
import errno
import json
import os
import shutil
import socket
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.filesystem.checkpoint_store import FilesystemCheckpointStore
from domain.checkpoint import BrokenCheckpointError
from tests.builders import CAMPAIGN
from tests.contracts.checkpoint_store import (
    FILES,
    JOB,
    CheckpointStoreContract,
    flip,
    save,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def store(tmp_path: Path) -> FilesystemCheckpointStore:
    return FilesystemCheckpointStore(tmp_path)


def add_link_to_zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


class TestFilesystemCheckpointStore(CheckpointStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FilesystemCheckpointStore:
        return FilesystemCheckpointStore(tmp_path)


def test_a_checkpoint_lies_where_people_look_for_it(
    store: FilesystemCheckpointStore, tmp_path: Path
) -> None:
    checkpoint = save(store, fence=3)
    assert checkpoint.name == f"checkpoints/{JOB.split('-')[1]}.3/checkpoint-10"
    folder = tmp_path / "campaigns" / CAMPAIGN / checkpoint.name
    assert store.locate(checkpoint) == str(folder)
    private = [folder, *folder.relative_to(tmp_path).parents]
    for path in private[:-1]:
        assert stat.S_IMODE((tmp_path / path).stat().st_mode) == 0o700


def test_the_manifest_lists_every_file(store: FilesystemCheckpointStore) -> None:
    checkpoint = save(store)
    facts = json.loads((Path(store.locate(checkpoint)) / "manifest.json").read_text())
    assert list(facts) == ["schema", "campaign", "job", "step", "files"]
    assert facts["schema"] == "guild.manifest/1"
    assert (facts["campaign"], facts["job"], facts["step"]) == (CAMPAIGN, JOB, 10)
    assert [(file["path"], file["bytes"]) for file in facts["files"]] == sorted(
        (name, len(content)) for name, content in FILES.items()
    )


def test_a_checkpoint_without_its_manifest_is_broken(store: FilesystemCheckpointStore) -> None:
    checkpoint = save(store)
    (Path(store.locate(checkpoint)) / "manifest.json").unlink()
    with pytest.raises(BrokenCheckpointError, match=r"manifest\.json"):
        store.verify(checkpoint)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", "null", '{"files": [{}]}', '{"files": 3}', "[" * 100_000, "\0"]
)
def test_a_manifest_that_cannot_be_read_is_broken(
    store: FilesystemCheckpointStore, text: str
) -> None:
    checkpoint = save(store)
    (Path(store.locate(checkpoint)) / "manifest.json").write_text(text)
    with pytest.raises(BrokenCheckpointError, match=r"manifest\.json"):
        store.verify(checkpoint)


@pytest.mark.parametrize(
    "changed", [{"path": 1}, {"bytes": "x"}, {"bytes": 1.5}, {"sha256": None}, {"path": ["a"]}]
)
def test_a_manifest_with_fields_of_other_types_is_broken(
    store: FilesystemCheckpointStore, changed: dict[str, object]
) -> None:
    checkpoint = save(store)
    path = Path(store.locate(checkpoint)) / "manifest.json"
    facts = json.loads(path.read_text())
    facts["files"][1].update(changed)
    path.write_text(json.dumps(facts, indent=1) + "\n")
    with pytest.raises(BrokenCheckpointError, match=r"manifest\.json"):
        store.verify(checkpoint)


def listen(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as ear, contextlib.chdir(path.parent):
        ear.bind(path.name)


@pytest.mark.parametrize("name", ["manifest.json", "model.safetensors"])
@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, listen, add_link_to_zeros])
def test_what_is_no_file_breaks_a_checkpoint_and_is_not_waited_for(
    store: FilesystemCheckpointStore, make: Callable[[Path], None], name: str
) -> None:
    checkpoint = save(store)
    path = Path(store.locate(checkpoint)) / name
    path.unlink()
    make(path)
    with pytest.raises(BrokenCheckpointError, match=name.replace(".", r"\.")):
        store.verify(checkpoint)


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE, errno.EACCES])
@pytest.mark.parametrize("name", ["manifest.json", "optimizer.pt"])
def test_a_file_that_the_machine_cannot_read_now_breaks_nothing(
    store: FilesystemCheckpointStore, monkeypatch: pytest.MonkeyPatch, number: int, name: str
) -> None:
    checkpoint, honest = save(store), os.open

    def refuse(path: str | Path, *rest: Any, **options: Any) -> int:
        if Path(path).name == name:
            raise OSError(number, os.strerror(number))
        return honest(path, *rest, **options)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OSError, match=os.strerror(number)):
        store.verify(checkpoint)


@pytest.mark.parametrize(
    ("old", "new"),
    [('"step": 10', '"step": 11'), (CAMPAIGN, "other/one"), ("optimizer", "optimiser")],
)
def test_a_manifest_that_was_changed_is_found(
    store: FilesystemCheckpointStore, old: str, new: str
) -> None:
    checkpoint = save(store)
    path = Path(store.locate(checkpoint)) / "manifest.json"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(BrokenCheckpointError, match=r"manifest\.json"):
        store.verify(checkpoint)


def test_a_manifest_that_fits_changed_files_is_not_the_recorded_one(
    store: FilesystemCheckpointStore,
) -> None:
    checkpoint = save(store)
    forged = save(store, fence=2, files={**FILES, "optimizer.pt": b"evil"})
    shutil.rmtree(store.locate(checkpoint))
    Path(store.locate(forged)).rename(store.locate(checkpoint))
    with pytest.raises(BrokenCheckpointError, match="another one"):
        store.verify(checkpoint)


def test_every_single_changed_byte_is_found(store: FilesystemCheckpointStore) -> None:
    checkpoint = save(store, files={"model.safetensors": bytes(64)})
    path = Path(store.locate(checkpoint)) / "model.safetensors"
    for place in range(64):
        content = bytearray(64)
        content[place] = 1
        path.write_bytes(content)
        with pytest.raises(BrokenCheckpointError, match=r"model\.safetensors"):
            store.verify(checkpoint)


@pytest.mark.parametrize("name", ["model.safetensors", "extra"])
def test_a_link_in_the_place_of_a_file_is_found(
    store: FilesystemCheckpointStore, tmp_path: Path, name: str
) -> None:
    checkpoint = save(store)
    path = Path(store.locate(checkpoint)) / name
    same = tmp_path / "same"
    same.write_bytes(FILES["model.safetensors"])
    path.unlink(missing_ok=True)
    path.symlink_to(same)
    with pytest.raises(BrokenCheckpointError, match=name):
        store.verify(checkpoint)


def add_link_to_nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


def add_link_to_folder(path: Path) -> None:
    path.symlink_to(path.parent)


@pytest.mark.parametrize("add", [add_link_to_nowhere, add_link_to_folder, os.mkfifo])
def test_nothing_but_folders_and_listed_files_may_be_there(
    store: FilesystemCheckpointStore, add: Callable[[Path], None]
) -> None:
    checkpoint = save(store)
    add(Path(store.locate(checkpoint)) / "extra")
    with pytest.raises(BrokenCheckpointError, match="extra was added"):
        store.verify(checkpoint)


def test_an_empty_folder_of_the_right_name_is_no_checkpoint_and_gives_way_to_one(
    store: FilesystemCheckpointStore,
) -> None:
    checkpoint = save(store)
    folder = Path(store.locate(checkpoint))
    shutil.rmtree(folder)
    folder.mkdir()
    with pytest.raises(BrokenCheckpointError):
        store.verify(checkpoint)
    store.verify(save(store))


def test_committing_over_a_damaged_checkpoint_of_the_same_digest_is_refused(
    store: FilesystemCheckpointStore,
) -> None:
    checkpoint = save(store)
    flip(Path(store.locate(checkpoint)) / "optimizer.pt")
    with pytest.raises(BrokenCheckpointError, match="already") as refused:
        save(store)
    assert "optimizer.pt" in refused.value.why


@pytest.mark.parametrize("name", ["../x", "/etc", "checkpoints/../../x", "..", "", ".", "a\0b"])
def test_names_that_lead_out_of_the_hall_are_refused(
    store: FilesystemCheckpointStore, name: str
) -> None:
    checkpoint = save(store)
    with pytest.raises(BrokenCheckpointError, match="does not name a place"):
        store.locate(replace(checkpoint, name=name))
    with pytest.raises(BrokenCheckpointError, match="does not name a place"):
        store.draft(type(CAMPAIGN)(name), JOB, 1, 10)
