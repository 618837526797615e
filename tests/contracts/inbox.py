"""What every inbox owes."""

import hashlib
from collections.abc import Sequence
from typing import Protocol

import pytest

from application.ports.inbox import Inbox, UnreadableFileError
from domain.dataset import Priority

ROWS = '{"question": "2 + 3?", "answer": "5 🤔"}\n'.encode()
MORE = ROWS * 3


class Outside(Protocol):
    """What somebody can do who goes around the inbox."""

    def drop(self, name: str, content: bytes, priority: Priority = Priority.NORMAL) -> None:
        """Put a finished file into a queue folder."""

    def place(self, name: str, content: bytes) -> str:
        """Put a file somewhere else, or change it; give its location."""

    def read(self, location: str) -> bytes:
        """Read any file."""

    def kept(self, sha256: str) -> bytes | None:
        """Read a kept dataset, None where there is none."""

    def leavings(self) -> int:
        """Count the staged copies that lie around."""

    def set_aside(self) -> Sequence[tuple[bytes, str]]:
        """Give what was refused, with the reasons."""


class InboxContract:
    """Subclasses give an empty inbox, and what can be done around it."""

    @pytest.fixture
    def inbox(self) -> Inbox:
        raise NotImplementedError

    @pytest.fixture
    def outside(self, inbox: Inbox) -> Outside:
        raise NotImplementedError

    def test_nothing_arrives_by_itself(self, inbox: Inbox) -> None:
        assert list(inbox.arrivals()) == []

    def test_what_arrives_has_the_priority_of_its_folder_and_comes_oldest_first(
        self, inbox: Inbox, outside: Outside
    ) -> None:
        order = [("b.jsonl", Priority.LOW), ("c.jsonl", Priority.HIGH), ("a.jsonl", Priority.LOW)]
        for name, priority in order:
            outside.drop(name, ROWS, priority)
        assert [(arrival.name, arrival.priority) for arrival in inbox.arrivals()] == order

    def test_files_of_one_name_in_two_folders_are_two_arrivals(
        self, inbox: Inbox, outside: Outside
    ) -> None:
        outside.drop("a.jsonl", ROWS, Priority.HIGH)
        outside.drop("a.jsonl", MORE, Priority.LOW)
        high, low = inbox.arrivals()
        assert inbox.stage(high.location).dataset.size == len(ROWS)
        assert inbox.stage(low.location).dataset.size == len(MORE)

    def test_a_staged_file_is_known_by_name_size_and_digest(
        self, inbox: Inbox, outside: Outside
    ) -> None:
        staged = inbox.stage(outside.place("my rows é.jsonl", ROWS))
        assert staged.dataset.name == "my rows é.jsonl"
        assert staged.dataset.size == len(ROWS)
        assert staged.dataset.sha256 == hashlib.sha256(ROWS).hexdigest()
        assert outside.read(staged.location) == ROWS

    @pytest.mark.parametrize("content", [b"", b"PK\0\0", b"\xff\xfe{\0}\0"])
    def test_what_is_no_text_is_refused_by_name_and_leaves_nothing(
        self, inbox: Inbox, outside: Outside, content: bytes
    ) -> None:
        location = outside.place("rows.jsonl", content)
        with pytest.raises(UnreadableFileError, match=r"rows\.jsonl"):
            inbox.stage(location)
        assert outside.leavings() == 0

    def test_a_file_that_is_not_there_is_refused(self, inbox: Inbox, outside: Outside) -> None:
        location = outside.place("rows.jsonl", ROWS)
        with pytest.raises(UnreadableFileError, match="others"):
            inbox.stage(location.replace("rows", "others"))

    def test_what_is_discarded_leaves_nothing(self, inbox: Inbox, outside: Outside) -> None:
        staged = inbox.stage(outside.place("rows.jsonl", ROWS))
        inbox.discard(staged)
        inbox.discard(staged)
        assert outside.leavings() == 0
        assert outside.kept(staged.dataset.sha256) is None

    def test_what_is_kept_is_read_by_its_digest(self, inbox: Inbox, outside: Outside) -> None:
        staged = inbox.stage(outside.place("rows.jsonl", ROWS))
        assert outside.kept(staged.dataset.sha256) is None
        inbox.keep(staged)
        assert outside.kept(staged.dataset.sha256) == ROWS
        assert outside.leavings() == 0

    def test_what_is_kept_is_what_was_staged_whatever_becomes_of_the_file(
        self, inbox: Inbox, outside: Outside
    ) -> None:
        staged = inbox.stage(outside.place("rows.jsonl", ROWS))
        outside.place("rows.jsonl", MORE)
        inbox.keep(staged)
        outside.place("rows.jsonl", b"nothing")
        assert outside.kept(staged.dataset.sha256) == ROWS

    def test_keeping_twice_is_keeping_once(self, inbox: Inbox, outside: Outside) -> None:
        staged = inbox.stage(outside.place("rows.jsonl", ROWS))
        same = inbox.stage(outside.place("others.jsonl", ROWS))
        inbox.keep(staged)
        inbox.keep(staged)
        inbox.keep(same)
        assert outside.kept(staged.dataset.sha256) == ROWS
        assert outside.leavings() == 0

    def test_what_was_discarded_cannot_be_kept(self, inbox: Inbox, outside: Outside) -> None:
        staged = inbox.stage(outside.place("rows.jsonl", ROWS))
        inbox.discard(staged)
        with pytest.raises(UnreadableFileError):
            inbox.keep(staged)

    def test_an_arrival_stays_until_it_is_cleared(self, inbox: Inbox, outside: Outside) -> None:
        outside.drop("rows.jsonl", ROWS)
        [arrival] = inbox.arrivals()
        staged = inbox.stage(arrival.location)
        inbox.keep(staged)
        assert list(inbox.arrivals()) == [arrival]
        inbox.clear(arrival)
        inbox.clear(arrival)
        assert list(inbox.arrivals()) == []
        assert outside.kept(staged.dataset.sha256) == ROWS
        assert list(outside.set_aside()) == []

    def test_a_refused_arrival_is_set_aside_with_the_reason(
        self, inbox: Inbox, outside: Outside
    ) -> None:
        outside.drop("rows.jsonl", ROWS)
        [arrival] = inbox.arrivals()
        inbox.clear(arrival, refusal="line 1: no answer")
        inbox.clear(arrival, refusal="again")
        assert list(inbox.arrivals()) == []
        assert list(outside.set_aside()) == [(ROWS, "line 1: no answer")]

    def test_refused_files_of_one_name_are_all_set_aside(
        self, inbox: Inbox, outside: Outside
    ) -> None:
        for priority, content in zip(Priority, (ROWS, MORE, b"x"), strict=True):
            outside.drop("rows.jsonl", content, priority)
        for arrival in inbox.arrivals():
            inbox.clear(arrival, refusal=f"it came with {arrival.priority}")
        assert sorted(outside.set_aside()) == sorted(
            [(ROWS, "it came with high"), (MORE, "it came with normal"), (b"x", "it came with low")]
        )
