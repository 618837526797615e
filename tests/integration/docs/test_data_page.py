"""docs/data.md: its commands run, its examples are what it says, and its profile is one."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.memory.profile_catalog import MemoryProfileCatalog
from domain.conversation import Conversation
from domain.formats.reading import Reading, parse, recognise
from domain.settings.data import DataFormat
from domain.settings.layers import flatten, with_values
from domain.settings.settings import Settings
from entrypoints.cli.main import guild
from tests.guild_cli import new_hall

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "data.md").read_text()
EXAMPLES = dict(
    re.findall(r"^### (\S+)\n\n```json\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
)
PROGRAM = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^\$ guild (.+)\n((?:[^$`].*\n)*)", PAGE, flags=re.MULTILINE)


def lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


@pytest.mark.slow
def test_every_command_of_the_page_runs_and_shows_what_stands_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = new_hall(tmp_path / "hall")
    (tmp_path / "chats.jsonl").write_text(EXAMPLES["messages"])
    (tmp_path / "sums.jsonl").write_text(EXAMPLES["question/answer"])
    monkeypatch.chdir(hall.root)
    for command, shown in COMMANDS:
        ran = CliRunner().invoke(guild, shlex.split(command))
        assert ran.exit_code == 0, (command, ran.output)
        for line in lines(shown):
            assert line in lines(ran.stdout), (command, line)

    assert len(COMMANDS) > 12
    (job,) = hall.json("job", "list")["jobs"]
    assert job["status"] == "completed"
    (packing,) = hall.json("job", "show", job["id"])["job"]["metadata"]["packings"]
    assert packing["packed"]


def test_every_format_has_an_example_of_two_rows_that_are_told_and_read() -> None:
    assert set(EXAMPLES) == {kind.value for kind in DataFormat} - {"auto"}
    for name, example in EXAMPLES.items():
        rows = [json.loads(line) for line in example.splitlines()]
        assert len(rows) == 2, name
        assert recognise(rows) == name
        assert all(parse(row, Reading(), DataFormat(name)) for row in rows)


def test_the_profile_of_the_page_is_one() -> None:
    said: dict[str, object] = {}
    exec(PROGRAM[0], said)  # noqa: S102 - the page's own program
    catalog = MemoryProfileCatalog({"loud": said["loud"]})  # type: ignore[dict-item]
    profile = catalog.get(with_values(Settings(), {"profile.name": "loud"}))
    row = parse({"question": "who?", "answer": "me"}, Reading(), DataFormat.QUESTION_ANSWER)

    assert isinstance(row, Conversation)
    assert profile.transform(row, 1, 0).answer == "ME"
    assert profile.processors() == ()


def test_every_setting_that_the_page_names_exists() -> None:
    sections = {key.partition(".")[0] for key in flatten(Settings())}
    named = {
        word
        for word in re.findall(
            r"\b([a-z_0-9]+\.[a-z_]+)\b", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
        )
        if word.partition(".")[0] in sections
    }

    assert len(named) > 15
    assert named <= set(flatten(Settings()))
