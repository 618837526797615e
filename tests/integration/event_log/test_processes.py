import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from adapters.event_log.campaign_repository import SqliteCampaignRepository
from adapters.event_log.database import open_database, open_readonly
from adapters.event_log.event_log import SqliteEventLog
from adapters.event_log.job_repository import SqliteJobRepository
from application.ports.event_log import START, Append, LogBusyError, campaign_stream
from domain.job import JobStatus
from tests.builders import CAMPAIGN, a_campaign_created
from tests.contracts.event_log import noticed
from tests.contracts.jobs import Jobs
from tests.integration.event_log.actors import CAMPAIGNS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
Actor = subprocess.Popen[str]
Begin = Callable[..., Actor]


@pytest.fixture
def begin(path: Path) -> Iterator[Begin]:
    """Give what lets an actor play in a process of its own."""
    actors: list[Actor] = []

    def begin(what: str, *more: str) -> Actor:
        actor = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.event_log.actors", what, path, *more],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        actors.append(actor)
        return actor

    yield begin
    for actor in actors:
        actor.kill()
        actor.communicate()


def said(actor: Actor) -> str:
    assert actor.stdout is not None
    return actor.stdout.readline().strip()


def test_two_processes_share_200_jobs_and_claim_none_twice(
    connection: Connection, log: SqliteEventLog, begin: Begin
) -> None:
    repository = SqliteJobRepository(connection, log)
    jobs = Jobs(log, repository)
    queued = [jobs.queue(number, campaign=CAMPAIGNS[number % 2]) for number in range(200)]
    actors = [begin("claim_all"), begin("claim_all")]
    assert [said(actor) for actor in actors] == ["ready", "ready"]
    for actor in actors:
        assert actor.stdin is not None
        actor.stdin.write("go\n")
        actor.stdin.flush()
    claims = [actor.communicate(timeout=60)[0].split() for actor in actors]
    claimed = [*claims[0][::2], *claims[1][::2]]
    fences = [*claims[0][1::2], *claims[1][1::2]]
    assert sorted(claimed) == sorted(queued)
    assert len(set(fences)) == 200
    assert all(job.attempts == 1 for job in repository.find(status=JobStatus.FAILED))
    assert all(len(one) > 10 for one in claims), "one process had to wait for the other"
    log.verify()


@pytest.mark.parametrize("acknowledged", [1, 40, 170])
def test_a_killed_writer_leaves_a_sound_log_with_all_that_it_acknowledged(
    path: Path, begin: Begin, acknowledged: int
) -> None:
    open_database(path).close()
    writer = begin("append_for_ever")
    acks = [said(writer) for _ in range(acknowledged)]
    writer.kill()
    acks += writer.communicate()[0].split()
    files = sorted(path.parent.iterdir())
    with closing(open_readonly(path)) as reader:
        log = SqliteEventLog(reader, "reader")
        kept = [getattr(recorded.event, "name", "") for recorded in log.read_stream("dataset/a")]
        pairs = log.read_stream("dataset/b")
        log.verify()
    assert kept[: len(acks)] == acks
    assert len(kept) <= len(acks) + 1
    assert len(pairs) == 2 * len(kept)
    assert sorted(path.parent.iterdir()) == files
    with closing(open_database(path)) as next_writer:
        log = SqliteEventLog(next_writer, "next")
        log.append(noticed("after"))
        log.verify()


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO jobs", "INSERT INTO events VALUES (5", "INSERT INTO campaigns", "COMMIT"],
)
def test_job_completed_and_head_advanced_survive_together_or_not_at_all(
    path: Path, begin: Begin, statement: str
) -> None:
    with closing(open_database(path)) as connection:
        log = SqliteEventLog(connection, "before")
        log.append(Append(campaign_stream(CAMPAIGN), (a_campaign_created(),), 0))
        jobs = Jobs(log, SqliteJobRepository(connection, log))
        jobs.queue(1)
        jobs.claimed()
    assert begin("complete_and_die", statement).wait(30) == -9
    with closing(open_readonly(path)) as reader:
        log = SqliteEventLog(reader, "after")
        log.verify()
        assert len(log.read_after(START)) == 3
        (job,) = SqliteJobRepository(reader, log).find()
        assert job.status is JobStatus.PROCESSING
        assert SqliteCampaignRepository(reader).get(CAMPAIGN).heads == ()


def test_a_log_that_another_program_keeps_locked_is_busy_and_can_be_read(
    path: Path, connection: Connection, log: SqliteEventLog, begin: Begin
) -> None:
    log.append(noticed("before"))
    assert said(begin("keep_locked")) == "locked"
    connection.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(LogBusyError):
        log.append(noticed("during"))
    with closing(open_readonly(path)) as reader:
        assert len(SqliteEventLog(reader, "").read_after(START)) == 1


def test_an_open_database_that_is_up_to_date_loads_no_sqlite_utils(path: Path) -> None:
    open_database(path).close()
    script = (
        "import sys; from pathlib import Path;"
        "from adapters.event_log.database import open_database, open_readonly;"
        "from adapters.event_log.metrics import open_metrics_readonly;"
        "path = Path(sys.argv[1]); open_database(path); open_readonly(path);"
        "open_metrics_readonly(path.with_name('metrics.db'));"
        "print(sorted({'sqlite_utils', 'pandas', 'numpy', 'torch'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"
