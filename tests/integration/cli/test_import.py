"""guild config import and guild campaign import, on files as the predecessor wrote them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from domain.errors import ExitStatus
from tests.guild_cli import Hall, new_hall

CONFIG: dict[str, Any] = {
    "model_name": "Qwen3-0.6B",
    "max_length": 2048,
    "learning_rate": 4e-4,
    "poll_interval": 30,
    "auto_generate": {"enabled": False, "port": 8080},
    "hyperparams": {"max_length": 384, "fp_precision": "bf16", "effective_batch_size": 16},
    "profile": {"name": "none"},
    "monitoring": {"preview_backend": "remote_3090", "remote_3090_host": "3090.lan"},
    "data": {"enable_packing": False, "packing_strategy": "bfd", "validation_dataset_path": None},
    "locked": {"base_model": "Qwen/Qwen3-0.6B"},
}
WANTED = {
    "hyperparams.learning_rate": 4e-4,
    "hyperparams.max_length": 384,
    "model.dtype": "bfloat16",
    "profile.name": "plain_sft",
    "packing.enabled": False,
    "monitoring.preview_backend": "remote_3090",
    "monitoring.remote_3090_host": "3090.lan",
}


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> Hall:
    return new_hall(tmp_path / "hall")


@pytest.fixture(name="config")
def _config(tmp_path: Path) -> Path:
    file = tmp_path / "config.json"
    file.write_text(json.dumps(CONFIG))
    return file


def translate(hall: Hall, *line: str) -> Result:
    return hall.run("config", "import", *line)


def old_campaign(folder: Path, **facts: object) -> str:
    folder.mkdir()
    told = {
        "id": "campaign-001",
        "hero_id": "tiny-qwen3",
        "name": "July logic",
        "created_at": "2025-11-28T10:00:00",
        "current_step": 1200,
        "config_overrides": {"batch_size": 2, "lora": {"r": 16}},
    }
    (folder / "campaign.json").write_text(json.dumps({**told, **facts}))
    return str(folder)


def test_a_config_is_translated_and_every_key_accounted_for(hall: Hall, config: Path) -> None:
    shown = json.loads(translate(hall, str(config), "--json").stdout)

    assert {each["key"]: each["value"] for each in shown["taken"]} == WANTED
    left = {each["old"]: each["reason"] for each in shown["left"]}
    assert left == {
        "max_length": "overruled",
        "model_name": "locked",
        "locked.base_model": "locked",
        "poll_interval": "no counterpart",
        "auto_generate.enabled": "no counterpart",
        "auto_generate.port": "no counterpart",
        "hyperparams.effective_batch_size": "computed",
        "data.packing_strategy": "no counterpart",
        "data.validation_dataset_path": "unset",
    }


def test_the_yaml_stands_below_the_table(hall: Hall, config: Path) -> None:
    shown = translate(hall, str(config)).stdout

    table, _, block = shown.partition("\n\n")
    assert "max_length\t\t\toverruled" in table
    assert block.startswith("hyperparams:\n  learning_rate: 0.0004\n  max_length: 384\n")
    assert (
        not (hall.root / "guild.yaml").exists()
        or "384" not in (hall.root / "guild.yaml").read_text()
    )


def test_what_is_written_is_read_by_the_next_campaign(hall: Hall, config: Path) -> None:
    written = translate(hall, str(config), "--write")
    again = translate(hall, str(config), "--write", "--json")

    assert (written.exit_code, again.exit_code) == (0, 0)
    assert "+  max_length: 384" in written.stdout
    assert json.loads(again.stdout)["difference"] == ""
    text = (hall.root / "guild.yaml").read_text()
    assert text.count("384") == 1
    assert 'remote_3090_host: "3090.lan"' in text


@pytest.mark.parametrize("content", ['{"a": 1, "a": 2}', '{"a": NaN}', "{", "[]"])
def test_a_doubtful_config_is_refused(hall: Hall, tmp_path: Path, content: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(content)

    refused = translate(hall, str(file))
    assert refused.exit_code == ExitStatus.REFUSED
    assert str(file) in refused.stderr


def test_a_campaign_is_taken_over(hall: Hall, tmp_path: Path) -> None:
    made = hall.json("campaign", "import", old_campaign(tmp_path / "old"))

    found = hall.json("campaign", "show")["campaign"]
    assert found["id"] == made["campaign"]["id"] == "tiny-qwen3/July-logic"
    assert found["config_overrides"] == {"hyperparams.per_device_train_batch_size": 2}
    assert "current_step 1200" in found["description"]
    left = {each["old"]: each["why"] for each in made["left"]}
    assert "config_overrides.lora.r" in left
    assert "guild hero add" in left["checkpoints/"]


def test_a_dry_run_takes_nothing_over(hall: Hall, tmp_path: Path) -> None:
    hall.ok("campaign", "import", old_campaign(tmp_path / "old"), "--dry-run")

    assert hall.json("campaign", "list")["campaigns"] == []


def test_a_campaign_of_an_unknown_hero_is_refused_until_it_is_named(
    hall: Hall, tmp_path: Path
) -> None:
    old = old_campaign(tmp_path / "old", hero_id="gou")

    refused = hall.run("campaign", "import", old)
    assert refused.exit_code == ExitStatus.NOT_FOUND
    assert "tiny-qwen3" in refused.stderr
    assert hall.run("campaign", "import", old, "--hero", "tiny-qwen3").exit_code == 0


def test_a_folder_without_a_campaign_is_refused(hall: Hall, tmp_path: Path) -> None:
    refused = hall.run("campaign", "import", str(tmp_path))

    assert refused.exit_code == ExitStatus.NOT_FOUND
    assert "campaign.json" in refused.stderr
