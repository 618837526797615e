"""One file into one folder, on adapters without torch."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters.memory.settings_source import MemorySettingsSource
from adapters.memory.trainer import MemoryTrainer
from adapters.yaml_config.hero_writer import write_new
from domain.result import Cause, TrainingError
from entrypoints.cli.app import App
from entrypoints.cli.main import guild
from entrypoints.factories import create_hall
from tests.memory_hall import SMALL, MemoryHall, a_hero, rows

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


def hero_file(folder: Path, hero_id: str, steps: int, *, says: str = "") -> Path:
    """Write a hero of the memory's model that takes so many steps."""
    folder.mkdir(parents=True, exist_ok=True)
    hero = replace(
        a_hero(hero_id),
        training_defaults={**SMALL, "hyperparams.max_steps": steps},
    )
    write_new(folder, hero)
    path = folder / f"{hero_id}.yaml"
    path.write_text(path.read_text().replace(f"id: {hero_id}", f"id: {says or hero_id}"))
    return path


@pytest.fixture(name="around")
def _around(tmp_path: Path) -> Path:
    """A hall with a hero of its own, and one that stands over a shipped one."""
    hall = tmp_path / "around"
    create_hall(hall)
    hero_file(hall / "heroes", "squire", steps=1)
    hero_file(hall / "heroes", "tiny-qwen3", steps=2)
    return hall


@pytest.fixture(name="teach")
def _teach(tmp_path: Path, memory: MemoryHall, place: Path) -> Guild:
    """Train with the heroes that lie in files."""

    def teach(hero: str, *line: str) -> Result:
        adapters = {name: each for name, each in memory.providers().items() if name != "heroes"}
        file = str(tmp_path / "july.jsonl")
        words = ["--json", "train", "file", file, "--hero", hero, "--output", str(place), *line]
        return CliRunner().invoke(guild, ["--quiet", *words], obj=App(override=adapters))

    return teach


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("trained", [("squire", 1), ("tiny-qwen3", 2)])
@pytest.mark.parametrize("way", ["-C", "GUILD_HOME", "nearest"])
def test_a_hall_lends_its_heroes_and_is_not_changed(
    teach: Guild, around: Path, way: str, trained: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ["-C", str(around)] if way == "-C" else []
    if way == "GUILD_HOME":
        monkeypatch.setenv("GUILD_HOME", str(around))
    if way == "nearest":
        monkeypatch.chdir(around / "heroes")
    before = files(around)
    done = teach(trained[0], *line)
    assert done.exit_code == 0, done.output
    job = json.loads(done.stdout)["job"]
    assert (job["hero_id"], job["final_step"]) == trained
    assert files(around) == before


def test_a_hero_of_a_file_needs_no_hall(
    teach: Guild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hero_file(tmp_path / "mine", "page", steps=3)
    monkeypatch.chdir(tmp_path / "mine")
    monkeypatch.setenv("GUILD_HOME", str(tmp_path / "nowhere"))
    done = teach("page.yaml")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["job"]["final_step"] == 3


def test_a_hall_that_is_kept_keeps_the_hero(
    teach: Guild, memory: MemoryHall, tmp_path: Path, place: Path
) -> None:
    memory.trainer = MemoryTrainer(faults={1: TrainingError(Cause.DIVERGED, "the loss is nan")})
    mine = hero_file(tmp_path / "mine", "page", steps=3)
    ended = teach(str(mine))
    assert ended.exit_code == 7, ended.output
    (hall,) = place.parent.iterdir()
    assert (hall / "heroes" / "page.yaml").read_bytes() == mine.read_bytes()


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        (("knight", "-C", "{around}"), 4, "squire"),
        (("squire",), 4, "tiny-qwen3"),
        (("tiny-qwen3", "-C", "{around}/nowhere"), 4, "there is no hall at"),
        (("{around}/heroes/none.yaml",), 4, "there is no file"),
        (("{around}/heroes/other.yaml",), 3, "the id is 'another'"),
        (("{around}/heroes",), 4, "there is no hero"),
    ],
)
def test_a_hero_that_nobody_knows_is_refused_and_nothing_is_left(
    teach: Guild, around: Path, asked: tuple[str, ...], status: int, words: str
) -> None:
    hero_file(around / "heroes", "other", steps=1, says="another")
    refused = teach(*(part.format(around=around) for part in asked))
    assert refused.exit_code == status, refused.output
    assert words in refused.stderr
    assert list(around.parent.glob("out/*")) == []


def test_the_heroes_of_a_hall_to_which_others_may_write_are_not_used(
    teach: Guild, around: Path
) -> None:
    around.chmod(0o777)
    refused = teach("tiny-qwen3", "-C", str(around))
    assert "E_HALL_UNSAFE" in refused.stderr


def test_settings_on_the_line_beat_the_environment(run: Guild, memory: MemoryHall) -> None:
    memory.settings = MemorySettingsSource(environment={"hyperparams.max_steps": 1})
    done = run("--json", "--max-steps", "2")
    assert json.loads(done.stdout)["job"]["final_step"] == 2
