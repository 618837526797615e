"""One row as the model would see it."""

import json
from pathlib import Path

import pytest

from application.use_cases.check_data import DataRequest
from application.use_cases.preview_row import NoSuchRowError, RowView
from domain.conversation import RowError
from domain.masking import marked
from tests.memory_hall import MemoryHall, rows

FILE = "july.jsonl"


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    return MemoryHall(tmp_path / "memory")


def view(
    hall: MemoryHall, content: bytes, number: int, *settings: str, selection: str = ""
) -> RowView:
    hall.shelf[FILE] = content
    request = DataRequest(
        location=FILE, selection=selection, hero="apprentice", assignments=settings
    )
    return hall.preview_row().execute(request, number)


def test_a_row_is_shown_after_profile_and_template(hall: MemoryHall) -> None:
    seen = view(hall, rows(4), 3, "profile.system_prompt=Be kind.")
    [part] = seen.parts
    assert marked(part.pieces).endswith("<user>what is 2?<end><assistant>⟦number 2<end>⟧")
    assert "Be kind." in marked(part.pieces)
    assert (part.trained, seen.format, seen.profile) == (9, "question/answer", "plain_sft 1")
    assert part.tokens > part.trained
    assert not seen.left_out


def test_it_is_held_out_where_a_job_holds_it_out(hall: MemoryHall) -> None:
    content = rows(30)
    held = [number for number in range(1, 31) if view(hall, content, number).held_out]
    hall.enlist()
    hall.add(FILE, content)
    job = hall.train()
    assert job is not None
    [receipt] = job.receipts
    assert len(held) == receipt.held_out > 0


def test_the_fingerprint_tells_rows_apart_whatever_the_profile(hall: MemoryHall) -> None:
    content = rows(2) + rows(1)
    said = [view(hall, content, number).fingerprint for number in (1, 2, 3)]
    assert said[0] == said[2] != said[1]
    assert view(hall, content, 1, "profile.system_prompt=Be kind.").fingerprint == said[0]


@pytest.mark.parametrize("number", [2, 5, 99])
def test_a_row_that_does_not_exist_is_refused_with_the_range(hall: MemoryHall, number: int) -> None:
    content = rows(1) + b"\n" + rows(2)
    with pytest.raises(NoSuchRowError, match=f"line {number}") as refused:
        view(hall, content, number)
    assert refused.value.fix == ("rows are on lines 1 to 4",)


def test_of_an_empty_file_no_row_exists(hall: MemoryHall) -> None:
    with pytest.raises(NoSuchRowError) as refused:
        view(hall, b"\n", 1)
    assert refused.value.fix == ("the file holds no rows",)


@pytest.mark.parametrize(
    ("row", "settings", "reason"),
    [
        (b"no json", (), "column 1"),
        (b'{"question": "", "answer": "x"}', (), "empty"),
        (b'{"question": "q", "answer": "(a"}', ("profile.name=regime3",), "turn 2"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(
    hall: MemoryHall, row: bytes, settings: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(RowError, match=r"line 4 cannot be used") as refused:
        view(hall, rows(3) + row + b"\n" + rows(2), 4, *settings)
    assert reason in str(refused.value)


@pytest.mark.parametrize("policy", ["refuse", "drop"])
def test_a_row_that_is_too_long_is_shown_whole_and_said_to_be(
    hall: MemoryHall, policy: str
) -> None:
    long = json.dumps({"question": "long " * 60, "answer": "x"}).encode()
    seen = view(hall, rows(3) + long, 4, f"data.over_long={policy}")
    assert seen.left_out
    assert seen.parts[0].tokens > 200


def test_a_row_that_is_cut_or_split_is_shown_as_it_is_trained(hall: MemoryHall) -> None:
    turns = [
        {"role": role, "content": role + "x" * 60}
        for _ in range(3)
        for role in ("user", "assistant")
    ]
    long = json.dumps({"messages": turns}).encode()
    split = view(hall, long, 1, "data.over_long=split_turns")
    cut = view(hall, long, 1, "data.over_long=truncate_prompt", "data.train_turns=last")
    assert len(split.parts) > 1
    assert all(part.tokens <= 200 and part.trained for part in split.parts)
    assert not split.left_out
    assert cut.lost > 0 or cut.left_out


def test_the_format_is_that_of_the_file_not_of_the_row_alone(hall: MemoryHall) -> None:
    both = {"text": "a text", "question": "q?", "answer": "a"}
    content = rows(1) + json.dumps(both).encode() + b"\n"
    assert view(hall, content, 2).format == "question/answer"


def test_a_line_among_selected_rows_keeps_its_number(hall: MemoryHall) -> None:
    assert view(hall, rows(9), 5, selection="[3:6]").number == 5
    with pytest.raises(NoSuchRowError) as refused:
        view(hall, rows(9), 2, selection="[3:6]")
    assert refused.value.fix == ("rows are on lines 4 to 6",)
