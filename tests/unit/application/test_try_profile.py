"""What a profile makes of the rows of a file."""

from pathlib import Path

import pytest

from application.ports.profile_catalog import ProfileNotFoundError
from application.use_cases.preview_row import NoSuchRowError
from application.use_cases.try_profile import Trial
from domain.conversation import Conversation
from tests.memory_hall import MemoryHall, rows

FILE = "july.jsonl"


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    return MemoryHall(tmp_path / "memory")


def trial(
    hall: MemoryHall,
    content: bytes,
    profile: str,
    *settings: str,
    number: int | None = None,
    in_hall: bool = False,
) -> Trial:
    hall.shelf[FILE] = content
    chosen = hall.rehearsal().profile_settings(profile, settings, in_hall=in_hall)
    return hall.try_profile().execute(FILE, "", chosen, number)


def test_three_rows_are_shown_and_all_are_tried(hall: MemoryHall) -> None:
    content = rows(4) + b'{"question": "q", "answer": "(a"}\nno json\n' + rows(1)
    found = trial(hall, content, "regime3", "regime3.operator_case=upper")
    assert (found.rows, found.bad_count, found.format) == (7, 7, "question/answer")
    wrapped = trial(hall, content, "regime3", "regime3.strict=false")
    assert (wrapped.rows, [each.number for each in wrapped.bad]) == (7, [6])
    assert [each.number for each in wrapped.changes] == [1, 2, 3]


def test_before_and_after_are_told_apart(hall: MemoryHall) -> None:
    [change] = trial(hall, rows(3), "emoji_think", number=2).changes
    assert isinstance(change.before, Conversation)
    assert isinstance(change.after, Conversation)
    assert change.before.answer == "number 1"
    assert "number 1" in change.after.answer != change.before.answer


def test_a_text_has_no_turns_to_rewrite(hall: MemoryHall) -> None:
    content = b'{"text": "once"}\n'
    assert trial(hall, content, "plain_sft").bad_count == 0
    assert "rewrites turns" in trial(hall, content, "emoji_think").bad[0].problem


def test_a_row_that_does_not_exist_and_an_unknown_profile_are_refused(hall: MemoryHall) -> None:
    with pytest.raises(NoSuchRowError):
        trial(hall, rows(3), "plain_sft", number=4)
    with pytest.raises(ProfileNotFoundError):
        trial(hall, rows(3), "nope")


def test_the_settings_are_those_of_the_active_campaign_and_the_name_wins(hall: MemoryHall) -> None:
    assert trial(hall, rows(1), "plain_sft", in_hall=True).profile == "plain_sft 1"
    hall.enlist("first", "regime3.strict=false", "profile.name=emoji_think")
    found = trial(hall, rows(2), "regime3", "profile.name=plain_sft", in_hall=True)
    assert (found.profile, found.bad_count) == ("regime3 1", 0)
    assert trial(hall, rows(2), "regime3").bad_count == 2
