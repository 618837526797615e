"""Where each job stands, as files in the queue folders."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from adapters.filesystem.arriving import META, links_of
from adapters.filesystem.atomic import private_folder, write_atomically
from adapters.filesystem.kinds import ending_of
from application.ports.job_mirror import JobMirror
from domain.dataset import Priority
from domain.ids import JobId
from domain.job import Job, JobStatus
from domain.job_record import to_dict

_FOLDERS = (*Priority, *(status for status in JobStatus if status is not JobStatus.QUEUED))


class FilesystemJobMirror(JobMirror):
    """Shows a job as <job id>.meta.json with a link to its dataset, in the folder of its state.

    A link is there only while its meta.json is, so that nobody takes it for a new dataset.
    """

    def __init__(self, hall: Path) -> None:
        self._queue = hall / "queue"
        self._datasets = hall / "datasets"

    def show(self, jobs: Sequence[Job]) -> None:
        """Write what has changed, and remove it where it stood before."""
        listed = {folder: self._names(folder) for folder in map(str, _FOLDERS)}
        for job in jobs:
            place = _place(job)
            self._put(job, self._queue / place)
            for folder, names in listed.items():
                if folder != place:
                    _remove(job.id, self._queue / folder, names)

    def _put(self, job: Job, folder: Path) -> None:
        private_folder(folder)
        meta = folder / f"{job.id}{META}"
        text = json.dumps(to_dict(job), indent=1) + "\n"
        if not meta.exists() or meta.read_bytes() != text.encode():
            write_atomically(meta, text, durable=False)
        link = folder / f"{job.id}{ending_of(job.dataset.name) or '.jsonl'}"
        if not link.exists():
            _link(self._datasets / job.dataset.sha256, link)

    def _names(self, folder: str) -> set[str]:
        place = self._queue / folder
        return {path.name for path in place.iterdir()} if place.exists() else set()


def _place(job: Job) -> str:
    return str(job.priority if job.status is JobStatus.QUEUED else job.status)


def _remove(job_id: JobId, folder: Path, names: set[str]) -> None:
    for name in (*links_of(job_id), f"{job_id}{META}"):
        if name in names:
            (folder / name).unlink(missing_ok=True)


def _link(kept: Path, link: Path) -> None:
    """Show the bytes, as a copy where the disk knows no links; bytes that are gone stay so."""
    try:
        link.hardlink_to(kept)
    except (FileExistsError, FileNotFoundError):
        return
    except OSError:
        copy = link.with_name(f".guild-{os.getpid()}.tmp")
        shutil.copyfile(kept, copy)
        copy.replace(link)
