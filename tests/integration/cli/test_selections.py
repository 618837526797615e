"""Rows of files and of saved data sets, named on the command line."""

import gzip
from pathlib import Path

import pytest

from tests.guild_cli import Hall, new_hall


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> Hall:
    hall = new_hall(tmp_path / "hall")
    hall.campaign()
    return hall


def queued(hall: Hall, name: object) -> tuple[int, str, str]:
    [job] = hall.json("queue", "add", str(name))["jobs"]
    data = job["dataset"]
    return data["rows"], data["name"], data["selection"]


def test_a_slice_and_a_sample_of_a_file_are_queued_and_shown(hall: Hall) -> None:
    lesson = hall.lesson(rows=40)
    assert queued(hall, f"{lesson}[0:10]") == (10, lesson.name, "[0:10]")
    assert queued(hall, f"{lesson}#7") == (7, lesson.name, "#7")
    assert queued(hall, lesson) == (40, lesson.name, "")
    shown = hall.ok("queue", "list").stdout
    for title in (f"{lesson.name}[0:10]", f"{lesson.name}#7", lesson.name):
        assert f"\t{title}\n" in shown


def test_the_same_rows_are_queued_once_however_they_are_written(hall: Hall) -> None:
    lesson = hall.lesson(rows=40)
    queued(hall, f"{lesson}[0:10]")
    refused = hall.run("queue", "add", f"{lesson}[:10]")
    assert refused.exit_code == 3
    assert "E_DUPLICATE" in refused.stderr


def test_a_sample_of_more_rows_than_there_are_takes_all_and_says_so(hall: Hall) -> None:
    lesson = hall.lesson(rows=40)
    added = hall.ok("queue", "add", f"{lesson}#50")
    assert "only 40 rows, all are taken" in added.stderr


def test_a_file_of_such_a_name_is_the_file(hall: Hall) -> None:
    lesson = hall.lesson(rows=40)
    odd = lesson.with_name("odd[0:5]")
    lesson.rename(odd)
    assert queued(hall, odd) == (40, "odd[0:5]", "")
    assert queued(hall, f"{odd}[0:5]") == (5, "odd[0:5]", "[0:5]")


@pytest.mark.parametrize(
    ("ending", "says"),
    [
        ("[-5:]", "negative"),
        ("#0", "at least one row"),
        (":train", "a file has no splits such as train"),
        ("[900:]", "no rows"),
    ],
)
def test_what_selects_nothing_is_refused(hall: Hall, ending: str, says: str) -> None:
    refused = hall.run("queue", "add", f"{hall.lesson()}{ending}")
    assert refused.exit_code == 3
    assert says in refused.stderr
    assert hall.json("queue", "list")["jobs"] == []


def test_packed_files_and_columns_are_taken_in_from_the_queue_folders(hall: Hall) -> None:
    folder = hall.root / "queue" / "high"
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(hall.lesson(rows=12).read_bytes()))
    (folder / "b.csv").write_text("question,answer\nwhat?,that\nwho?,me\n")
    for name in ("a.jsonl.gz", "b.csv"):
        (folder / f"{name}.done").touch()
    (folder / "c.xlsx").touch()
    hall.ok("queue", "add", str(hall.lesson(rows=5, seed=1)))
    listed = hall.ok("queue", "list")
    assert "a.jsonl.gz" in listed.stdout
    assert "b.csv" in listed.stdout
    assert "queue/high/c.xlsx is of no kind that guild takes in" in listed.stderr
    assert "queue/high/c.xlsx" in hall.run("doctor").stdout


@pytest.mark.parametrize(
    ("name", "status"),
    [("x" * 300, 3), ("a" * 5000 + "#5", 3), ("\udcff[0:1]", 4), ("2:3.jsonl", 4)],
)
def test_a_name_that_cannot_be_one_is_refused_as_a_file(hall: Hall, name: str, status: int) -> None:
    refused = hall.run("queue", "add", name)
    assert refused.exit_code == status
    assert "cannot read" in refused.stderr


def test_a_file_that_is_trained_at_once_takes_no_false_selection(hall: Hall) -> None:
    place = hall.root.parent / "model"
    line = ("--hero", "tiny-qwen3", "--output", str(place))
    refused = hall.run("train", "file", f"{hall.lesson()}[-5:]", *line)
    assert refused.exit_code == 3
    assert "negative" in refused.stderr
    assert list(place.parent.glob(".model*")) == []


@pytest.mark.slow
def test_a_saved_data_set_and_a_table_are_queued(hall: Hall, tmp_path: Path) -> None:
    import datasets

    datasets.disable_progress_bars()
    rows = [{"question": f"what is {number}?", "answer": str(number)} for number in range(30)]
    made = datasets.Dataset.from_list(rows)
    datasets.DatasetDict(train=made).save_to_disk(str(tmp_path / "saved"))
    made.to_parquet(str(tmp_path / "table.parquet"))
    assert queued(hall, tmp_path / "saved:train[3:20]") == (17, "saved:train[3:20]", "")
    assert queued(hall, tmp_path / "table.parquet[0:9]") == (9, "table.parquet", "[0:9]")
    assert "name a split" in hall.run("queue", "add", str(tmp_path / "saved")).stderr
    assert list((hall.root / ".guild" / "incoming").iterdir()) == []
