"""The predecessor's files keep the port's promises, and doubtful ones are refused."""

import json
import os
from pathlib import Path

import pytest

from adapters.predecessor.files import JsonPredecessor
from application.ports.predecessor import Predecessor, PredecessorFileError
from domain.errors import ExitStatus
from tests.contracts.predecessor import PredecessorContract, PredecessorOf, Tree


class TestJsonPredecessor(PredecessorContract):
    @pytest.fixture
    def predecessor_of(self, tmp_path: Path) -> PredecessorOf:
        def make(tree: Tree) -> tuple[Predecessor, str, str]:
            folder = tmp_path / "campaign-001"
            folder.mkdir()
            for path in (tmp_path / "config.json", folder / "campaign.json"):
                path.write_text(json.dumps(tree))
            return JsonPredecessor(), str(tmp_path / "config.json"), str(folder)

        return make


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"a": 1, "a": 2}', "'a' is there twice"),
        (b'{"s": {"a": 1, "a": 1}}', "'a' is there twice"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b'{"a": 1e999}', "1e999 is too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "digits"),
        (b'{\n"a": 1,\n}', ":3: "),
        (b"", ":1: "),
        (b"[1]", "one object"),
        (b"\xff\xfe{}", "utf-8"),
        (b'{"a": "\\ud83e"}', "surrogates"),
        (b'{"\\ud83e": 1}', "surrogates"),
        (b'{"a":' * 30 + b"1" + b"}" * 30, "nested too deeply"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
        (b'{"a": "' + b"x" * (1 << 20) + b'"}', "longer than"),
    ],
)
def test_a_doubtful_file_is_refused_with_its_place(
    tmp_path: Path, content: bytes, told: str
) -> None:
    file = tmp_path / "config.json"
    file.write_bytes(content)

    with pytest.raises(PredecessorFileError) as refused:
        JsonPredecessor().settings(str(file))

    assert str(refused.value).startswith(str(file))
    assert told in str(refused.value)
    assert refused.value.exit_status is ExitStatus.REFUSED


def test_a_mark_of_byte_order_is_read_over(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_bytes(b'\xef\xbb\xbf{"a": 1}')

    assert JsonPredecessor().settings(str(file)) == {"a": 1}


def test_a_folder_or_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for place in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(PredecessorFileError, match="not a regular file"):
            JsonPredecessor().settings(str(place))
