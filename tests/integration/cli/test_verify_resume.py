"""guild train verify-resume with real processes."""

import json
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain.exactness import Trace
from entrypoints.cli.main import guild
from entrypoints.cli.train_verify import Verdict, require_the_same_twice
from entrypoints.cli.trial import CannotVerifyError
from tests.guild_cli import Hall

SMALL = (
    "hyperparams.per_device_train_batch_size=2",
    "hyperparams.gradient_accumulation_steps=2",
    "environment.num_threads=1",
)


@pytest.fixture(autouse=True)
def _own_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


def verified(tmp_path: Path, *more: str) -> Result:
    lesson = Hall(tmp_path / "nowhere").lesson(rows=20)
    pairs = [part for setting in SMALL for part in ("--set", setting)]
    line = ["train", "verify-resume", str(lesson), "--hero", "tiny-qwen3", *pairs, *more]
    return CliRunner().invoke(guild, line)


@pytest.mark.slow
@pytest.mark.parametrize(
    "packed", [True, pytest.param(False, marks=pytest.mark.very_slow)], ids=["packed", "padded"]
)
def test_a_killed_run_goes_on_to_the_same_bits(tmp_path: Path, *, packed: bool) -> None:
    ran = verified(
        tmp_path, "--json", "--set", f"packing.enabled={str(packed).lower()}", "--max-length", "64"
    )
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert found["schema"] == "guild.train.verify-resume/1"
    assert found["equal"]
    assert found["weights"]["equal"]
    assert len(found["weights"]["straight"]) == 64
    assert [step["step"] for step in found["steps"]] == list(range(1, 11))
    assert all(step["straight"] == step["resumed"] for step in found["steps"])
    assert found["saved"] == 5
    assert 5 < found["killed_after"] <= 10
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.slow
def test_a_training_that_cannot_be_done_here_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    ran = verified(tmp_path, "--max-length", "8")
    assert ran.exit_code == 6
    assert "max_length" in ran.stderr
    assert list((tmp_path / "tmp").iterdir()) == []


def a_trace(loss: float, weights: str = "w") -> Trace:
    names = ("loss", "learning_rate", "grad_norm")
    return Trace.of({name: [(1, 0.5), (2, loss)] for name in names}, weights)


def test_a_verdict_is_equal_in_steps_and_weights_or_not_at_all() -> None:
    def verdict(resumed: Trace) -> bool:
        return Verdict(straight=a_trace(0.1), resumed=resumed, saved=1, killed_after=2).equal

    assert verdict(a_trace(0.1))
    assert not verdict(a_trace(0.2))
    assert not verdict(a_trace(0.1, weights="v"))


def test_a_machine_on_which_undisturbed_runs_differ_cannot_verify() -> None:
    require_the_same_twice(a_trace(0.1), a_trace(0.1, weights=""))
    with pytest.raises(CannotVerifyError) as fault:
        require_the_same_twice(a_trace(0.1), a_trace(0.2, weights=""))
    assert fault.value.exit_status == 6
    assert "step 2" in fault.value.why


def test_too_few_steps_are_refused() -> None:
    ran = CliRunner().invoke(
        guild, ["train", "verify-resume", "rows.jsonl", "--hero", "tiny-qwen3", "--steps", "3"]
    )
    assert ran.exit_code == 2
