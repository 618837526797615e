"""A dataset checked as a job would, without one."""

import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.memory.dataset_source import MemoryDatasetSource
from adapters.memory.model_loader import MemoryModelLoader
from application.data_report import DataReport
from application.ports.campaign_repository import NoActiveCampaignError
from application.ports.event_log import START
from application.ports.model_loader import ModelUnavailableError
from application.ports.profile_catalog import ProfileNotFoundError
from application.ports.settings_source import BadSettingError
from application.use_cases.check_data import CheckData, DataRequest
from domain.rows import BadRow, NumberedRow
from tests.memory_hall import MemoryHall, rows

FILE = "july.jsonl"


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    return MemoryHall(tmp_path / "memory")


def line(question: str, answer: str, **more: Any) -> bytes:
    return json.dumps({"question": question, "answer": answer, **more}).encode() + b"\n"


def check(
    hall: MemoryHall,
    content: bytes | None = None,
    *settings: str,
    selection: str = "",
    hero: str | None = "apprentice",
) -> DataReport:
    hall.shelf[FILE] = rows(12) if content is None else content
    request = DataRequest(location=FILE, selection=selection, hero=hero, assignments=settings)
    return hall.check_data().execute(request)


def codes(report: DataReport) -> list[str]:
    return [type(each.error).__name__ for each in report.refusals]


def test_a_good_file_is_measured_and_nothing_is_kept(hall: MemoryHall) -> None:
    shelf = {FILE: rows(12)}
    report = check(hall)
    assert report.ok
    assert report.receipt is not None
    assert report.lengths is not None
    assert report.room is not None
    assert (report.notes.read, report.notes.format) == (12, "question/answer")
    assert report.receipt.rows + report.receipt.held_out == 12
    assert report.lengths.least <= report.lengths.median <= report.lengths.p95
    assert len(report.receipt.samples) == 2
    assert "⟦number 0<end>⟧" in report.receipt.samples[0]
    assert hall.shelf == shelf
    assert hall.log.read_after(START) == []


def test_it_finds_what_the_receipts_of_a_job_say(hall: MemoryHall) -> None:
    content = rows(20) + rows(3) + b"no json\n" + line("long " * 60, "x")
    wishes = ("data.bad_rows=drop", "data.over_long=drop", "packing.enabled=true")
    hall.enlist("first", *wishes)
    report = check(hall, content, hero=None)
    hall.add(FILE, content)
    job = hall.train()
    assert job is not None
    assert report.ok
    [receipt], [packing] = job.receipts, job.packings
    assert report.receipt == replace(receipt, held_out_digest="")
    assert report.room is not None
    assert report.room.packed == packing.packed
    assert (receipt.duplicates, receipt.bad_rows, receipt.over_long) == (3, 1, 1)


@pytest.mark.parametrize("size", [1, 3, 48])
@pytest.mark.parametrize("packed", ["true", "false"])
def test_room_is_that_of_the_packing_receipt(hall: MemoryHall, packed: str, size: int) -> None:
    wishes = (f"packing.enabled={packed}", f"hyperparams.per_device_train_batch_size={size}")
    hall.enlist("first", *wishes)
    report = check(hall, rows(40), hero=None)
    hall.add(FILE, rows(40))
    job = hall.train()
    assert job is not None
    assert report.room is not None
    [packing] = job.packings
    assert (report.room.packed, report.room.batches) == (packing.packed, packing.batches)
    assert report.room.fill == pytest.approx(packing.fill)


def test_every_kind_of_fault_is_found_in_one_run(hall: MemoryHall) -> None:
    content = (
        rows(6)
        + b"no json\n"
        + line("", "x")
        + line("why?", "because", system=5)
        + json.dumps({"question": "a", "answer": ["b"]}).encode()
        + b"\n"
        + rows(2)
        + line("long " * 60, "x")
    )
    report = check(hall, content)
    assert codes(report) == ["BadRowsError", "TooLongError"]
    assert [each.number for each in report.notes.bad][:2] == [7, 8]
    assert report.notes.over_long == [13]
    assert report.notes.longest > 200
    assert report.receipt is not None
    assert report.receipt.duplicates == 2
    assert report.receipt.bad_rows == report.notes.bad_count


def test_bad_rows_are_counted_to_the_end_where_a_job_gives_up_earlier(hall: MemoryHall) -> None:
    report = check(hall, b"no json\n" * 1500 + rows(3))
    assert (report.notes.bad_count, report.notes.read) == (1500, 1503)
    assert len(report.notes.bad) == 100
    assert report.receipt is not None


def silent(kind: str, *, trained: int) -> bytes:
    """Write a row of which all is trained, or nothing."""
    said = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]
    row: dict[str, Any] = {"messages": [said[0], {**said[1], "weight": trained}]}
    if kind == "tokens":
        row = {"input_ids": [70, 71, 0], "labels": [70, 71, 0] if trained else [-100] * 3}
    return json.dumps(row).encode() + b"\n"


@pytest.mark.parametrize("kind", ["messages", "tokens"])
def test_rows_of_which_nothing_is_trained_are_counted(hall: MemoryHall, kind: str) -> None:
    content = silent(kind, trained=1) * 3 + silent(kind, trained=0) * 2 + b"no json\n"
    report = check(hall, content)
    assert (report.notes.untrained, report.notes.bad_count) == (2, 3)
    assert codes(report) == ["BadRowsError"]


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"", "RowError"),
        (b"\n\n", "RowError"),
        (b'{"color": "red"}\n', "RowError"),
        (b"no json\n", "BadRowsError"),
        (b"\xff\xfe1", "UnreadableFileError"),
        (line("long " * 60, "x"), "TooLongError"),
    ],
)
def test_a_file_that_leaves_nothing_is_refused_once(
    hall: MemoryHall, content: bytes, refused: str
) -> None:
    report = check(hall, content)
    assert codes(report) == [refused]
    assert report.receipt is report.lengths is report.room is None


