import itertools

import pytest

from domain.schedule import rate_factor
from domain.settings.continuation import LearningRate
from domain.settings.hyperparams import Schedule
from domain.settings.layers import with_values
from domain.settings.settings import Settings


def rates(
    total: int, *, warmup: int = 0, own: str = "cosine", on_head: str = "", continues: bool = True
) -> list[float]:
    values = {
        "hyperparams.warmup_steps": warmup,
        "hyperparams.lr_scheduler_type": own,
        "continuation.learning_rate": on_head or "cosine_per_job",
    }
    settings = with_values(Settings(), values)
    steps = range(1, total + 1)
    return [rate_factor(step, total, settings, continues=continues) for step in steps]


def test_constant_is_at_the_highest_rate_from_the_first_step_on() -> None:
    assert rates(10, warmup=3, on_head="constant") == [1.0] * 10


def test_rewarm_rises_and_stays() -> None:
    assert rates(6, warmup=2, on_head="rewarm") == [0, 0.5, 1, 1, 1, 1]


def test_wsd_rises_stays_and_falls_over_the_last_fifth() -> None:
    found = rates(20, warmup=2, on_head="wsd")
    assert found[:3] == [0, 0.5, 1]
    assert found[2:16] == [1] * 14
    assert found[16:] == pytest.approx([0.8, 0.6, 0.4, 0.2])


@pytest.mark.parametrize("own", list(Schedule))
@pytest.mark.parametrize("warmup", [0, 3])
def test_cosine_per_job_is_the_whole_own_schedule(own: Schedule, warmup: int) -> None:
    assert rates(12, warmup=warmup, own=own) == rates(12, warmup=warmup, own=own, continues=False)


@pytest.mark.parametrize("course", list(LearningRate))
def test_a_job_from_the_base_model_keeps_its_own_schedule(course: LearningRate) -> None:
    own = rates(12, warmup=3, own="linear")
    assert rates(12, warmup=3, own="linear", on_head=course, continues=False) == own


def test_the_own_schedules_rise_and_fall() -> None:
    for own in ("cosine", "linear"):
        found = rates(20, warmup=4, own=own)
        assert found[:5] == [0, 0.25, 0.5, 0.75, 1]
        assert all(later < earlier for earlier, later in itertools.pairwise(found[4:]))
        assert 0 < found[-1] < 0.1
    assert rates(20, warmup=4, own="constant_with_warmup")[4:] == [1] * 16


@pytest.mark.parametrize("course", list(LearningRate))
@pytest.mark.parametrize("own", list(Schedule))
@pytest.mark.parametrize("total", [1, 2, 5, 11])
def test_a_rate_is_never_below_nothing_or_above_the_highest(
    course: LearningRate, own: Schedule, total: int
) -> None:
    for warmup in (0, 1, 100):
        found = rates(total, warmup=warmup, own=own, on_head=course)
        assert all(0 <= rate <= 1 for rate in found)


@pytest.mark.parametrize("course", list(LearningRate))
def test_the_step_after_the_last_has_a_rate_too(course: LearningRate) -> None:
    settings = with_values(Settings(), {"continuation.learning_rate": course})
    assert 0 <= rate_factor(8, 7, settings, continues=True) <= 1
