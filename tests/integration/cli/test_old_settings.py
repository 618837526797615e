"""A predecessor's config.json in the hall itself: read, refused, and taken over."""

import json
import os
from pathlib import Path

import pytest

from domain.errors import ExitStatus
from tests.guild_cli import Hall, new_hall

OLD = '{\n  "hyperparams": {\n    "batch_size": 2,\n    "fp_precision": "bf16"\n  }\n}\n'
SIZE = "hyperparams.per_device_train_batch_size"


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> Hall:
    hall = new_hall(tmp_path / "hall")
    hall.ok("campaign", "create", "first", "--hero", "tiny-qwen3")
    return hall


@pytest.fixture(name="old")
def _old(hall: Hall) -> Path:
    file = hall.root / "config.json"
    file.write_text(OLD)
    return file


def origins(hall: Hall) -> dict[str, tuple[object, dict[str, str]]]:
    shown = hall.json("config", "show", "--origin")["settings"]
    return {each["key"]: (each["value"], each["origin"]) for each in shown}


def test_the_old_file_is_read_in_place_of_an_empty_one(hall: Hall, old: Path) -> None:
    found = origins(hall)
    assert found[SIZE] == (2, {"layer": "project file", "place": f"{old}:3"})
    assert found["model.dtype"] == ("bfloat16", {"layer": "project file", "place": f"{old}:4"})
    assert f"{SIZE}\t2\tproject file\t{old}:3" in hall.ok("config", "show", "--origin").stdout
    assert hall.ok("config", "check").stdout == "0 faults\n"
    assert old.read_text() == OLD


@pytest.mark.usefixtures("old")
def test_a_hall_without_any_own_settings_reads_the_old_file_too(hall: Hall) -> None:
    (hall.root / "guild.yaml").write_text("")
    assert origins(hall)[SIZE][0] == 2


def test_a_folder_with_an_old_file_becomes_a_hall_that_reads_it(tmp_path: Path) -> None:
    place = tmp_path / "training"
    place.mkdir()
    (place / "config.json").write_text(OLD)
    hall = new_hall(place)
    hall.ok("campaign", "create", "first", "--hero", "tiny-qwen3")
    assert origins(hall)[SIZE][0] == 2


def test_an_old_file_of_which_more_is_asked_is_refused_with_every_key(
    hall: Hall, old: Path
) -> None:
    old.write_text('{"zork": 1,\n "packing_strategy": "bfd", "batch_size": 2}')
    refused = hall.run("config", "show")
    assert refused.exit_code == ExitStatus.REFUSED
    assert f"'zork' cannot be translated ({old}:1)" in refused.stderr
    assert f"guild config import {old}" in refused.stderr
    checked = hall.run("config", "check")
    assert checked.exit_code == ExitStatus.REFUSED
    assert checked.stdout == "2 faults\n"
    assert f"({old}:2)" in checked.stderr


def test_setting_a_value_beside_the_old_file_is_refused(hall: Hall, old: Path) -> None:
    before = (hall.root / "guild.yaml").read_text()
    refused = hall.run("config", "set", "hyperparams.seed", "7")
    assert refused.exit_code == ExitStatus.REFUSED
    assert f"guild config import {old}" in refused.stderr
    assert (hall.root / "guild.yaml").read_text() == before


def test_the_way_out_leads_out(hall: Hall, old: Path) -> None:
    written = hall.ok("config", "import", str(old), "--write")
    assert "per_device_train_batch_size: 2" in written.stdout
    assert "move it away" in written.stderr

    for line in (["config", "show"], ["config", "set", "hyperparams.seed", "7"]):
        refused = hall.run(*line)
        assert refused.exit_code == ExitStatus.REFUSED
        assert f"guild.yaml and {old}" in refused.stderr
        assert f"mv {old} " in refused.stderr
    assert hall.run("config", "check").stdout == "1 faults\n"

    old.rename(f"{old}.old")
    assert origins(hall)[SIZE][0] == 2
    hall.ok("config", "set", "hyperparams.seed", "7")


def test_a_file_from_elsewhere_is_taken_over_without_a_warning(hall: Hall, tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text(OLD)
    assert "move" not in hall.ok("config", "import", str(file), "--write").stderr
    assert origins(hall)[SIZE][0] == 2


def test_a_model_in_the_hall_is_called_a_model(hall: Hall, old: Path) -> None:
    old.write_text(json.dumps({"architectures": ["Qwen3ForCausalLM"], "vocab_size": 512}))
    refused = hall.run("config", "show")
    assert refused.exit_code == ExitStatus.REFUSED
    assert "describes a model" in refused.stderr
    assert "guild hero add" in refused.stderr


def test_settings_are_on_disk_when_the_command_returns(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[Path] = []
    fsync = os.fsync

    def seen(descriptor: int) -> None:
        settled.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    hall.ok("config", "set", "hyperparams.seed", "7")
    assert len(settled) == 2
    assert settled[0].parent == settled[1] == hall.root.resolve()


def test_the_old_variable_switches_packing_off_and_is_named_as_its_origin(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENABLE_PACKING", "0")
    named = {"layer": "environment", "place": "ENABLE_PACKING"}
    assert origins(hall)["packing.enabled"] == (False, named)
    shown = hall.ok("config", "show", "--origin").stdout
    assert "packing.enabled\tno\tenvironment\tENABLE_PACKING\n" in shown
    monkeypatch.setenv("ENABLE_PACKING", "soon")
    checked = hall.run("config", "check")
    assert checked.exit_code == ExitStatus.REFUSED
    assert "(ENABLE_PACKING)" in checked.stderr
