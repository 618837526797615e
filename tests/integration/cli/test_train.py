"""Training through the command line, with the real model, the real log and real processes."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from tests.guild_cli import Hall, new_hall

pytestmark = pytest.mark.slow

LONG = ("hyperparams.save_steps=5", "hyperparams.num_train_epochs=20")


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> Hall:
    return new_hall(tmp_path / "hall")


def until(happened: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def saved(hall: Hall, at_least: int) -> Callable[[], bool]:
    return lambda: len(list(hall.root.glob("campaigns/*/*/checkpoints/*/checkpoint-*"))) >= at_least


@pytest.fixture(name="unbroken", scope="module")
def _unbroken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the weights of a job that nothing disturbed."""
    hall = new_hall(tmp_path_factory.mktemp("unbroken") / "hall")
    hall.campaign(*LONG)
    hall.ok("queue", "add", str(hall.lesson()))
    hall.ok("train", "next")
    return hall.weights()


def test_a_job_trains_and_leaves_a_folder_that_transformers_opens(hall: Hall) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    hall.campaign()
    hall.ok("queue", "add", str(hall.lesson()))
    job = hall.json("train", "next")["job"]

    assert job["status"] == "completed"
    assert job["ending"]["ending"] == "all_rows"
    assert job["final_val_loss"] < job["ending"]["initial_val_loss"]
    model = AutoModelForCausalLM.from_pretrained(hall.head(), dtype="auto")
    tokenizer = AutoTokenizer.from_pretrained(hall.head())
    assert model.config.vocab_size == len(tokenizer)


def test_the_second_file_goes_on_from_the_weights_and_the_step_of_the_first(hall: Hall) -> None:
    hall.campaign()
    hall.ok("queue", "add", str(hall.lesson(seed=1)))
    hall.ok("train", "next")
    first, first_head = load_file(hall.head() / "model.safetensors"), hall.head()
    # With next to no learning the second job must leave what it found.
    (hall.root / "guild.yaml").write_text("hyperparams:\n  learning_rate: 1.0e-30\n")
    hall.ok("queue", "add", str(hall.lesson(seed=2)))
    job = hall.json("train", "next")["job"]
    second = load_file(hall.head() / "model.safetensors")

    assert hall.head() != first_head
    assert job["start_step"] == int(first_head.name.split("-")[1]) > 0
    assert job["final_step"] == 2 * job["start_step"]
    assert all((first[name] == second[name]).all() for name in first)


def test_max_steps_ends_the_job_and_is_told(hall: Hall) -> None:
    hall.campaign()
    hall.ok("queue", "add", str(hall.lesson()))

    shown = hall.ok("train", "next", "--max-steps", "3").stdout
    assert "max_steps reached" in shown
    assert hall.json("job", "list")["jobs"][0]["final_step"] == 3


def test_a_killed_job_goes_on_from_its_last_checkpoint_to_the_same_weights(
    hall: Hall, unbroken: str
) -> None:
    hall.campaign(*LONG)
    hall.ok("queue", "add", str(hall.lesson()))
    process = hall.start("train", "next")
    until(saved(hall, 2), process)
    process.kill()
    process.communicate()

    status = hall.ok("status").stdout
    assert "its process is gone" in status
    hall.ok("train", "next")
    assert hall.weights() == unbroken
    events = hall.events()
    assert events.count("JobStarted") == 2
    assert events.count("LeaseExpired") == 1
    assert events.count("JobCompleted") == 1


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "term"]
)
def test_a_stopped_job_goes_back_with_its_progress(
    hall: Hall, unbroken: str, number: signal.Signals, status: int
) -> None:
    hall.campaign(*LONG)
    hall.ok("queue", "add", str(hall.lesson()))
    process = hall.start("train", "next")
    until(saved(hall, 1), process)
    process.send_signal(number)
    process.communicate(timeout=60)

    assert process.returncode == status
    job = hall.json("job", "list")["jobs"][0]
    assert (job["status"], job["failures"]) == ("queued", 0)
    assert job["metadata"]["checkpoints"]
    hall.ok("train", "next")
    assert hall.weights() == unbroken


def test_a_second_train_next_is_refused_while_one_runs(hall: Hall) -> None:
    hall.campaign(*LONG, "hyperparams.num_train_epochs=200")
    hall.ok("queue", "add", str(hall.lesson()))
    process = hall.start("train", "next")
    try:
        until(saved(hall, 1), process)
        refused = hall.run("train", "next")
        working = hall.ok("status").stdout
    finally:
        process.kill()
        process.communicate()

    assert refused.exit_code == 5
    assert "is being trained" in refused.stderr
    assert "its process is gone" not in working
    assert "loss" in working


def test_a_file_dropped_into_a_queue_folder_is_taken_in_and_mirrored(hall: Hall) -> None:
    hall.campaign()
    lesson = hall.lesson()
    lesson.rename(hall.root / "queue" / "high" / lesson.name)
    long_ago = time.time() - 60
    import os

    os.utime(hall.root / "queue" / "high" / lesson.name, (long_ago, long_ago))
    job = hall.json("train", "next")["job"]

    assert (job["priority"], job["status"]) == ("high", "completed")
    stands = sorted(path.name for path in (hall.root / "queue" / "completed").iterdir())
    assert stands == [f"{job['id']}.jsonl", f"{job['id']}.meta.json"]
    assert not list((hall.root / "queue" / "high").iterdir())
    assert (hall.root / "datasets" / job["dataset"]["sha256"]).exists()


def test_a_broken_checkpoint_is_never_trained_from(hall: Hall) -> None:
    hall.campaign()
    hall.ok("queue", "add", str(hall.lesson(seed=1)))
    hall.ok("train", "next")
    weights = hall.head() / "model.safetensors"
    spoilt = bytearray(weights.read_bytes())
    spoilt[-1] ^= 1
    weights.chmod(0o600)
    weights.write_bytes(spoilt)
    hall.ok("queue", "add", str(hall.lesson(seed=2)))

    ended = hall.run("train", "next")
    assert ended.exit_code == 7
    assert "untrusted_checkpoint" in ended.stdout


def test_a_hub_hero_can_be_enlisted_offline_but_not_trained(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    hall.ok("campaign", "create", "test-refactor", "--hero", "dio-qwen3-0.6b")
    hall.ok("queue", "add", str(hall.lesson()))
    before = hall.events()

    refused = hall.run("train", "next")
    assert refused.exit_code == 6
    assert "Qwen/Qwen3-0.6B" in refused.stderr
    assert "fix:" in refused.stderr
    assert hall.events() == before


def test_previews_of_held_out_rows_and_of_a_prompt(hall: Hall) -> None:
    hall.campaign("data.validation_split=0.3", "monitoring.preview_max_tokens=8")
    hall.ok("queue", "add", str(hall.lesson()))
    hall.ok("train", "next")

    held_out = hall.json("preview", "run", "-n", "2")
    asked = hall.json("preview", "run", "--prompt", "Reverse PLANET")
    assert held_out["measured"] == 2
    assert {each["verdict"] for each in held_out["previews"]} <= {"match", "differs"}
    assert asked["previews"][0]["verdict"] == "no_golden"


def test_a_preview_server_that_is_not_there_is_unmeasured(hall: Hall) -> None:
    hall.campaign("monitoring.preview_backend=remote_3090", "monitoring.remote_3090_port=9")

    ran = hall.run("preview", "run", "--prompt", "Reverse PLANET")
    assert ran.exit_code == 8
    assert "unmeasured" in ran.stdout
