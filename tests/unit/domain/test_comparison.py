"""In what two jobs differ."""

from dataclasses import replace

from domain.comparison import differences
from domain.job_evolution import evolve, queued
from tests.builders import a_job_queued, a_job_started

JOB = evolve(queued(a_job_queued()), a_job_started(a_job_queued().job_id))


def test_a_job_does_not_differ_from_itself() -> None:
    assert differences(JOB, JOB) == []


def test_a_setting_that_differs_is_named_with_both_values() -> None:
    other = replace(JOB, settings={**JOB.settings, "hyperparams.seed": 7})
    assert differences(JOB, other) == [("hyperparams.seed", None, 7)]


def test_data_and_start_are_compared_too() -> None:
    other = replace(JOB, dataset=replace(JOB.dataset, sha256="f" * 64), head="abc")
    assert [what for what, _, _ in differences(JOB, other)] == ["sha256", "head"]