def test_where_all_too_long_rows_are_dropped_nothing_is_left(hall: MemoryHall) -> None:
    report = check(hall, line("long " * 60, "x"), "data.over_long=drop")
    assert codes(report) == ["RowError"]


def test_a_file_that_is_not_there_is_a_refusal_of_its_own(hall: MemoryHall) -> None:
    report = hall.check_data().execute(DataRequest(location="gone", hero="apprentice"))
    assert codes(report) == ["MissingFileError"]


def test_faults_of_the_file_of_the_validation_are_told_with_its_name(hall: MemoryHall) -> None:
    hall.shelf["fixed.jsonl"] = rows(9) + b"no json\n"
    named = "data.validation_dataset_path=fixed.jsonl"
    report = check(hall, b"no json\n" + rows(12), named)
    assert [each.about for each in report.refusals] == ["", "fixed.jsonl"]
    dropped = check(hall, rows(12), named, "data.bad_rows=drop", "data.validation_max_samples=4")
    assert dropped.ok
    assert dropped.receipt is not None
    assert (dropped.receipt.rows, dropped.receipt.held_out) == (8, 4)
    assert dropped.receipt.also_measured == 4


def test_only_selected_rows_are_checked(hall: MemoryHall) -> None:
    assert check(hall, rows(12) + b"no json\n", selection="[0:5]").notes.read == 5
    assert check(hall, rows(12), selection="#3").notes.read == 3


def test_settings_profiles_heroes_and_models_are_refused_at_once(hall: MemoryHall) -> None:
    with pytest.raises(BadSettingError, match="reads 200 tokens"):
        check(hall, None, "hyperparams.max_length=201")
    with pytest.raises(ProfileNotFoundError):
        check(hall, None, "profile.name=nope")
    with pytest.raises(ModelUnavailableError):
        check(hall, hero="faraway")
    with pytest.raises(NoActiveCampaignError):
        check(hall, hero=None)


def test_the_settings_of_the_active_campaign_hold(hall: MemoryHall) -> None:
    hall.enlist("first", "profile.system_prompt=Be kind.", "data.validation_split=0")
    report = check(hall, hero=None)
    assert report.receipt is not None
    assert report.receipt.held_out == 0
    assert "Be kind." in report.receipt.samples[0]
    other = check(hall, None, "profile.system_prompt=Be brief.", hero=None)
    assert other.receipt is not None
    assert "Be brief." in other.receipt.samples[0]


def test_a_template_that_is_replaced_is_told(hall: MemoryHall) -> None:
    hall.models = MemoryModelLoader(thinking=["apprentice"])
    report = check(hall, None, "profile.name=emoji_think", "data.over_long=drop")
    assert report.receipt is not None
    assert report.receipt.template_replaced
    assert report.receipt.remarks


def test_samples_are_never_held_out_rows(hall: MemoryHall) -> None:
    report = check(hall, rows(30), "data.validation_split=0.5")
    assert report.receipt is not None
    for sample in report.receipt.samples:
        number = sample.split("number ")[1].split("<end>")[0]
        view = hall.preview_row().execute(
            DataRequest(
                location=FILE, hero="apprentice", assignments=("data.validation_split=0.5",)
            ),
            int(number) + 1,
        )
        assert not view.held_out


class _Endless(MemoryDatasetSource):
    """Makes rows as they are asked for."""

    def __init__(self, count: int) -> None:
        super().__init__({})
        self._count = count

    def rows_at(self, location: str) -> Iterator[NumberedRow | BadRow]:
        for number in range(1, self._count + 1):
            yield number, {"question": f"{number} ".ljust(40, "q"), "answer": "a" * 40}


def _peak(hall: MemoryHall, count: int) -> int:
    check_data = CheckData(datasets=_Endless(count), rehearsal=hall.rehearsal())
    tracemalloc.start()
    report = check_data.execute(DataRequest(location="", hero="apprentice"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.notes.read == count
    assert report.ok
    return peak


def test_memory_holds_a_few_numbers_for_each_row(hall: MemoryHall) -> None:
    few, many = 1024, 2048
    grown = (_peak(hall, many) - _peak(hall, few)) / (many - few)
    tokens_in_a_tuple = 85 * 8
    assert grown < 300 < tokens_in_a_tuple


def test_a_row_that_is_split_counts_once_among_duplicates(hall: MemoryHall) -> None:
    turns = [
        {"role": role, "content": f"{role} says something {number} " + "x" * 40}
        for number in range(4)
        for role in ("user", "assistant")
    ]
    content = (json.dumps({"messages": turns}).encode() + b"\n") * 2
    report = check(hall, content, "data.over_long=split_turns", "data.validation_split=0")
    assert report.receipt is not None
    assert (report.receipt.split, report.receipt.duplicates) == (2, 1)
    assert report.receipt.rows > 2


def test_rows_of_the_validation_file_are_told_as_a_job_tells_them(hall: MemoryHall) -> None:
    hall.shelf["held.jsonl"] = rows(6)
    hall.enlist("first", "data.validation_dataset_path=held.jsonl", "data.validation_max_samples=4")
    report = check(hall, rows(20), hero=None)
    hall.add(FILE, rows(20))
    job = hall.train()
    assert job is not None
    [receipt] = job.receipts
    assert (receipt.rows, receipt.held_out, receipt.also_measured) == (16, 4, 4)
    assert report.receipt == replace(receipt, held_out_digest="")
