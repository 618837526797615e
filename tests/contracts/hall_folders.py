"""What everyone owes who knows the folders of a hall."""

import pytest

from application.ports.hall_folders import HallFolders


class HallFoldersContract:
    """Subclasses give a hall that misses the folders 'status' and 'queue/low' alone.

    The one stray in it is 'queue/normal/rows.xlsx'.
    """

    @pytest.fixture
    def folders(self) -> HallFolders:
        raise NotImplementedError

    def test_the_missing_ones_are_named(self, folders: HallFolders) -> None:
        assert set(folders.missing()) == {"status", "queue/low"}

    def test_what_was_made_is_not_missing_any_more(self, folders: HallFolders) -> None:
        folders.make(["status"])
        assert set(folders.missing()) == {"queue/low"}

    def test_making_twice_changes_nothing(self, folders: HallFolders) -> None:
        folders.make(["status", "queue/low"])
        folders.make(["status"])
        assert list(folders.missing()) == []

    def test_the_free_room_is_counted(self, folders: HallFolders) -> None:
        assert folders.free_bytes() > 0

    def test_strays_are_named_where_they_lie(self, folders: HallFolders) -> None:
        assert list(folders.strays()) == ["queue/normal/rows.xlsx"]
