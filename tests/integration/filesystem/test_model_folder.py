from pathlib import Path

import pytest

from adapters.filesystem.model_folder import is_plain, leave_model

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
