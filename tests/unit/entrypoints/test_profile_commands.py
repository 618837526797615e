"""guild profile, outside a hall and in one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain.profiles.processors import TokenPenalty, Window
from domain.profiles.registry import BUILT_IN, built_in
from domain.settings.settings import Settings
from entrypoints.cli.main import guild
from entrypoints.cli.processor_words import in_words

Guild = Callable[..., Result]
LINES = (
    '{"question": "what is 2 + 3?", "answer": "(add 2 3)"}',
    "",
    '{"question": "broken?", "answer": "(add 2"}',
    *('{"question": "more?", "answer": "x"}',) * 3,
)


@pytest.fixture(name="run")
def _run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guild:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.jsonl").write_text("\n".join(LINES) + "\n")
    return lambda *line: CliRunner().invoke(guild, line)


def test_profiles_are_listed_built_in_ones_first(run: Guild) -> None:
    listed = json.loads(run("profile", "list", "--json").stdout)["profiles"]
    assert [each["name"] for each in listed[: len(BUILT_IN)]] == list(BUILT_IN)
    assert listed[0]["from"] == "guild"


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_profile_shows_its_version_settings_prompt_and_wishes(run: Guild, name: str) -> None:
    document = json.loads(run("profile", "show", name, "--json").stdout)
    built = built_in(name, Settings())
    assert (document["name"], document["version"]) == (name, built.version)
    assert all(key.startswith(f"{name}.") for key in document["settings"])
    kinds = [each["kind"] for each in document["processors"]]
    assert kinds == [type(spec).__name__ for spec in built.processors()]
    shown = run("profile", "show", name)
    for spec in built.processors():
        assert in_words(spec) in shown.stdout


def test_the_values_are_those_that_would_be_used(run: Guild) -> None:
    line = ("profile", "show", "regime3", "--set", "regime3.operator_case=lower")
    prompt = ("--set", "profile.system_prompt=Be kind.")
    shown = run(*line, *prompt)
    assert "regime3.operator_case\tlower" in shown.stdout
    assert "system prompt\tBe kind." in shown.stdout


def test_in_a_hall_they_are_those_of_the_active_campaign(run: Guild, tmp_path: Path) -> None:
    hall = ("-C", str(tmp_path / "hall"))
    assert run("init", str(tmp_path / "hall")).exit_code == 0
    assert "regime3.strict\tyes" in run(*hall, "profile", "show", "regime3").stdout
    create = ("campaign", "create", "first", "--hero", "tiny-qwen3")
    assert run(*hall, *create, "--set", "regime3.strict=false").exit_code == 0
    assert "regime3.strict\tno" in run(*hall, "profile", "show", "regime3").stdout


def test_words_tell_how_a_penalty_goes() -> None:
    spec = TokenPenalty(("<a>", "<b>"), 8, (Window(4, 2), Window(3, 1.5)))
    assert in_words(spec) == (
        "what completes <a> or <b> loses 8, times 2 for 4 tokens, then times 1.5 for 3 tokens"
    )


def test_a_file_is_tried_before_and_after_with_what_is_refused(run: Guild) -> None:
    shown = run("profile", "try", "regime3", "rows.jsonl")
    assert shown.exit_code == 0, shown.output
    assert "1\tbefore\tassistant\t(add 2 3)" in shown.stdout
    assert "1\tafter\tassistant\t<<ANS_START>> (add 2 3) <<ANS_END>>" in shown.stdout
    assert "LINE\tPROBLEM\tBEGINS\n3\tturn 2: " in shown.stdout
    assert {line[0] for line in shown.stdout.splitlines() if "\tbefore\t" in line} == {*"145"}


def test_the_document_of_a_trial(run: Guild) -> None:
    document = json.loads(run("--json", "profile", "try", "regime3", "rows.jsonl").stdout)
    assert (document["schema"], document["rows"]) == ("guild.profile.try/1", 5)
    assert (document["bad_rows"], document["bad"][0]["number"]) == (1, 3)
    first = document["changes"][0]
    assert first["row"] == 1
    assert first["before"]["messages"][1]["content"] == "(add 2 3)"
    assert first["after"]["messages"][0]["role"] == "system"


def test_one_row_is_tried(run: Guild) -> None:
    line = ("--json", "profile", "try", "regime3", "rows.jsonl", "--row")
    good, bad = (json.loads(run(*line, number).stdout) for number in ("4", "3"))
    assert [each["row"] for each in good["changes"]] == [4]
    assert (bad["changes"], bad["bad_rows"]) == ([], 1)


@pytest.mark.parametrize(
    ("line", "status", "says"),
    [
        (("show", "nope"), 4, "known profiles: plain_sft"),
        (("try", "nope", "rows.jsonl"), 4, "known profiles: plain_sft"),
        (("try", "regime3", "rows.jsonl", "--row", "2"), 4, "rows are on lines 1 to 6"),
        (("try", "regime3", "gone.jsonl"), 4, "cannot read"),
        (("show", "regime3", "--set", "regime3.strikt=no"), 3, "regime3.strict"),
        (("list", "-C", "nowhere"), 4, "there is no hall"),
    ],
)
def test_what_is_refused(run: Guild, line: tuple[str, ...], status: int, says: str) -> None:
    refused = run("profile", *line)
    assert refused.exit_code == status
    assert says in refused.stderr
