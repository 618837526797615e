"""One file into one folder, on adapters without torch."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters.memory.settings_source import MemorySettingsSource
from adapters.memory.trainer import MemoryTrainer
from domain.result import Cause, TrainingError
from entrypoints.cli.app import App
from entrypoints.cli.main import guild
from tests.memory_hall import MemoryHall, rows

Guild = Callable[..., Result]


@pytest.fixture(name="memory")
def _memory(tmp_path: Path) -> MemoryHall:
    memory = MemoryHall(tmp_path / "memory")
    memory.shelf[str(tmp_path / "july.jsonl")] = rows(12)
    return memory


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Path:
    return tmp_path / "out" / "model"


@pytest.fixture(name="run")
def _run(tmp_path: Path, memory: MemoryHall, place: Path) -> Guild:
    def run(*line: str, hero: str = "apprentice") -> Result:
        file = str(tmp_path / "july.jsonl")
        words = ["train", "file", file, "--hero", hero, "--output", str(place), *line]
        return CliRunner().invoke(guild, ["--quiet", *words], obj=App(override=memory.providers()))

    return run


def test_a_file_is_trained_and_only_the_model_stays(run: Guild, place: Path) -> None:
    done = run("--json", "--max-steps", "2")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["schema"] == "guild.train.file/1"
    assert (document["job"]["final_step"], document["model"]) == (2, str(place))
    assert document["hall"] is None
    assert list(place.parent.iterdir()) == [place]


@pytest.mark.parametrize("taken", ["file", "folder"])
def test_what_lies_in_the_place_of_the_model_is_never_touched(
    run: Guild, place: Path, taken: str
) -> None:
    mine = place / "mine" if taken == "folder" else place
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    refused = run("--json")
    assert refused.exit_code == 5
    assert json.loads(refused.stderr)["error"]["code"] == "E_NAME_TAKEN"
    assert mine.read_text() == "mine"
    assert list(place.parent.iterdir()) == [place]


def test_an_empty_folder_is_free(run: Guild, place: Path) -> None:
    place.mkdir(parents=True)
    assert run().exit_code == 0


@pytest.mark.parametrize(
    ("line", "hero", "status"),
    [
        ((), "nobody", 4),
        ((), "faraway", 6),
        (("--set", "hyperparams.learning_rat=1"), "apprentice", 3),
        (("--set", "hyperparams.max_length=201"), "apprentice", 3),
    ],
)
def test_what_is_refused_early_leaves_nothing_behind(
    run: Guild, place: Path, line: tuple[str, ...], hero: str, status: int
) -> None:
    assert run(*line, hero=hero).exit_code == status
    assert list(place.parent.iterdir()) == []


def test_a_hall_whose_job_ended_badly_is_kept_and_named(
    run: Guild, memory: MemoryHall, place: Path
) -> None:
    memory.trainer = MemoryTrainer(faults={2: TrainingError(Cause.DIVERGED, "the loss is nan")})
    ended = run("--json")
    assert ended.exit_code == 7
    document = json.loads(ended.stdout)
    (hall,) = place.parent.iterdir()
    assert (document["model"], document["hall"]) == (None, str(hall))
    assert document["job"]["status"] == "failed"
    assert f"kept: {hall}" in ended.stderr
    assert (hall / "guild.yaml").exists()


def test_a_hall_is_kept_and_named_when_guild_itself_breaks(
    run: Guild, memory: MemoryHall, place: Path
) -> None:
    memory.trainer = MemoryTrainer(faults={1: ValueError("a fault of guild")})
    ended = run()
    assert isinstance(ended.exception, ValueError)
    (hall,) = place.parent.iterdir()
    assert f"kept: {hall}" in ended.stderr


def test_settings_on_the_line_beat_the_environment(run: Guild, memory: MemoryHall) -> None:
    memory.settings = MemorySettingsSource(environment={"hyperparams.max_steps": 1})
    done = run("--json", "--max-steps", "2")
    assert json.loads(done.stdout)["job"]["final_step"] == 2
