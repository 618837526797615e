"""What a person sees of heroes and their settings, without files, database or torch."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from application.ports.event_log import Append, campaign_stream
from domain.campaign_events import CampaignConfigured
from domain.errors import ExitStatus
from entrypoints import factories
from entrypoints.cli.app import App
from entrypoints.cli.main import guild
from tests.memory_hall import MemoryHall

Guild = Callable[..., Result]


@pytest.fixture(name="memory")
def _memory(tmp_path: Path) -> MemoryHall:
    return MemoryHall(tmp_path / "memory")


@pytest.fixture(name="run")
def _run(tmp_path: Path, memory: MemoryHall) -> Guild:
    hall = tmp_path / "hall"
    factories.create_hall(hall)

    def run(*line: str) -> Result:
        app = App(override=memory.providers())
        return CliRunner().invoke(guild, ["-C", str(hall), *line], obj=app)

    return run


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
