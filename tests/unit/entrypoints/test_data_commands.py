"""guild data, on adapters without torch."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from entrypoints.cli.app import App
from entrypoints.cli.main import guild
from entrypoints.factories import create_hall
from tests.memory_hall import MemoryHall, rows

Guild = Callable[..., Result]
HERO = ("--hero", "apprentice")
FAULTY = (
    b"no json\n" + rows(6) + rows(1) + b'{"question": "' + b"long " * 60 + b'", "answer": "x"}\n'
)


@pytest.fixture(name="memory")
def _memory(tmp_path: Path) -> MemoryHall:
    return MemoryHall(tmp_path / "memory")


@pytest.fixture(name="run")
def _run(tmp_path: Path, memory: MemoryHall, monkeypatch: pytest.MonkeyPatch) -> Guild:
    """Run outside any hall."""
    monkeypatch.chdir(tmp_path)
    memory.shelf[str(tmp_path / "good.jsonl")] = rows(12)
    memory.shelf[str(tmp_path / "faulty.jsonl")] = FAULTY
    return lambda *line: CliRunner().invoke(guild, line, obj=App(override=memory.providers()))


def test_a_good_file_is_checked_outside_a_hall_and_nothing_is_made(
    run: Guild, tmp_path: Path
) -> None:
    before = set(tmp_path.iterdir())
    shown = run("data", "check", "good.jsonl", *HERO)
    assert shown.exit_code == 0, shown.output
    for line in ("result\ta job would train", "rows read\t12", "duplicates\t0", "bad rows\t0"):
        assert line in shown.stdout.splitlines()
    assert "packing\tpadded, " in shown.stdout
    assert "⟦number 0<end>⟧" in shown.stdout
    assert set(tmp_path.iterdir()) == before


def test_all_faults_of_all_files_are_shown_and_the_status_says_refused(run: Guild) -> None:
    shown = run("data", "check", "faulty.jsonl", "good.jsonl", "gone.jsonl", *HERO)
    assert shown.exit_code == 3
    assert "result\ta job would be refused" in shown.stdout
    assert "result\ta job would train" in shown.stdout
    assert "bad rows\t1: lines 1" in shown.stdout
    assert "over-long\t1: lines 9" in shown.stdout
    assert "duplicates\t1" in shown.stdout
    assert "LINE\tPROBLEM\tBEGINS\n1\tcolumn 1" in shown.stdout
    assert "error: faulty.jsonl: 1 of 9 rows cannot be used" in shown.stderr
    assert "error: faulty.jsonl: 1 rows are longer than 200 tokens" in shown.stderr
    assert "error: gone.jsonl: cannot read" in shown.stderr
    assert "[E_TOO_LONG]" in shown.stderr
    assert "data.bad_rows to drop" in shown.stderr


def test_the_document_holds_everything(run: Guild) -> None:
    shown = run("--json", "data", "check", "faulty.jsonl", "good.jsonl", "good.jsonl[-1:]", *HERO)
    assert shown.exit_code == 3
    document = json.loads(shown.stdout)
    faulty, good = document["checks"]
    assert document["schema"] == "guild.data.check/1"
    assert [each["code"] for each in faulty["refusals"]] == ["E_DATA_LINE", "E_TOO_LONG"]
    assert faulty["bad"][0]["number"] == 1
    assert faulty["over_long_rows"] == [9]
    assert faulty["receipt"]["duplicates"] == 1
    assert (good["ok"], good["rows"], good["refusals"]) == (True, 12, [])
    assert set(good["lengths"]) == {"least", "median", "p95", "most"}
    assert set(good["packing"]) == {"packed", "batches", "fill"}
    assert json.loads(shown.stderr)["error"]["about"] == "good.jsonl[-1:]"


def test_what_the_settings_drop_is_no_refusal(run: Guild) -> None:
    drop = ("--set", "data.bad_rows=drop", "--set", "data.over_long=drop")
    shown = run("data", "check", "faulty.jsonl", *HERO, *drop, "--set", "packing.enabled=true")
    assert shown.exit_code == 0
    assert "remark 1\t1 rows cannot be used and are left out" in shown.stdout
    assert "packing\tpacked, " in shown.stdout
    assert "made when a job begins" in shown.stdout


def test_selected_rows_alone_are_checked(run: Guild) -> None:
    assert "rows read\t3" in run("data", "check", "good.jsonl[2:5]", *HERO).stdout


@pytest.mark.parametrize(
    ("line", "status", "says"),
    [
        (("good.jsonl",), 4, "there is no hall"),
        (("good.jsonl", "--hero", "nobody"), 4, "there is no hero"),
        (("good.jsonl", "--hero", "faraway"), 6, "not on this machine"),
        (("good.jsonl", *HERO, "--set", "data.bad_row=drop"), 3, "data.bad_row"),
        (("good.jsonl", *HERO, "--max-length", "201"), 3, "reads 200 tokens"),
        (("good.jsonl", *HERO, "-C", "nowhere"), 4, "there is no hall"),
        ((), 2, "Missing argument"),
    ],
)
def test_what_makes_a_check_impossible_ends_it(
    run: Guild, line: tuple[str, ...], status: int, says: str
) -> None:
    refused = run("data", "check", *line)
    assert refused.exit_code == status, refused.output
    assert says in refused.stderr


def test_in_a_hall_the_active_campaign_is_meant(
    run: Guild, memory: MemoryHall, tmp_path: Path
) -> None:
    create_hall(tmp_path / "hall")
    memory.enlist("first", "profile.system_prompt=Be kind.")
    shown = run("-C", str(tmp_path / "hall"), "data", "check", "good.jsonl")
    assert shown.exit_code == 0
    assert "Be kind." in shown.stdout


def test_a_row_is_previewed_between_marks(run: Guild) -> None:
    shown = run("data", "preview", "good.jsonl", "--row", "3", *HERO)
    assert shown.exit_code == 0
    facts, _, text = shown.stdout.partition("\n\n")
    assert text == "<user>what is 2?<end><assistant>⟦number 2<end>⟧\n"
    names = {line.split("\t")[0] for line in facts.splitlines()}
    assert {"tokens", "trained tokens", "fingerprint", "use"} <= names


def test_a_row_is_previewed_in_colour_and_cannot_move_the_cursor(
    run: Guild, memory: MemoryHall, tmp_path: Path
) -> None:
    ugly = {"question": "two\nlines \x1b[31mred", "answer": "tab\there"}
    memory.shelf[str(tmp_path / "ugly.jsonl")] = json.dumps(ugly).encode()
    line = ("data", "preview", "ugly.jsonl", "--row", "1", *HERO)
    coloured = run("--color", "always", *line).stdout
    plain = run(*line).stdout
    assert "\x1b[32mtab\\there<end>\x1b[0m" in coloured
    assert "two\nlines \\x1b[31mred" in coloured
    assert "⟦" not in coloured
    assert "⟦tab\\there<end>⟧" in plain
    assert "\x1b" not in plain


def test_the_document_of_a_row(run: Guild) -> None:
    shown = run("--json", "data", "preview", "faulty.jsonl", "--row", "9", *HERO)
    document = json.loads(shown.stdout)
    assert document["schema"] == "guild.data.preview/1"
    assert (document["row"], document["left_out"]) == (9, True)
    assert len(document["fingerprint"]) == 16
    [part] = document["parts"]
    assert part["pieces"][-1] == {"text": "x<end>", "trained": True}
    assert (part["trained"], part["tokens"] > 200) == (2, True)


@pytest.mark.parametrize(
    ("row", "status", "says"),
    [("99", 4, "rows are on lines 1 to 9"), ("1", 3, "cannot be used: column 1"), ("0", 2, "0")],
)
def test_a_row_that_cannot_be_shown_is_refused(
    run: Guild, row: str, status: int, says: str
) -> None:
    refused = run("data", "preview", "faulty.jsonl", "--row", row, *HERO)
    assert refused.exit_code == status
    assert says in refused.stderr
