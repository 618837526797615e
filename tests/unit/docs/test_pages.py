"""The documentation says what the code says."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from domain.job_events import (
    CheckpointRejected,
    JobCheckpointed,
    JobCompleted,
    JobDeferred,
    JobEquipped,
    JobEvent,
    JobFailed,
    JobPackingRecorded,
    JobReceiptRecorded,
    JobReleased,
    JobRequeued,
    JobSkipped,
    JobSteppedDown,
    LeaseExpired,
)
from domain.job_evolution import evolve, queued
from domain.result import Cause
from tests.builders import (
    NOON,
    a_checkpoint,
    a_job_queued,
    a_job_started,
    a_packing,
    a_receipt,
    a_result,
    an_equipment,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_up_to_date(generate: ModuleType) -> None:
    for path, text in generate.pages().items():
        assert path.read_text() == text, f"{path.name} is stale: make docs"


def test_every_edge_of_the_lifecycle_is_an_event_and_every_event_is_an_edge() -> None:
    page = (ROOT / "docs" / "job-lifecycle.md").read_text()
    edges = set(re.findall(r"--> \S+: (\w+)", page))

    assert edges == {event.__name__ for event in get_args(JobEvent)}


def test_every_edge_leads_from_and_to_where_the_domain_says() -> None:
    begun, job_id = a_job_queued(), a_job_queued().job_id
    held = {"job_id": job_id, "at": NOON}
    events = {
        "JobStarted": a_job_started(job_id),
        "JobReceiptRecorded": JobReceiptRecorded(**held, receipt=a_receipt()),
        "JobPackingRecorded": JobPackingRecorded(**held, receipt=a_packing()),
        "JobEquipped": JobEquipped(**held, equipment=an_equipment()),
        "JobCheckpointed": JobCheckpointed(**held, checkpoint=a_checkpoint(job_id)),
        "CheckpointRejected": CheckpointRejected(
            **held, checkpoint=a_checkpoint(job_id), reason="x"
        ),
        "JobCompleted": JobCompleted(**held, result=a_result()),
        "JobReleased": JobReleased(**held, cause=Cause.PAUSED),
        "LeaseExpired": LeaseExpired(**held, cause=Cause.LOST_WORKER),
        "JobDeferred": JobDeferred(**held, until=NOON, cause=Cause.INTERNAL_ERROR, message="x"),
        "JobSteppedDown": JobSteppedDown(
            **held, cause=Cause.OUT_OF_GPU_MEMORY, message="x", rung=an_equipment().rung
        ),
        "JobFailed": JobFailed(**held, cause=Cause.DIVERGED, message="x"),
        "JobSkipped": JobSkipped(**held, reason="x"),
        "JobRequeued": JobRequeued(**held),
    }
    waiting = queued(begun)
    running = evolve(waiting, events["JobStarted"])
    standing = {
        "queued": waiting,
        "processing": running,
        "failed": evolve(running, events["JobFailed"]),
        "skipped": evolve(waiting, events["JobSkipped"]),
    }
    page = (ROOT / "docs" / "job-lifecycle.md").read_text()
    edges = re.findall(r"^    (\w+) --> (\w+): (\w+)", page, flags=re.MULTILINE)

    assert len(edges) == len(events) + 1
    for origin, target, name in edges:
        assert evolve(standing[origin], events[name]).status == target, (origin, name)


def test_every_event_of_the_lifecycle_is_explained() -> None:
    page = (ROOT / "docs" / "job-lifecycle.md").read_text()
    explained = set(re.findall(r"^\| `(\w+)`", page, flags=re.MULTILINE))

    assert explained == {event.__name__ for event in get_args(JobEvent)}


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert target.startswith("http") or (page.parent / target).exists(), (page, target)


def test_the_first_command_stands_within_one_screen_of_the_readme() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()

    assert (
        lines.index(
            "make demo      # a tiny hero learns to write words backwards, offline, on any CPU"
        )
        < 24
    )
