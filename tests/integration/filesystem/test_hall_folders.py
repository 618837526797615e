from pathlib import Path

import pytest

from adapters.filesystem.hall import create_hall
from adapters.filesystem.hall_folders import FilesystemHallFolders
from application.ports.hall_folders import HallFolders
from tests.contracts.hall_folders import HallFoldersContract


class TestFilesystemHallFolders(HallFoldersContract):
    @pytest.fixture
    def folders(self, tmp_path: Path) -> HallFolders:
        create_hall(tmp_path)
        (tmp_path / "status").rmdir()
        (tmp_path / "queue" / "low").rmdir()
        (tmp_path / "queue" / "normal" / "rows.xlsx").touch()
        return FilesystemHallFolders(tmp_path)


def test_a_new_hall_misses_nothing(tmp_path: Path) -> None:
    create_hall(tmp_path)
    assert list(FilesystemHallFolders(tmp_path).missing()) == []


def test_folders_are_made_private_and_what_is_in_the_others_stays(tmp_path: Path) -> None:
    create_hall(tmp_path)
    kept = tmp_path / "status" / "training_status.json"
    kept.write_text("{}")
    (tmp_path / "datasets").rmdir()
    FilesystemHallFolders(tmp_path).make(["datasets", "status"])
    assert (tmp_path / "datasets").stat().st_mode & 0o777 == 0o700
    assert kept.read_text() == "{}"


def test_a_file_in_the_place_of_a_folder_is_no_folder(tmp_path: Path) -> None:
    create_hall(tmp_path)
    (tmp_path / "datasets").rmdir()
    (tmp_path / "datasets").write_text("")
    assert list(FilesystemHallFolders(tmp_path).missing()) == ["datasets"]


def test_what_is_taken_in_shown_or_unfinished_is_no_stray(tmp_path: Path) -> None:
    create_hall(tmp_path)
    for name in ("a.csv.gz", "a.meta.json", "b.jsonl.part", "c.jsonl.done", ".d", "e~", "f.tmp"):
        (tmp_path / "queue" / "high" / name).touch()
    (tmp_path / "queue" / "rejected" / "g.xlsx").touch()
    (tmp_path / "queue" / "low" / "new\nline").touch()
    (tmp_path / "queue" / "low" / "folder").mkdir()
    assert list(FilesystemHallFolders(tmp_path).strays()) == [
        "queue/low/folder",
        "queue/low/new\\nline",
    ]
