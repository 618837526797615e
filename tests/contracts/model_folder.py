"""What every reader of model folders owes."""

from pathlib import Path

import pytest

from application.ports.model_folder import ModelFolder, ModelFolderError


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class ModelFolderContract:
    """Subclasses give a reader, a folder with a model and one without, and the model's files."""

    @pytest.fixture
    def folders(self) -> ModelFolder:
        raise NotImplementedError

    @pytest.fixture
    def place(self) -> str:
        raise NotImplementedError

    @pytest.fixture
    def empty(self) -> str:
        raise NotImplementedError

    @pytest.fixture
    def model(self) -> dict[str, bytes]:
        raise NotImplementedError

    @pytest.fixture(name="draft")
    def _draft(self, tmp_path: Path) -> Path:
        draft = tmp_path / "draft"
        draft.mkdir()
        return draft

    def test_a_folder_is_there_whatever_it_holds(
        self, folders: ModelFolder, place: str, empty: str
    ) -> None:
        assert [folders.exists(each) for each in (place, empty)] == [True, True]
        assert not folders.exists(f"{place}-elsewhere")

    def test_the_full_name_of_a_folder_names_the_same_folder(
        self, folders: ModelFolder, place: str
    ) -> None:
        name = folders.check(place)
        assert folders.check(name) == name

    def test_the_model_is_copied_and_nothing_else(
        self, folders: ModelFolder, place: str, draft: Path, model: dict[str, bytes]
    ) -> None:
        folders.copy(place, str(draft))
        assert files_in(draft) == model

    def test_a_model_can_be_copied_again(
        self, folders: ModelFolder, place: str, draft: Path, model: dict[str, bytes]
    ) -> None:
        second = draft.with_name("second")
        second.mkdir()
        folders.copy(place, str(draft))
        folders.copy(place, str(second))
        assert files_in(second) == model

    def test_a_folder_without_a_model_is_refused_and_named(
        self, folders: ModelFolder, empty: str, draft: Path
    ) -> None:
        with pytest.raises(ModelFolderError, match=empty.removeprefix("~")):
            folders.check(empty)
        with pytest.raises(ModelFolderError):
            folders.copy(empty, str(draft))
        assert files_in(draft) == {}

    def test_a_folder_that_is_not_there_is_refused(
        self, folders: ModelFolder, place: str, draft: Path
    ) -> None:
        with pytest.raises(ModelFolderError, match="elsewhere"):
            folders.check(f"{place}-elsewhere")
        with pytest.raises(ModelFolderError):
            folders.copy(f"{place}-elsewhere", str(draft))
