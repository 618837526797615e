import os
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.filesystem.inbox import FilesystemInbox
from adapters.filesystem.kinds import ENDINGS
from adapters.filesystem.mirror import FilesystemJobMirror
from adapters.memory.clock import MemoryClock
from domain.job_evolution import queued
from tests.builders import a_job_queued, a_job_started
from tests.contracts.inbox import ROWS
from tests.integration.filesystem.around import Around
from tests.strategies import after


@pytest.mark.parametrize(("age", "arrived"), [(-1, 0), (0, 0), (4.5, 0), (5, 1), (3600, 1)])
def test_a_file_has_arrived_when_nobody_wrote_to_it_for_a_while(
    inbox: FilesystemInbox, outside: Around, age: float, arrived: int
) -> None:
    outside.put("rows.jsonl", ROWS, age=age)
    assert len(inbox.arrivals()) == arrived


def test_a_file_that_grows_is_left_until_it_rests(
    inbox: FilesystemInbox, outside: Around, clock: MemoryClock
) -> None:
    path = outside.put("rows.jsonl", ROWS, age=4)
    for _ in range(3):
        clock.move(timedelta(seconds=4))
        with path.open("ab") as file:
            file.write(ROWS)
        os.utime(path, (clock.now().timestamp(), clock.now().timestamp()))
        assert list(inbox.arrivals()) == []
    clock.move(timedelta(seconds=5))
    [arrival] = inbox.arrivals()
    assert inbox.stage(arrival.location).dataset.size == 4 * len(ROWS)


def test_a_finished_file_that_is_renamed_into_place_has_arrived_at_once(
    inbox: FilesystemInbox, outside: Around
) -> None:
    path = outside.put("rows.jsonl.part", ROWS, age=60)
    assert list(inbox.arrivals()) == []
    path.rename(path.with_suffix(""))
    assert [arrival.name for arrival in inbox.arrivals()] == ["rows.jsonl"]


def test_a_mark_beside_a_file_says_that_it_is_finished(
    inbox: FilesystemInbox, outside: Around
) -> None:
    path = outside.put("rows.jsonl", ROWS, age=0)
    mark = path.with_name("rows.jsonl.done")
    mark.touch()
    [arrival] = inbox.arrivals()
    inbox.keep(inbox.stage(arrival.location))
    inbox.clear(arrival)
    assert not path.exists()
    assert not mark.exists()


@pytest.mark.parametrize(
    "name",
    [
        ".rows.jsonl",
        "rows.jsonl.tmp",
        "rows.jsonl.part",
        "rows.txt",
        "rows.meta.json",
        "rows.jsonl.bz2",
        "rows.gz",
        ".json.gz",
        "rows",
        "rows.jsonl~",
        ".jsonl",
    ],
)
def test_other_files_are_passed_over(inbox: FilesystemInbox, outside: Around, name: str) -> None:
    outside.put(name, ROWS, age=60)
    assert list(inbox.arrivals()) == []


def test_a_finished_writer_race_between_listing_and_looking_is_harmless(
    inbox: FilesystemInbox, outside: Around
) -> None:
    stop = threading.Event()

    def come_and_go() -> None:
        while not stop.is_set():
            outside.put("comes-and-goes.jsonl", ROWS, age=60).unlink()

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        for _ in range(300):
            assert len(inbox.arrivals()) <= 1
    finally:
        stop.set()
        thread.join()


def test_what_the_mirror_shows_is_no_arrival(
    inbox: FilesystemInbox, outside: Around, hall: Path
) -> None:
    staged = inbox.stage(outside.place("rows.jsonl", ROWS))
    inbox.keep(staged)
    kept = hall / "datasets" / staged.dataset.sha256
    os.utime(kept, (0, 0))
    job = queued(a_job_queued(dataset=staged.dataset))
    FilesystemJobMirror(hall).show([job])
    shown = hall / "queue" / "normal" / f"{job.id}.jsonl"
    assert shown.samefile(kept)
    assert list(inbox.arrivals()) == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_files_of_every_kind_arrive(inbox: FilesystemInbox, outside: Around, ending: str) -> None:
    outside.put(f"rows{ending}", ROWS, age=60)
    outside.put(f"SHOUTED{ending.upper()}", ROWS, age=60)
    assert {arrival.name for arrival in inbox.arrivals()} == {
        f"rows{ending}",
        f"SHOUTED{ending.upper()}",
    }


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_the_mirror_shows_of_any_kind_is_no_arrival_and_goes_with_its_job(
    inbox: FilesystemInbox, outside: Around, hall: Path, ending: str
) -> None:
    staged = inbox.stage(outside.place("rows.jsonl", ROWS))
    inbox.keep(staged)
    os.utime(hall / "datasets" / staged.dataset.sha256, (0, 0))
    job = queued(a_job_queued(dataset=replace(staged.dataset, name=f"rows{ending}")))
    mirror = FilesystemJobMirror(hall)
    mirror.show([job])
    assert (hall / "queue" / "normal" / f"{job.id}{ending}").exists()
    assert list(inbox.arrivals()) == []
    mirror.show([after(job, a_job_started(job.id))])
    assert list((hall / "queue" / "normal").iterdir()) == []
    assert (hall / "queue" / "processing" / f"{job.id}{ending}").exists()


@pytest.mark.slow
def test_fault_40_a_flood_of_small_files_arrives_whole(
    inbox: FilesystemInbox, outside: Around, hall: Path
) -> None:
    outside.put("first.jsonl", ROWS, age=60)
    folder = hall / "queue" / "normal"
    for number in range(20_000):  # links are quicker to make
        (folder / f"{number}.jsonl").hardlink_to(folder / "first.jsonl")
    arrivals = inbox.arrivals()
    assert len({arrival.name for arrival in arrivals}) == len(arrivals) == 20_001
