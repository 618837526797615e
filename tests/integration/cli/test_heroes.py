"""Heroes as a person adds, looks at and mends them."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.guild_cli import Hall, new_hall

pytestmark = pytest.mark.slow

reads_gguf = pytest.mark.skipif(find_spec("gguf") is None, reason="make smollm2 installs gguf")


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> Hall:
    return new_hall(tmp_path / "hall")


@pytest.fixture(name="model")
def _model(tmp_path: Path) -> Path:
    from tests.integration.huggingface.folders import a_folder

    return a_folder(tmp_path / "scribe model")


def file_of(hall: Hall, hero_id: str) -> Path:
    return hall.root / "heroes" / f"{hero_id}.yaml"


def test_a_hero_of_a_folder_is_added_listed_and_enlisted(
    hall: Hall, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(model.parent)
    dry = hall.json("hero", "add", "scribe", "--model", "scribe model", "--dry-run")
    assert not file_of(hall, "scribe").exists()
    added = hall.json("hero", "add", "scribe", "--model", "scribe model", "--name", "The Scribe")
    assert (dry["written"], added["written"]) == (False, True)
    assert dry["hero"]["model"] == added["hero"]["model"]
    assert added["hero"]["model"]["name"] == str(model)
    assert added["hero"]["locked"]["vocab_size"] == 495
    assert added["hero"]["file"] == str(file_of(hall, "scribe"))
    listed = {hero["id"]: hero["from"] for hero in hall.json("hero", "list")["heroes"]}
    assert listed == {
        "dio-qwen3-0.6b": "shipped",
        "scribe": "hall",
        "smollm2-135m": "shipped",
        "tiny-qwen3": "shipped",
    }
    hall.ok("campaign", "create", "first", "--hero", "scribe")


@reads_gguf
@pytest.mark.parametrize("name", ["tiny v1.gguf", "sha256-0123456789abcdef"])
def test_a_hero_of_a_gguf_file_is_added_checked_and_trained(
    hall: Hall, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.integration.huggingface.gguf_files import a_gguf

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    file = a_gguf(tmp_path / "models" / name)
    added = hall.json("hero", "add", "scribe", "--model", f"models/../models/{name}")["hero"]
    assert added["model"]["source"] == "gguf"
    assert (added["model"]["name"], added["model"]["file"]) == (str(file.parent), name)
    assert added["model"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert added["chat_template"] == "model"
    assert added["training_defaults"] == {"hyperparams.max_length": 256}
    assert hall.json("hero", "check", "scribe")["heroes"][0]["sound"]
    assert not (tmp_path / "cache").exists()

    hall.ok("campaign", "create", "first", "--hero", "scribe")
    hall.ok("queue", "add", str(hall.lesson(8)))
    done = hall.json("train", "next", "--max-steps", "1")
    assert done["job"]["status"] == "completed"
    assert hall.json("hero", "check", "scribe")["heroes"][0]["sound"]


@reads_gguf
def test_a_gguf_file_that_changed_is_no_longer_read(hall: Hall, tmp_path: Path) -> None:
    from tests.integration.huggingface.gguf_files import a_gguf

    file = a_gguf(tmp_path / "tiny.gguf")
    hall.ok("hero", "add", "scribe", "--model", str(file))
    a_gguf(file, template=None)
    (checked,) = hall.json("hero", "check", "scribe")["heroes"]
    assert "is not the file that the hero names" in checked["unread"]


@pytest.mark.parametrize(
    ("hero_id", "place", "refusal"),
    [
        ("tiny-qwen3", "{model}", (5, "E_NAME_TAKEN")),
        ("scribe", "{model}/nowhere", (6, "E_MODEL_UNAVAILABLE")),
        ("scribe", "./nowhere", (6, "E_MODEL_UNAVAILABLE")),
        ("scribe", "{model}/nowhere.gguf", (6, "E_MODEL_UNAVAILABLE")),
        ("scribe", "{model}/config.json", (6, "E_MODEL_UNAVAILABLE")),
        ("_scribe", "{model}", (3, "E_HERO_FILE")),
    ],
)
def test_what_cannot_be_added_is_refused(
    hall: Hall, model: Path, hero_id: str, place: str, refusal: tuple[int, str]
) -> None:
    refused = hall.run("hero", "add", hero_id, "--model", place.format(model=model))
    status, code = refusal
    assert refused.exit_code == status
    assert code in refused.stderr
    assert list((hall.root / "heroes").glob("*")) == []


def test_a_wrong_value_is_unhealthy_until_it_is_fixed(hall: Hall, model: Path) -> None:
    hall.ok("hero", "add", "scribe", "--model", str(model))
    file = file_of(hall, "scribe")
    right = file.read_text().replace("vocab_size: 495", "vocab_size: 495  # counted")
    file.write_text(right.replace("495", "500"))
    seen = hall.run("hero", "check", "scribe")
    assert seen.exit_code == 9
    assert "vocab_size: the hero says 500, the model 495" in seen.stdout
    assert "corrected" in hall.ok("hero", "check", "scribe", "--fix").stdout
    assert file.read_text() == right
    assert hall.json("hero", "check", "scribe")["heroes"][0]["sound"]


def test_a_broken_file_is_named_and_hides_no_other(hall: Hall) -> None:
    # The hall's own come over the shipped ones, so that no big model is looked for.
    for hero_id in ("dio-qwen3-0.6b", "smollm2-135m"):
        file_of(hall, hero_id).write_text("id: [\n")
    checked = hall.run("--json", "hero", "check", "--fix")
    assert checked.exit_code == 9
    assert '"id": "tiny-qwen3", "sound": true' in checked.stdout
    assert checked.stdout.count('"sound": false') == 2
    assert f"{file_of(hall, 'smollm2-135m')}:" in checked.stdout
