import json
from pathlib import Path

import pytest

from adapters.filesystem.dataset_source import FilesystemDatasetSource
from adapters.filesystem.inbox import FilesystemInbox
from application.ports.dataset_source import DataLineError
from domain.dataset import Priority
from tests.builders import NOON
from tests.contracts.inbox import MORE, ROWS
from tests.integration.filesystem.around import Around

EVERY_NAME = [
    "two words.jsonl",
    "éè 🤔.jsonl",
    "new\nline.jsonl",
    "-rf.jsonl",
    "a;b$(c)'\"d.jsonl",
    "\u202egnp.jsonl",
    "cafe\u0301.jsonl",
    "caf\u00e9.jsonl",
    "\udcff\udcfe.jsonl",
    "x" * (255 - len(".jsonl")) + ".jsonl",
    "🤔" * 62 + ".jsonl",
    "a..jsonl",
]


@pytest.mark.parametrize("name", EVERY_NAME)
@pytest.mark.parametrize("refusal", ["", "no answer"])
def test_fault_38_a_file_of_any_name_is_taken_in_or_set_aside(
    inbox: FilesystemInbox, outside: Around, hall: Path, name: str, refusal: str
) -> None:
    outside.drop(name, ROWS)
    outside.drop(name, MORE, Priority.LOW)
    for arrival in inbox.arrivals():
        assert arrival.name.isprintable()
        staged = inbox.stage(arrival.location)
        assert staged.dataset.name == arrival.name
        assert list(FilesystemDatasetSource(hall).rows_at(staged.location))
        inbox.keep(staged)
        inbox.clear(arrival, refusal)
    assert list(inbox.arrivals()) == []
    assert len(list((hall / "datasets").iterdir())) == 2
    expected = sorted([(ROWS, refusal), (MORE, refusal)]) if refusal else []
    assert sorted(outside.set_aside()) == expected


def test_what_is_said_about_a_line_names_the_file_and_not_the_copy(
    inbox: FilesystemInbox, outside: Around, hall: Path
) -> None:
    staged = inbox.stage(outside.place("rows.json", b'[{"a": 1}'))
    with pytest.raises(DataLineError, match=r"^rows\.json, line 1"):
        list(FilesystemDatasetSource(hall).rows_at(staged.location))


def test_a_refused_file_never_takes_the_place_of_another(
    inbox: FilesystemInbox, outside: Around, hall: Path
) -> None:
    for number in range(3):
        outside.drop("rows.jsonl", ROWS * (number + 1))
        inbox.clear(inbox.arrivals()[0], refusal="no")
    rejected = {path.name for path in (hall / "queue" / "rejected").glob("*.jsonl")}
    assert rejected == {"rows.jsonl", "rows-2.jsonl", "rows-3.jsonl"}
    note = json.loads((hall / "queue" / "rejected" / "rows-2.jsonl.reason.json").read_text())
    assert list(note) == ["schema", "name", "reason", "at"]
    assert note["name"] == "rows.jsonl"
    assert note["at"] == NOON.isoformat()


def test_a_refused_file_does_not_replace_one_that_somebody_put_there(
    inbox: FilesystemInbox, outside: Around, hall: Path
) -> None:
    rejected = hall / "queue" / "rejected"
    rejected.mkdir(parents=True)
    (rejected / "rows.jsonl").write_bytes(b"mine")
    outside.drop("rows.jsonl", ROWS)
    inbox.clear(inbox.arrivals()[0], refusal="no")
    assert (rejected / "rows.jsonl").read_bytes() == b"mine"
    assert (rejected / "rows-2.jsonl").read_bytes() == ROWS
