"""kill -9 at any moment: the job goes on to the same numbers and the same weights."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guild_cli import Hall
from tests.integration.killing import (
    Moment,
    a_hall,
    drafts,
    half_checkpoints,
    killed_at,
    numbers,
)

pytestmark = pytest.mark.slow

PHASES = ("training", "saving", "evaluating", "training", "saving")
LONGEST = {"training": 0.1, "saving": 0.06, "evaluating": 0.1}
KILLS, MOST = 10, 6


def moments(seed: str, steps: int) -> Iterator[Moment]:
    """Draw moments over the whole run, the same for every run of the test."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    for kill in range(KILLS):
        phase = PHASES[kill % len(PHASES)]
        step = 1 + kill * (steps - 5) // (KILLS - 1)
        yield Moment(phase, step, chance.uniform(0, LONGEST[phase]))


def steps_of(hall: Hall) -> int:
    return int(hall.json("job", "list")["jobs"][0]["final_step"])


def require_the_same(hall: Hall, whole: Hall, kills: int) -> None:
    """Compare bit for bit, and look that nothing was done twice or left behind."""
    assert numbers(hall) == numbers(whole)
    assert hall.weights() == whole.weights()
    assert half_checkpoints(hall) == []
    assert drafts(hall) == []
    events = hall.events()
    assert (events.count("JobCompleted"), events.count("LeaseExpired")) == (1, kills)
    assert events.count("JobStarted") == kills + 1
    (job,) = hall.json("job", "list")["jobs"]
    assert job["ending"]["rows"] == 3 * job["num_examples"] == 120
    assert hall.json("train", "next")["job"] is None


@pytest.fixture(name="packed", scope="module", params=[True, False], ids=["packed", "padded"])
def _packed(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(name="whole", scope="module")
def _whole(packed: bool, tmp_path_factory: pytest.TempPathFactory) -> Hall:  # noqa: FBT001
    """A job that nothing disturbs."""
    hall = a_hall(tmp_path_factory.mktemp("whole"), packed=packed)
    hall.ok("train", "next")
    return hall


@pytest.fixture(name="hall")
def _hall(packed: bool, tmp_path: Path) -> Hall:  # noqa: FBT001
    """The same job, which waits."""
    return a_hall(tmp_path, packed=packed)


def test_a_kill_in_a_save_or_in_the_third_epoch_changes_nothing(
    hall: Hall, whole: Hall, *, packed: bool
) -> None:
    steps = steps_of(whole)
    late = Moment("training", 2 * steps // 3 + 2, 0.01)
    phase = killed_at(hall, Moment("saving", steps // 3 + 1, 0.0) if packed else late)
    assert phase == "saving" or not packed
    assert half_checkpoints(hall) == []

    hall.ok("train", "next")
    require_the_same(hall, whole, kills=1)


def test_a_kill_while_a_checkpoint_is_written_beside_the_training_changes_nothing(
    whole: Hall, tmp_path: Path, *, packed: bool
) -> None:
    hall = a_hall(tmp_path, packed=packed, asynchronous=True)
    phase, kills = "", 0
    while not (drafts(hall) and phase == "training"):
        assert kills < MOST, "no kill came while something was written"
        phase = killed_at(hall, Moment("saving", 2 + 2 * kills, 0.0))
        kills += 1
        assert half_checkpoints(hall) == []

    hall.ok("train", "next")
    require_the_same(hall, whole, kills)


@pytest.mark.very_slow
def test_ten_kills_at_random_moments_change_nothing(hall: Hall, whole: Hall) -> None:
    for moment in moments("kills", steps_of(whole)):
        killed_at(hall, moment)
        assert half_checkpoints(hall) == []

    hall.ok("train", "next")
    require_the_same(hall, whole, KILLS)


@pytest.mark.very_slow
def test_the_same_job_gives_the_same_weights_in_another_process(hall: Hall, whole: Hall) -> None:
    process = hall.start("--quiet", "train", "next")
    assert process.wait() == 0, process.communicate()
    process.communicate()
    require_the_same(hall, whole, kills=0)
