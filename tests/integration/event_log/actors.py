"""What other processes do to a log while a test watches: python -m ...actors WHAT PATH [MORE]."""

import os
import signal
import sqlite3
import sys
import time
from pathlib import Path

from adapters.event_log.database import open_database
from adapters.event_log.event_log import SqliteEventLog
from adapters.event_log.job_repository import SqliteJobRepository
from application.ports.event_log import Append, campaign_stream, job_stream
from application.ports.job_repository import CampaignBusyError
from domain import job_decisions as decide
from domain.dataset import DatasetRejected
from domain.ids import CampaignId, campaign_id
from domain.job_events import JobCompleted
from domain.result import Cause
from tests.builders import CAMPAIGN, HERO, NOON, a_checkpoint, a_head_advanced, a_result
from tests.contracts.jobs import fence_of, starting

CAMPAIGNS = (CAMPAIGN, campaign_id(HERO, "other"))


def claim_all(path: Path) -> None:
    """Claim and end jobs until none waits; say each claim."""
    connection = open_database(path)
    log = SqliteEventLog(connection, f"process {os.getpid()}")
    jobs = SqliteJobRepository(connection, log)
    waiting = set(CAMPAIGNS)
    say("ready")
    sys.stdin.readline()
    while waiting:
        waiting -= {campaign for campaign in sorted(waiting) if not claim_one(log, jobs, campaign)}


def claim_one(log: SqliteEventLog, jobs: SqliteJobRepository, campaign: CampaignId) -> bool:
    try:
        job = jobs.claim(campaign, NOON, starting())
    except CampaignBusyError:
        return True
    if job is None:
        return False
    say(job.id, fence_of(job))
    failed = decide.give_up(job, fence_of(job), Cause.DATA_ERROR, "", NOON)
    log.append(Append(job_stream(job.id), (failed,), job.version))
    return True


def append_for_ever(path: Path) -> None:
    """Append to two streams at a time; say each append once it is done."""
    log = SqliteEventLog(open_database(path), f"process {os.getpid()}")
    for number in range(10**6):
        event = DatasetRejected(name=str(number), reason="", at=NOON)
        log.append(Append("dataset/a", (event,)), Append("dataset/b", (event, event)))
        say(number)


def complete_and_die(path: Path, statement: str) -> None:
    """Complete the processing job and advance the head, but die where a statement begins."""
    connection = open_database(path)
    log = SqliteEventLog(connection, "doomed")
    (job,) = SqliteJobRepository(connection, log).find()
    checkpoint = a_checkpoint(job.id)
    connection.set_trace_callback(lambda sql: die() if sql.strip().startswith(statement) else None)
    log.append(
        Append(
            job_stream(job.id),
            (JobCompleted(job_id=job.id, at=NOON, result=a_result(checkpoint)),),
            job.version,
        ),
        Append(campaign_stream(CAMPAIGN), (a_head_advanced(checkpoint),), 1),
    )


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def keep_locked(path: Path) -> None:
    """Begin a transaction as a program that is not guild, and never end it."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    say("locked")
    time.sleep(600)


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
