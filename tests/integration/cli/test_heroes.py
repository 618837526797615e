"""Heroes as a person adds, looks at and mends them."""

from pathlib import Path

import pytest

from tests.guild_cli import Hall, new_hall

pytestmark = pytest.mark.slow


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


@pytest.mark.parametrize(
    ("hero_id", "place", "refusal"),
    [
        ("tiny-qwen3", "{model}", (5, "E_NAME_TAKEN")),
        ("scribe", "{model}/nowhere", (6, "E_MODEL_UNAVAILABLE")),
        ("scribe", "./nowhere", (6, "E_MODEL_UNAVAILABLE")),
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
