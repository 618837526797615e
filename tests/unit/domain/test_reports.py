"""What a running job tells."""

import math

import pytest

from domain.reports import (
    METRIC_NAMES,
    CheckpointCommitted,
    Evaluated,
    JobBroken,
    JobDone,
    Phase,
    PhaseBegun,
    ReceiptMade,
    Report,
    StepDone,
    Warned,
    metrics_of,
)
from domain.result import Cause
from tests.builders import a_checkpoint, a_receipt, a_result


def a_step(*, seconds: float = 0.5) -> StepDone:
    return StepDone(
        step=3,
        total=9,
        campaign_step=103,
        loss=1.5,
        learning_rate=2e-4,
        grad_norm=0.75,
        tokens=120,
        seconds=seconds,
    )


def test_a_step_has_its_numbers_at_the_step_of_the_campaign() -> None:
    assert metrics_of(a_step()) == (
        103,
        {"loss": 1.5, "learning_rate": 2e-4, "grad_norm": 0.75, "tokens_per_second": 240.0},
    )


def test_an_evaluation_has_the_loss_of_the_rows_held_out() -> None:
    assert metrics_of(Evaluated(campaign_step=103, loss=2.5, rows=4)) == (103, {"val_loss": 2.5})


def test_every_number_has_one_of_the_known_names() -> None:
    told = [metrics_of(a_step()), metrics_of(Evaluated(campaign_step=1, loss=1.0, rows=1))]
    assert {name for found in told if found for name in found[1]} == set(METRIC_NAMES)


def test_a_step_that_took_no_measurable_time_has_no_endless_speed() -> None:
    found = metrics_of(a_step(seconds=0.0))
    assert found is not None
    assert all(math.isfinite(value) for value in found[1].values())


@pytest.mark.parametrize(
    "report",
    [
        PhaseBegun(Phase.LOADING),
        ReceiptMade(a_receipt()),
        CheckpointCommitted(a_checkpoint()),
        Warned("the disk is slow"),
        JobDone(a_result()),
        JobBroken(Cause.DIVERGED, "loss is nan"),
    ],
    ids=lambda report: type(report).__name__,
)
def test_what_is_no_measurement_has_no_numbers(report: Report) -> None:
    assert metrics_of(report) is None
