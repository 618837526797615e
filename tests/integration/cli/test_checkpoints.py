"""guild checkpoint, with the memory adapters behind the real command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from domain.checkpoint import OPTIMIZER
from entrypoints import factories
from entrypoints.cli.app import App
from entrypoints.cli.main import guild
from tests.contracts.checkpoint_store import flip
from tests.memory_hall import MemoryHall, rows

TINY = "0.000000001"


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    """A hall with two jobs of three checkpoints each."""
    hall = MemoryHall(tmp_path / "memory")
    hall.enlist("first", "hyperparams.save_steps=1", "checkpoint.budget=0")
    for number in range(2):
        hall.add(f"{number}.jsonl", rows(8, begin=100 * number))
        hall.train()
    factories.create_hall(tmp_path / "hall")
    return hall


def run(hall: MemoryHall, tmp_path: Path, *line: str) -> Result:
    app = App(home=str(tmp_path / "hall"), override=hall.providers())
    return CliRunner().invoke(guild, ["checkpoint", *line], obj=app)


def read(hall: MemoryHall, tmp_path: Path, *line: str) -> Any:
    ran = run(hall, tmp_path, *line, "--json")
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def steps(document: Any) -> list[int]:
    return [each["checkpoint"]["step"] for each in document["checkpoints"]]


def head_file(hall: MemoryHall) -> Path:
    head = hall.campaigns.active().head
    assert head is not None
    return Path(hall.checkpoints.locate(head)) / OPTIMIZER


def test_list_says_what_there_is_and_why(hall: MemoryHall, tmp_path: Path) -> None:
    found = read(hall, tmp_path, "list")
    assert steps(found) == [1, 2, 3, 4, 5, 6]
    assert found["checkpoints"][5]["kept_as"] == ["best", "head"]
    assert found["checkpoints"][2]["kept_as"] == ["parent"]
    assert found["bytes"] == sum(each["bytes"] for each in found["checkpoints"])
    shown = run(hall, tmp_path, "list").stdout.splitlines()
    assert shown[0].split("\t")[:3] == ["CHECKPOINT", "STEP", "BYTES"]
    assert len(shown) == 7


def test_list_of_all_campaigns(hall: MemoryHall, tmp_path: Path) -> None:
    hall.enlist("second")
    assert steps(read(hall, tmp_path, "list")) == []
    assert steps(read(hall, tmp_path, "list", "--campaign", "first")) == [1, 2, 3, 4, 5, 6]
    assert len(steps(read(hall, tmp_path, "list", "--all"))) == 6


def test_show_finds_a_checkpoint_by_step_digest_and_head(hall: MemoryHall, tmp_path: Path) -> None:
    shown = read(hall, tmp_path, "show", "checkpoint-3")
    assert shown["checkpoint"]["step"] == 3
    assert shown["on_shelf"]["kept_as"] == ["parent"]
    by_digest = read(hall, tmp_path, "show", shown["checkpoint"]["digest"][:10])
    assert by_digest == shown
    assert read(hall, tmp_path, "show", "@head")["checkpoint"]["step"] == 6


def test_what_is_not_there_is_not_found(hall: MemoryHall, tmp_path: Path) -> None:
    assert run(hall, tmp_path, "show", "checkpoint-77").exit_code == 4


def test_verify_tells_sound_from_broken(hall: MemoryHall, tmp_path: Path) -> None:
    assert read(hall, tmp_path, "verify")["broken"] == 0
    flip(head_file(hall))
    ran = run(hall, tmp_path, "verify", "--all", "--json")
    assert ran.exit_code == 9
    found = json.loads(ran.stdout)
    assert found["broken"] == 1
    problems = {each["checkpoint"]["step"]: each["problem"] for each in found["checkpoints"]}
    assert OPTIMIZER in problems[6]
    assert [step for step, problem in problems.items() if problem] == [6]
    assert run(hall, tmp_path, "verify", "@head").exit_code == 9
    assert run(hall, tmp_path, "verify", "checkpoint-3").exit_code == 0
    assert head_file(hall).exists()


def test_a_pin_shows_with_its_note_until_it_is_taken_away(hall: MemoryHall, tmp_path: Path) -> None:
    assert read(hall, tmp_path, "pin", "checkpoint-2", "--note", "mine")["pinned"]
    pinned = read(hall, tmp_path, "list")["checkpoints"][1]
    assert (pinned["kept_as"], pinned["note"]) == (["pinned"], "mine")
    assert not read(hall, tmp_path, "unpin", "checkpoint-2")["pinned"]
    assert read(hall, tmp_path, "list")["checkpoints"][1]["kept_as"] == []
    assert run(hall, tmp_path, "unpin", "checkpoint-2").exit_code == 3


@pytest.mark.parametrize("flags", [(), ("--dry-run",), ("--dry-run", "--yes")])
def test_prune_shows_its_plan_and_does_nothing_unless_told(
    hall: MemoryHall, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    plan = read(hall, tmp_path, "prune", "--budget", TINY, *flags)
    assert not plan["done"]
    assert [(each["checkpoint"]["step"], each["part"]) for each in plan["collections"]] == [
        (1, "whole"), (2, "whole"), (4, "whole"), (5, "whole"), (3, "optimizer")
    ]  # fmt: skip
    assert [each["checkpoint"]["step"] for each in plan["kept"]] == [6]
    assert len(steps(read(hall, tmp_path, "list"))) == 6


def test_prune_does_what_its_plan_says(hall: MemoryHall, tmp_path: Path) -> None:
    run(hall, tmp_path, "pin", "checkpoint-2")
    plan = read(hall, tmp_path, "prune", "--budget", TINY)
    done = read(hall, tmp_path, "prune", "--budget", TINY, "--yes")
    assert done == {**plan, "done": True}
    left = read(hall, tmp_path, "list")
    assert steps(left) == [2, 3, 6]
    assert left["bytes"] == done["left_bytes"]
    assert read(hall, tmp_path, "verify")["broken"] == 0
    gone = read(hall, tmp_path, "show", "checkpoint-1")
    assert (gone["collected"], gone["on_shelf"]) == ("whole", None)
    assert run(hall, tmp_path, "verify", "checkpoint-1").exit_code == 3


def test_prune_warns_when_what_is_held_takes_more_than_the_budget(
    hall: MemoryHall, tmp_path: Path
) -> None:
    assert "all are held" in run(hall, tmp_path, "prune", "--budget", TINY).stderr
    assert run(hall, tmp_path, "prune").stderr == ""


def test_people_see_why_each_goes_or_stays(hall: MemoryHall, tmp_path: Path) -> None:
    shown = run(hall, tmp_path, "prune", "--budget", TINY).stdout
    assert "all of it: nothing needs it" in shown
    assert "the rest is kept: parent" in shown
    assert "kept: best, head" in shown


@pytest.mark.parametrize("budget", ["nan", "inf", "-inf", "1e308", "0", "-1"])
def test_a_budget_is_a_number_with_an_end(hall: MemoryHall, tmp_path: Path, budget: str) -> None:
    ran = run(hall, tmp_path, "prune", "--budget", budget)
    assert (ran.exit_code, ran.stdout) == (2, "")


def test_prune_shows_and_removes_what_an_ended_job_left(hall: MemoryHall, tmp_path: Path) -> None:
    job = hall.jobs.find()[0]
    draft = hall.checkpoints.draft(job.campaign_id, job.id, job.checkpoints[0].fence, 9)
    Path(draft.location, "half").write_bytes(b"12345")
    (found,) = read(hall, tmp_path, "prune")["leftovers"]
    assert found["bytes"] == 5
    assert "a draft: its job was interrupted here" in run(hall, tmp_path, "prune").stdout
    assert Path(draft.location).exists()
    assert run(hall, tmp_path, "prune", "--yes").exit_code == 0
    assert not Path(draft.location).exists()


def test_prune_says_what_it_could_not_remove(hall: MemoryHall, tmp_path: Path) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("the folder is not yours")

    hall.checkpoint_shelf.collect = refuse  # type: ignore[method-assign]
    ran = run(hall, tmp_path, "prune", "--budget", TINY, "--yes", "--json")
    assert ran.exit_code == 9
    assert len(json.loads(ran.stdout)["failed"]) == 5
    assert "the folder is not yours" in ran.stderr
