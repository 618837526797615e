"""guild train file with the real model: a folder that other programs open, and Ctrl-C."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.guild_cli import GUILD, Hall

pytestmark = pytest.mark.slow

SMALL = ("--set", "hyperparams.per_device_train_batch_size=8")


def line(tmp_path: Path, *more: str) -> list[str]:
    lesson = Hall(tmp_path / "nowhere").lesson()
    return [
        GUILD, "train", "file", str(lesson), "--hero", "tiny-qwen3",
        "--output", str(tmp_path / "out" / "model"), *SMALL, *more,
    ]  # fmt: skip


def test_a_plain_model_folder_is_left_that_transformers_opens(tmp_path: Path) -> None:
    ran = subprocess.run(
        line(tmp_path, "--max-steps", "2"), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr

    from transformers import AutoModelForCausalLM, AutoTokenizer

    place = tmp_path / "out" / "model"
    assert {path.name for path in place.iterdir()} == {
        "chat_template.jinja",
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    assert list(place.parent.iterdir()) == [place]
    model = AutoModelForCausalLM.from_pretrained(place, dtype="auto")
    tokenizer = AutoTokenizer.from_pretrained(place)
    assert model.config.vocab_size == len(tokenizer)
    assert tokenizer.chat_template


def test_ctrl_c_keeps_the_hall_in_which_the_job_can_go_on(tmp_path: Path) -> None:
    words = ("--epochs", "200", "--set", "hyperparams.save_steps=5")
    process = subprocess.Popen(
        line(tmp_path, *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120
    while not list((tmp_path / "out").glob(".model-hall-*/campaigns/*/*/checkpoints/*/check*")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    (hall,) = (tmp_path / "out").iterdir()
    assert f"kept: {hall}" in said
    (job,) = Hall(hall).json("job", "list")["jobs"]
    assert (job["status"], job["failures"]) == ("queued", 0)
