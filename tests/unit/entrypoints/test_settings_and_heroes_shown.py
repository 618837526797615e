"""What a person sees of heroes and their settings, without files, database or torch."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.memory.hero_catalog import MemoryHeroCatalog
from adapters.memory.settings_source import MemorySettingsSource
from application.ports.event_log import Append, campaign_stream
from application.ports.hero_catalog import HeroFileError
from domain.campaign_events import CampaignConfigured
from domain.errors import ExitStatus
from domain.hero import Hero
from tests.memory_cli import Guild, guild_over
from tests.memory_hall import MemoryHall, a_hero, rows


@pytest.fixture(name="memory")
def _memory(tmp_path: Path) -> MemoryHall:
    return MemoryHall(tmp_path / "memory")


@pytest.fixture(name="run")
def _run(tmp_path: Path, memory: MemoryHall) -> Guild:
    return guild_over(memory, tmp_path / "hall")


def test_a_hero_is_shown_with_its_campaigns_in_this_hall(run: Guild, memory: MemoryHall) -> None:
    memory.enlist("first")
    memory.add()
    memory.train()
    memory.enlist("second")
    memory.enlist("away", hero="faraway")
    memory.enlist("third")
    memory.change_campaign().archive("second")
    steps = memory.campaigns.get("first").step
    assert steps

    shown = json.loads(run("hero", "show", "apprentice", "--json").stdout)
    assert shown["campaigns"] == [
        {"id": "apprentice/first", "name": "first", "current_step": steps, "active": False},
        {"id": "apprentice/third", "name": "third", "current_step": 0, "active": True},
    ]
    text = run("hero", "show", "apprentice").stdout
    assert "hero\tapprentice\n" in text
    assert text.endswith(
        "CAMPAIGN\tNAME\tSTEP\tACTIVE\n"
        f"apprentice/first\tfirst\t{steps}\tno\n"
        "apprentice/third\tthird\t0\tyes\n"
    )


def test_a_hero_without_campaigns_is_shown_alone(run: Guild) -> None:
    assert json.loads(run("hero", "show", "apprentice", "--json").stdout)["campaigns"] == []
    assert "CAMPAIGN" not in run("hero", "show", "apprentice").stdout


def test_the_check_reads_what_campaigns_set(run: Guild, memory: MemoryHall) -> None:
    campaign = memory.enlist("first").campaign
    assert run("config", "check").exit_code == 0
    event = CampaignConfigured(
        campaign_id=campaign.id,
        at=memory.clock.now(),
        settings={"hyperparams.learning_rate": -1.0},
        config_hash=campaign.config_hash,
    )
    version = memory.campaigns.get("first").version
    memory.log.append(Append(campaign_stream(campaign.id), (event,), version))

    refused = run("config", "check")
    assert refused.exit_code == ExitStatus.REFUSED
    assert refused.stdout == "1 faults\n"
    assert "hyperparams.learning_rate cannot be -1.0" in refused.stderr.replace("'", "")
    assert f"event {version + 1} of apprentice/first" in refused.stderr
    faults = json.loads(run("config", "check", "--json").stdout)["faults"]
    assert len(faults) == 1


def from_another_version(memory: MemoryHall) -> None:
    """Put an override in the log that this guild has no setting for."""
    campaign = memory.campaigns.get("first")
    event = CampaignConfigured(
        campaign_id=campaign.id,
        at=memory.clock.now(),
        settings={"hyperparams.momentum": 0.9},
        config_hash=campaign.config_hash,
    )
    memory.log.append(Append(campaign_stream(campaign.id), (event,), campaign.version))


@pytest.mark.parametrize(
    "line",
    [
        ("config", "show"),
        ("config", "get", "hyperparams.seed"),
        ("queue", "add", "{rows}"),
        ("train", "next"),
        ("config", "set", "hyperparams.seed", "7", "--in", "campaign"),
    ],
)
def test_an_override_of_another_version_stops_nothing(
    run: Guild, memory: MemoryHall, tmp_path: Path, line: tuple[str, ...]
) -> None:
    lesson = tmp_path / "rows.jsonl"
    lesson.write_bytes(b"one row")
    memory.shelf[str(lesson)] = rows()
    memory.enlist("first")
    from_another_version(memory)
    ran = run(*(part.format(rows=lesson) for part in line))
    assert ran.exit_code == 0, (ran.output, ran.exception)
    if "set" not in line:
        warning = (
            "warning: there is no setting 'hyperparams.momentum' (event 3 of apprentice/first)"
        )
        assert ran.stderr.count(warning) == 1


def test_an_override_of_another_version_is_shown_and_examined(
    run: Guild, memory: MemoryHall
) -> None:
    memory.enlist("first")
    from_another_version(memory)
    shown = json.loads(run("config", "show", "--json").stdout)
    assert [each["key"] for each in shown["passed_over"]] == ["hyperparams.momentum"]
    checked = run("config", "check")
    assert checked.exit_code == ExitStatus.REFUSED
    assert "guild campaign fork apprentice/first NAME" in checked.stderr
    found = json.loads(run("doctor", "--json").stdout)["checks"]
    (check,) = [each for each in found if each["name"] == "overrides"]
    assert check["state"] == "warn"
    assert "hyperparams.momentum" in check["detail"]
    refused = run("config", "set", "hyperparams.momentum", "1", "--in", "campaign")
    assert refused.exit_code == ExitStatus.REFUSED


def test_settings_are_shown_before_there_is_a_campaign(run: Guild, memory: MemoryHall) -> None:
    memory.settings = MemorySettingsSource({"hyperparams.seed": 7}, {"hyperparams.max_steps": 3})
    shown = run("config", "show", "--json")
    found = json.loads(shown.stdout)
    origins = {each["key"]: each["origin"]["layer"] for each in found["settings"]}
    assert "no campaign is active" in shown.stderr
    assert found["campaign"] is None
    assert origins["hyperparams.seed"] == "project file"
    assert origins["hyperparams.max_steps"] == "environment"
    assert origins["hyperparams.max_length"] == "schema default"
    got = run("config", "get", "hyperparams.seed")
    assert "hyperparams.seed\t7\tproject file" in got.stdout


def test_what_no_job_could_have_is_not_set(run: Guild, memory: MemoryHall) -> None:
    memory.enlist("first")
    for where in ("project", "campaign"):
        refused = run("config", "set", "profile.name", "nope", "--in", where)
        assert refused.exit_code == ExitStatus.NOT_FOUND
        assert "set by: config set" in refused.stderr
    assert memory.settings.project().values == {}


def test_nothing_is_archived_without_yes(run: Guild, memory: MemoryHall) -> None:
    memory.enlist("first")
    active = run("campaign", "archive", "first")
    assert active.exit_code == ExitStatus.HELD
    assert "is the active campaign" in active.stderr
    memory.enlist("second")
    asked = run("campaign", "archive", "first")
    assert (asked.exit_code, asked.stdout) == (ExitStatus.USAGE, "")
    assert "nothing was done: add --yes" in asked.stderr
    assert not memory.campaigns.get("first").archived
    assert run("campaign", "archive", "first", "--yes").exit_code == 0
    listed = run("campaign", "list", "--all").stdout.splitlines()
    assert listed[0].endswith("ARCHIVED")
    assert [line.rpartition("\t")[2] for line in listed[1:]] == ["yes", "no"]
    assert "first" not in run("campaign", "list").stdout


class OneBrokenHero(MemoryHeroCatalog):
    """A catalogue with one file that cannot be read."""

    def get(self, hero_id: str) -> Hero:
        if hero_id == "faraway":
            raise HeroFileError("faraway.yaml:3: 'id' is missing")
        return super().get(hero_id)


def test_a_hero_that_cannot_be_read_hides_no_other(run: Guild, memory: MemoryHall) -> None:
    memory.heroes = OneBrokenHero([a_hero(), a_hero("faraway")])
    listed = run("hero", "list")
    assert listed.exit_code == ExitStatus.UNHEALTHY
    assert "apprentice\t" in listed.stdout
    assert "faraway.yaml:3" in listed.stderr
    assert len(json.loads(run("hero", "list", "--json").stdout)["heroes"]) == 1


CREATE = ("campaign", "create", "first", "--hero", "apprentice")


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        (("--lr", "1"), 2, "Did you mean --learning-rate?"),
        (("--block-size", "9"), 2, "Did you mean --max-length?"),
        (("--sample-packing", "1"), 2, "Did you mean --set packing.enabled=VALUE?"),
        (("--seed", "1"), 2, "Did you mean --set hyperparams.seed=VALUE?"),
        (("--zork",), 2, "No such option"),
        (("--set", "hyperparams.seed=1", "--set", "hyperparams.seed=2"), 2, "give one of them"),
        (
            ("--set", "hyperparams.learning_rate=0.1", "--learning-rate", "0.2"),
            2,
            "--set hyperparams.learning_rate=0.1 and --learning-rate 0.2 both set",
        ),
        (("--learning-rate", "7"), 3, "hyperparams.learning_rate cannot be '7' (--learning-rate)"),
        (("--max-length", "201"), 3, "set by: campaign (--max-length)"),
        (("--set", "hyperparams.seed=-1"), 3, "cannot be '-1' (--set)"),
        (("--description", "hf_" + "a1B2" * 8), 3, "(--description)"),
    ],
)
def test_what_is_typed_wrongly_is_refused_by_the_name_that_was_typed(
    run: Guild, memory: MemoryHall, typed: tuple[str, ...], status: int, words: str
) -> None:
    refused = run(*CREATE, *typed)
    assert refused.exit_code == status, refused.output
    assert words in refused.stderr.replace("cannot be 7.0", "cannot be '7'").replace(
        "cannot be -1 ", "cannot be '-1' "
    )
    assert memory.campaigns.find() == []


def test_one_value_said_twice_is_one_value(run: Guild, memory: MemoryHall) -> None:
    twice = ("--max-steps", "7", "--set", "hyperparams.max_steps=7")
    assert run(*CREATE, *twice).exit_code == 0
    assert memory.campaigns.active().overrides == {"hyperparams.max_steps": 7}


def test_a_length_that_the_model_forced_is_told(run: Guild, memory: MemoryHall) -> None:
    memory.heroes = MemoryHeroCatalog([replace(a_hero(), training_defaults={})])
    told = run(*CREATE)
    assert "hyperparams.max_length is 200 in this campaign" in told.stderr


@pytest.mark.parametrize(
    "line", [("config", "import", "none.json"), ("campaign", "import", "none")]
)
def test_a_missing_file_of_a_predecessor_is_not_found(run: Guild, line: tuple[str, ...]) -> None:
    refused = run(*line)
    assert refused.exit_code == ExitStatus.NOT_FOUND
    assert "there is no such file" in refused.stderr
