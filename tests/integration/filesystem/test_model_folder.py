"""Plain model folders: one that is left for other programs, and one that is taken in."""

import json
import os
from pathlib import Path

import pytest

from adapters.filesystem.model_folder import FilesystemModelFolder, is_plain, leave_model
from application.ports.model_folder import ModelFolder, ModelFolderError
from tests.contracts.model_folder import ModelFolderContract

MODEL = {
    "model.safetensors",
    "model-00001-of-00002.safetensors",
    "model.safetensors.index.json",
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "merges.txt",
}
TRAINING = {
    "optimizer.pt",
    "scheduler.pt",
    "rng_state.pth",
    "trainer_state.json",
    "training_args.bin",
    "manifest.json",
    "model.safetensors.tmp",
}


@pytest.fixture(name="checkpoint")
def _checkpoint(tmp_path: Path) -> Path:
    folder = tmp_path / "checkpoint-4"
    folder.mkdir()
    for name in MODEL | TRAINING:
        (folder / name).write_text(name)
    return folder


@pytest.mark.parametrize("name", sorted(MODEL))
def test_a_file_of_the_model_is_plain(name: str) -> None:
    assert is_plain(name)


@pytest.mark.parametrize("name", sorted(TRAINING))
def test_the_state_of_the_training_is_not(name: str) -> None:
    assert not is_plain(name)


def test_the_model_is_copied_whole_and_nothing_else(checkpoint: Path, tmp_path: Path) -> None:
    place = tmp_path / "deep" / "model"
    assert set(leave_model(checkpoint, place)) == MODEL
    assert {path.name: path.read_text() for path in place.iterdir()} == {
        name: name for name in MODEL
    }
    assert [path.name for path in place.parent.iterdir()] == ["model"]


def test_an_empty_folder_is_filled(checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    leave_model(checkpoint, tmp_path / "model")
    assert (tmp_path / "model" / "config.json").exists()


def test_a_folder_that_holds_something_is_left_as_it_is(checkpoint: Path, tmp_path: Path) -> None:
    place = tmp_path / "model"
    place.mkdir()
    (place / "config.json").write_text("mine")
    with pytest.raises(OSError, match="not empty"):
        leave_model(checkpoint, place)
    assert [path.read_text() for path in place.iterdir()] == ["mine"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-4", "model"]


class TestFilesystemModelFolder(ModelFolderContract):
    @pytest.fixture
    def folders(self) -> ModelFolder:
        return FilesystemModelFolder()

    @pytest.fixture
    def place(self, checkpoint: Path) -> str:
        (checkpoint / "assets").mkdir()
        return str(checkpoint)

    @pytest.fixture
    def empty(self, tmp_path: Path) -> str:
        (tmp_path / "empty").mkdir()
        return str(tmp_path / "empty")

    @pytest.fixture
    def model(self) -> dict[str, bytes]:
        return {name: name.encode() for name in MODEL}


def test_names_are_relative_to_where_one_stands_or_to_a_home(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkpoint.parent)
    monkeypatch.setenv("HOME", str(checkpoint.parent))
    folders = FilesystemModelFolder()
    name = checkpoint.name
    for place in (name, f"./{name}", f"~/{name}", f"{name}/../{name}/"):
        assert folders.exists(place)
        assert folders.check(place) == str(checkpoint)
    Path("circle").symlink_to("circle")
    for place in ("~nobody-has-this-home/model", "circle"):
        assert not folders.exists(place)
        with pytest.raises(ModelFolderError, match=place):
            folders.check(place)


def test_weights_that_are_pickles_are_refused_with_a_way_out(checkpoint: Path) -> None:
    for weights in checkpoint.glob("model*.safetensors*"):
        weights.unlink()
    (checkpoint / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(ModelFolderError, match=r"no model\.safetensors") as refusal:
        FilesystemModelFolder().check(str(checkpoint))
    assert "pickle" in refusal.value.why
    assert "safetensors" in refusal.value.fix[0]


def test_a_pickle_beside_the_weights_is_not_copied(checkpoint: Path, tmp_path: Path) -> None:
    (checkpoint / "pytorch_model.bin").write_bytes(b"")
    draft = tmp_path / "draft"
    draft.mkdir()
    FilesystemModelFolder().copy(str(checkpoint), str(draft))
    assert {path.name for path in draft.iterdir()} == MODEL


@pytest.mark.parametrize("gone", ["model-00002-of-00002.safetensors", "config.json"])
def test_a_model_that_lacks_a_file_is_refused_by_its_name(checkpoint: Path, gone: str) -> None:
    spread(checkpoint, {"a": "model-00001-of-00002.safetensors"})
    folders = FilesystemModelFolder()
    assert folders.check(str(checkpoint))
    if gone == "config.json":
        (checkpoint / gone).unlink()
    else:
        spread(checkpoint, {"a": "model-00001-of-00002.safetensors", "b": gone})
    with pytest.raises(ModelFolderError, match="not whole") as refusal:
        folders.check(str(checkpoint))
    assert gone in refusal.value.why


@pytest.mark.parametrize("index", ["", "[]", '{"weight_map": 3}', "[" * 100_000])
def test_an_index_that_says_nothing_is_refused(checkpoint: Path, index: str) -> None:
    spread(checkpoint, {})
    (checkpoint / "model.safetensors.index.json").write_text(index)
    with pytest.raises(ModelFolderError, match="index"):
        FilesystemModelFolder().check(str(checkpoint))


def test_the_files_behind_links_are_copied(checkpoint: Path, tmp_path: Path) -> None:
    snapshot, draft = tmp_path / "snapshot", tmp_path / "draft"
    snapshot.mkdir()
    draft.mkdir()
    for name in MODEL:
        (snapshot / name).symlink_to(checkpoint / name)
    FilesystemModelFolder().copy(str(snapshot), str(draft))
    assert not any(path.is_symlink() for path in draft.iterdir())
    assert {path.name: path.read_text() for path in draft.iterdir()} == {
        name: name for name in MODEL
    }
    (checkpoint / "model.safetensors").unlink()
    (checkpoint / "model.safetensors.index.json").unlink()
    with pytest.raises(ModelFolderError, match="no model"):
        FilesystemModelFolder().check(str(snapshot))


def test_what_is_no_file_is_no_part_of_a_model(checkpoint: Path) -> None:
    (checkpoint / "config.json").unlink()
    os.mkfifo(checkpoint / "config.json")
    with pytest.raises(ModelFolderError, match="not whole"):
        FilesystemModelFolder().check(str(checkpoint))


def test_a_file_is_no_folder(checkpoint: Path) -> None:
    place = str(checkpoint / "config.json")
    assert not FilesystemModelFolder().exists(place)
    with pytest.raises(ModelFolderError, match="cannot be read"):
        FilesystemModelFolder().check(place)


def test_a_copy_that_does_not_end_says_why(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelFolderError, match="cannot be copied"):
        FilesystemModelFolder().copy(str(checkpoint), str(tmp_path / "nowhere"))


def spread(folder: Path, files: dict[str, str]) -> None:
    """Leave only weights that an index spreads over files."""
    (folder / "model.safetensors").unlink(missing_ok=True)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": files}))
