import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.filesystem.mirror import FilesystemJobMirror
from domain.ids import JobId
from domain.job import Job
from domain.job_evolution import queued
from domain.job_record import from_dict
from tests.builders import a_dataset, a_job_queued, a_job_started
from tests.contracts.job_mirror import JobMirrorContract, Shown, a_job, lives
from tests.strategies import after

CONTENT = b'{"question": "2 + 3?", "answer": "5"}\n'


def keep(hall: Path, job: Job) -> Path:
    kept = hall / "datasets" / job.dataset.sha256
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(CONTENT)
    kept.chmod(0o444)
    return kept


def seen(hall: Path) -> Mapping[JobId, list[Job]]:
    found: dict[JobId, list[Job]] = {}
    for meta in (hall / "queue").rglob("*.meta.json"):
        job = from_dict(json.loads(meta.read_text()))
        place = job.priority if job.status == "queued" else job.status
        assert (meta.parent.name, meta.name) == (place, f"{job.id}.meta.json")
        found.setdefault(job.id, []).append(job)
    return found


def looks(hall: Path) -> dict[str, tuple[int, int]]:
    paths = [path for path in (hall / "queue").rglob("*") if path.is_file()]
    return {
        path.relative_to(hall / "queue").as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in paths
    }


@pytest.fixture
def mirror(tmp_path: Path) -> FilesystemJobMirror:
    return FilesystemJobMirror(tmp_path)


class TestFilesystemJobMirror(JobMirrorContract):
    @pytest.fixture
    def mirror(self, tmp_path: Path) -> FilesystemJobMirror:
        keep(tmp_path, a_job())
        return FilesystemJobMirror(tmp_path)

    @pytest.fixture
    def shown(self, tmp_path: Path) -> Shown:
        return lambda: seen(tmp_path)


@pytest.mark.parametrize("name", lives())
def test_the_dataset_is_linked_where_the_job_stands_and_nowhere_else(
    mirror: FilesystemJobMirror, tmp_path: Path, name: str
) -> None:
    kept = keep(tmp_path, a_job())
    mirror.show(list(lives().values()))
    mirror.show([lives()[name]])
    [link] = (tmp_path / "queue").rglob("*.jsonl")
    assert link.name == f"{a_job().id}.jsonl"
    assert link.samefile(kept)
    assert len(list((tmp_path / "queue").rglob("*.meta.json"))) == 1


def test_showing_again_writes_nothing(mirror: FilesystemJobMirror, tmp_path: Path) -> None:
    jobs = [a_job(number) for number in range(3)]
    keep(tmp_path, jobs[0])
    mirror.show(jobs)
    before = looks(tmp_path)
    assert len(before) == 6
    mirror.show(jobs)
    FilesystemJobMirror(tmp_path).show(jobs)
    assert looks(tmp_path) == before


def test_what_somebody_removed_or_changed_is_shown_again(
    mirror: FilesystemJobMirror, tmp_path: Path
) -> None:
    job = a_job()
    keep(tmp_path, job)
    mirror.show([job])
    folder = tmp_path / "queue" / "normal"
    (folder / f"{job.id}.jsonl").unlink()
    (folder / f"{job.id}.meta.json").write_bytes(b"\xff")
    mirror.show([job])
    assert seen(tmp_path) == {job.id: [job]}
    assert (folder / f"{job.id}.jsonl").read_bytes() == CONTENT


def test_files_of_others_are_left_alone(mirror: FilesystemJobMirror, tmp_path: Path) -> None:
    job = a_job()
    keep(tmp_path, job)
    names = ["new.jsonl", f"{job.id}.jsonl.bak", f"my-{job.id}.jsonl", ".hidden"]
    for folder in ("normal", "processing", "rejected"):
        (tmp_path / "queue" / folder).mkdir(parents=True)
        for name in names:
            (tmp_path / "queue" / folder / name).write_bytes(b"mine")
    mirror.show([job])
    mirror.show([after(job, a_job_started(job.id))])
    for folder in ("normal", "processing", "rejected"):
        assert all((tmp_path / "queue" / folder / name).read_bytes() == b"mine" for name in names)


def test_removing_what_is_shown_loses_no_bytes(mirror: FilesystemJobMirror, tmp_path: Path) -> None:
    job = a_job()
    kept = keep(tmp_path, job)
    mirror.show([job])
    mirror.show([after(job, a_job_started(job.id))])
    assert kept.read_bytes() == CONTENT
    assert kept.stat().st_nlink == 2


def test_a_disk_that_knows_no_links_gets_copies(
    mirror: FilesystemJobMirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    job = a_job()
    kept = keep(tmp_path, job)
    mirror.show([job])
    before = looks(tmp_path)
    mirror.show([job])
    copy = tmp_path / "queue" / "normal" / f"{job.id}.jsonl"
    assert copy.read_bytes() == CONTENT
    assert not copy.samefile(kept)
    assert looks(tmp_path) == before
    assert len(before) == 2


def test_a_job_whose_bytes_are_gone_is_still_shown(
    mirror: FilesystemJobMirror, tmp_path: Path
) -> None:
    job = queued(a_job_queued(dataset=a_dataset("gone.jsonl")))
    mirror.show([job])
    assert seen(tmp_path) == {job.id: [job]}
    assert list((tmp_path / "queue").rglob("*.jsonl")) == []
