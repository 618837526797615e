"""What was asked for, and what a job found."""

from dataclasses import replace

import pytest

from domain.equipment import Equipment
from domain.settings.environment import Environment
from domain.settings.model import Attention, ModelSettings, Precision
from domain.settings.settings import Settings
from tests.builders import an_equipment

FOUND = an_equipment()


def test_what_nobody_asked_for_is_no_difference() -> None:
    assert FOUND.differences(Settings()) == ()


@pytest.mark.parametrize(
    ("found", "difference"),
    [
        (replace(FOUND, dtype="bfloat16"), "model.dtype: asked float32, found bfloat16"),
        (replace(FOUND, attention="eager"), "model.attn_implementation: asked sdpa, found eager"),
        (replace(FOUND, compiled=True), "model.compile: asked False, found True"),
        (replace(FOUND, fused=True), "model.liger: asked False, found True"),
        (replace(FOUND, threads=3), "environment.num_threads: asked 2, found 3"),
        (
            replace(FOUND, micro_batch=2),
            "batch: asked batch 1 x 16 passes, found batch 2 x 16 passes",
        ),
        (replace(FOUND, world_size=2), "processes: asked 1, found 2"),
        (
            replace(FOUND, trainable_parameters=3),
            "trainable weights: asked 1000, found 3",
        ),
    ],
)
def test_each_thing_that_is_not_as_asked_is_named(found: Equipment, difference: str) -> None:
    asked = Settings(
        model=ModelSettings(dtype=Precision.FLOAT32, attn_implementation=Attention.SDPA),
        environment=Environment(num_threads=2),
    )
    assert FOUND.differences(asked) == ()
    assert found.differences(asked) == (difference,)
