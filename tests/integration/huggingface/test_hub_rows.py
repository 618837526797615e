"""Saved data sets and those of the Hub, as JSON lines."""

import json
import math
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from application.ports.dataset_source import DataLineError, DatasetUnavailableError
from domain.errors import ExitStatus
from domain.selection import parse_reference

pytestmark = pytest.mark.slow
ROWS = [{"question": f"what is {number}?", "answer": "é " * number} for number in range(30)]


@pytest.fixture(scope="module", name="saved")
def _saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import datasets

    datasets.disable_progress_bars()
    folder = tmp_path_factory.mktemp("sets")
    one = datasets.Dataset.from_list(ROWS)
    one.save_to_disk(str(folder / "one"), num_shards=3)
    datasets.DatasetDict(train=one, test=one.select(range(2))).save_to_disk(str(folder / "two"))
    return folder


def exported(text: str, target: Path) -> list[Any]:
    from adapters.huggingface.hub_rows import export

    export(parse_reference(text), target)
    return [json.loads(line) for line in target.read_text().splitlines()]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("one", ROWS),
        ("one[5:7]", ROWS[5:7]),
        ("two:train", ROWS),
        ("two:test", ROWS[:2]),
        ("two:train[28:]", ROWS[28:]),
        ("two:test#9", ROWS[:2]),
    ],
)
def test_the_selected_rows_of_a_saved_data_set_are_written(
    saved: Path, tmp_path: Path, name: str, rows: list[Any]
) -> None:
    assert exported(f"{saved}/{name}", tmp_path / "rows.jsonl") == rows


def test_a_sample_of_a_saved_data_set_is_always_the_same(saved: Path, tmp_path: Path) -> None:
    some = exported(f"{saved}/one#5", tmp_path / "some.jsonl")
    assert len(some) == 5
    assert some == exported(f"{saved}/two:train#5", tmp_path / "others.jsonl")


@pytest.mark.parametrize(
    ("name", "why"),
    [("two", "its splits: train, test"), ("two:dev", "train, test"), ("one:train", "none")],
)
def test_a_split_that_is_not_there_is_refused_with_those_that_are(
    saved: Path, tmp_path: Path, name: str, why: str
) -> None:
    with pytest.raises(DataLineError, match="cannot be read as a saved data set") as refused:
        exported(f"{saved}/{name}", tmp_path / "rows.jsonl")
    assert why in refused.value.why


def test_what_json_does_not_know_is_written_as_null_or_text(tmp_path: Path) -> None:
    import datasets

    row = {"a": math.nan, "b": {"c": [math.inf, 1.5]}, "d": datetime(2026, 11, 22, tzinfo=UTC)}
    datasets.Dataset.from_list([row]).save_to_disk(str(tmp_path / "odd"))
    [found] = exported(f"{tmp_path}/odd", tmp_path / "rows.jsonl")
    assert (found["a"], found["b"]) == (None, {"c": [None, 1.5]})
    assert found["d"].startswith("2026-11-22")


def test_a_broken_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "state.json").write_text("{}")
    with pytest.raises(DataLineError):
        exported(f"{tmp_path}/broken", tmp_path / "rows.jsonl")


@pytest.mark.parametrize("name", ["hub:../x", "hub:a/b/c/d", "hub:", "hub:a b", "hub:json"])
def test_what_is_no_name_on_the_hub_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json").mkdir()
    with pytest.raises(DatasetUnavailableError, match="cannot be read from the Hub"):
        exported(f"{name}:train", tmp_path / "rows.jsonl")


def test_without_the_hub_it_is_refused_as_nothing_that_can_be_done_here(tmp_path: Path) -> None:
    guild = str(Path(sys.executable).parent / "guild")
    hall = str(tmp_path / "hall")
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "cache")}

    def run(*line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [guild, *line], capture_output=True, text=True, check=False, env=offline
        )

    run("init", hall)
    run("-C", hall, "campaign", "create", "first", "--hero", "tiny-qwen3")
    for name in ("hub:owner/name:train[0:10]", "hub:owner/name"):
        refused = run("-C", hall, "queue", "add", name)
        assert refused.returncode == ExitStatus.CANNOT_HERE, refused.stderr
        assert "hub:owner/name cannot be read from the Hub" in refused.stderr
        assert "HF_HUB_OFFLINE" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert list(Path(hall, ".guild", "incoming").iterdir()) == []
