"""guild doctor on real halls, well and broken."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from entrypoints.cli.main import guild
from tests.guild_cli import GUILD, Hall, new_hall


@pytest.fixture(name="hall")
def _hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hall:
    monkeypatch.setenv("PATH", str(Path(GUILD).parent))
    return new_hall(tmp_path / "hall")


def checks(ran: Result) -> dict[str, Any]:
    document = json.loads(ran.stdout)
    assert document["schema"] == "guild.doctor/1"
    return {check["name"]: check for check in document["checks"]}


def failed(ran: Result) -> list[str]:
    return [name for name, check in checks(ran).items() if check["state"] == "fail"]


def test_a_sound_hall_is_healthy(hall: Hall) -> None:
    hall.campaign()
    found = checks(hall.ok("--json", "doctor"))

    assert {"python", "torch", "command", "hall", "folders", "log", "campaign"} <= found.keys()
    assert found["hall"]["detail"] == str(hall.root)
    assert all(check.keys() == {"name", "state", "detail", "fix"} for check in found.values())


def test_the_machine_is_examined_without_a_hall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(GUILD).parent))
    ran = CliRunner().invoke(guild, ["doctor", "--json"])

    assert ran.exit_code == 0, ran.output
    found = checks(ran)
    assert found["hall"]["state"] == "warn"
    assert "guild init DIR" in found["hall"]["fix"]
    assert "log" not in found


def test_a_missing_folder_is_an_exit_status_and_is_made_on_demand(hall: Hall) -> None:
    (hall.root / "status").rmdir()

    ill = hall.run("doctor")
    assert ill.exit_code == 9
    assert "fail\tfolders\tmissing: status\n\tfix:\tguild doctor --fix\n" in ill.stdout
    assert hall.run("doctor").exit_code == 9
    hall.ok("doctor", "--fix")
    assert (hall.root / "status").is_dir()
    hall.ok("doctor")


def test_a_foreign_guild_on_the_path_fails(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "guild"
    script.write_text("#!/usr/bin/python3\nimport guildai\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert failed(hall.run("--json", "doctor")) == ["command"]


def test_an_event_that_was_changed_is_found(hall: Hall) -> None:
    hall.campaign()
    with sqlite3.connect(hall.root / ".guild" / "guild.db") as log:
        log.execute("DROP TRIGGER events_are_never_changed")
        log.execute("UPDATE events SET payload = replace(payload, 'first', 'worst')")
    log.close()

    ran = hall.run("--json", "doctor")
    assert (ran.exit_code, failed(ran)) == (9, ["log"])
    assert "event 1" in checks(ran)["log"]["detail"]


@pytest.mark.parametrize("content", [None, b"this is no database"])
def test_a_log_that_cannot_be_opened_hides_no_other_check(
    hall: Hall, content: bytes | None
) -> None:
    log = hall.root / ".guild" / "guild.db"
    log.unlink()
    if content:
        log.write_bytes(content)

    ran = hall.run("--json", "doctor")
    assert (ran.exit_code, failed(ran)) == (9, ["log"])
    assert checks(ran)["settings"]["state"] == "ok"


def test_a_bad_setting_and_a_bad_hero_are_told_with_their_lines(hall: Hall) -> None:
    (hall.root / "guild.yaml").write_text("hyperparams:\n  learning_rat: 1\n")
    (hall.root / "heroes" / "mage.yaml").write_text("id: mage\nname: [\n")

    ran = hall.run("--json", "doctor")
    assert set(failed(ran)) == {"settings", "hero mage"}
    assert "learning_rat" in checks(ran)["settings"]["detail"]
    assert "mage.yaml" in checks(ran)["hero mage"]["detail"]


def test_a_hall_that_others_may_write_to_is_not_looked_into(hall: Hall) -> None:
    hall.root.chmod(0o777)

    ran = hall.run("--json", "doctor")
    assert (ran.exit_code, failed(ran)) == (9, ["hall"])
    assert checks(ran)["hall"]["fix"] == [f"chmod 700 {hall.root}"]


def test_a_preview_server_that_is_not_there_is_found(hall: Hall) -> None:
    (hall.root / "guild.yaml").write_text(
        "monitoring:\n  preview_backend: remote_3090\n"
        "  remote_3090_host: 127.0.0.1\n  remote_3090_port: 9\n"
    )
    ran = hall.run("--json", "doctor")
    assert failed(ran) == ["preview"]
    assert "127.0.0.1:9" in checks(ran)["preview"]["detail"]


def files(hall: Hall) -> dict[Path, int]:
    """Give the times of all files; SQLite moves its own about when anybody reads them."""
    found = (path for path in hall.root.rglob("*") if path.is_file() and ".guild" not in path.parts)
    return {path: path.stat().st_mtime_ns for path in found}


def test_looking_leaves_the_hall_as_it_was(hall: Hall) -> None:
    hall.campaign()
    before, events = files(hall), hall.json("campaign", "show")
    hall.ok("doctor", "--fix")
    assert files(hall) == before
    assert hall.json("campaign", "show") == events


@pytest.mark.slow
def test_a_deep_look_tells_on_what_a_job_would_run(hall: Hall) -> None:
    plain, deep = checks(hall.ok("--json", "doctor")), checks(hall.ok("--json", "doctor", "--deep"))

    added = deep.keys() - plain.keys()
    assert {"engine", "precision", "threads", "attention eager", "flash-attn", "loss"} <= added
    assert sum("chosen" in check["detail"] for check in deep.values()) == 1
