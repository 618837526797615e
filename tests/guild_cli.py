"""guild as a person types it: in this process, or in one of its own that can be killed."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from domain.lessons import example, words
from entrypoints.cli.main import guild

GUILD = str(Path(sys.executable).parent / "guild")


@dataclass(frozen=True)
class Hall:
    """A hall on disk."""

    root: Path

    def run(self, *line: str) -> Result:
        return CliRunner().invoke(guild, ["-C", str(self.root), "--quiet", *line])

    def ok(self, *line: str) -> Result:
        ran = self.run(*line)
        assert ran.exit_code == 0, (line, ran.exit_code, ran.output, ran.exception)
        return ran

    def json(self, *line: str) -> Any:
        return json.loads(self.ok("--json", *line).stdout)

    def start(self, *line: str) -> subprocess.Popen[str]:
        """Run guild in a process of its own."""
        return subprocess.Popen(
            [GUILD, "-C", str(self.root), *line],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
        )

    def campaign(self, *settings: str, name: str = "first") -> None:
        """Begin a campaign of the tiny hero with small batches; a later setting wins."""
        small = ("hyperparams.per_device_train_batch_size=8", *settings)
        wished = {setting.partition("=")[0]: setting for setting in small}
        pairs = [part for setting in wished.values() for part in ("--set", setting)]
        self.ok("campaign", "create", name, "--hero", "tiny-qwen3", *pairs)

    def lesson(self, rows: int = 64, seed: int = 0) -> Path:
        """Write words to turn around next to the hall."""
        path = self.root.parent / f"lesson-{seed}.jsonl"
        lines = [
            json.dumps({"messages": [
                {"role": turn.role, "content": turn.content}
                for turn in example("Reverse", word).messages
            ]})
            for word in words(rows, seed)
        ]  # fmt: skip
        path.write_text("\n".join(lines) + "\n")
        return path

    def head(self) -> Path:
        """Give the folder of the active campaign's head."""
        found = self.json("campaign", "show")["campaign"]
        return self.root / "campaigns" / found["id"] / found["head"]["name"]

    def weights(self) -> str:
        """Give the digest of the head's weights."""
        return hashlib.sha256((self.head() / "model.safetensors").read_bytes()).hexdigest()

    def events(self) -> list[str]:
        """Give the names of all events of the newest job."""
        job = self.json("job", "list")["jobs"][0]["id"]
        return [event["type"] for event in self.json("job", "events", job)["events"]]


def new_hall(folder: Path) -> Hall:
    """Make a hall with guild init."""
    ran = CliRunner().invoke(guild, ["init", str(folder)])
    assert ran.exit_code == 0, ran.output
    return Hall(folder)
