"""What the doctor says of engines that are described."""

from typing import Any

import pytest

from adapters.memory.engine_probe import MemoryEngineProbe
from application.checks import Check, State
from application.crowding import Crowding
from application.ports.engine_probe import TriedAttention
from application.use_cases.examine_engine import examine_engine
from domain.settings.model import Attention

GPU = {"on_gpu": True, "device": "cuda NVIDIA H200", "bfloat16": True, "dtype": "mixed"}
CROWDED = Crowding(4, 4, 1.0)
ON_FLASH = (TriedAttention(Attention.FLASH, ""), TriedAttention(Attention.SDPA, ""))
ALL_WRONG = (TriedAttention(Attention.SDPA, "differs"), TriedAttention(Attention.EAGER, "fails"))


def checks(**facts: Any) -> dict[str, Check]:
    return {check.name: check for check in examine_engine(MemoryEngineProbe(**facts))}


def test_nothing_is_wrong_with_a_sound_engine() -> None:
    found = checks()
    assert {check.state for check in found.values()} == {State.OK}
    assert {"engine", "precision", "threads", "attention sdpa", "flash-attn", "loss"} <= set(found)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "float32: this CPU has no units for bfloat16"),
        ({"bfloat16": True}, "float32: this CPU has units for bfloat16, but small steps get lost"),
        (GPU, "mixed: this GPU has units for products in bfloat16"),
        ({"on_gpu": True}, "float32: this GPU has no units"),
    ],
)
def test_the_number_format_is_told_with_its_reason(facts: dict[str, Any], said: str) -> None:
    assert checks(**facts)["precision"].detail.startswith(said)


def test_the_threads_are_told_with_what_limits_them() -> None:
    detail = checks(quota=2.5, preferred=8, allowed=6)["threads"].detail
    assert "torch takes 8" in detail
    assert "the scheduler allows 6" in detail
    assert "a quota allows 2.5" in detail


def test_cores_that_others_keep_busy_are_a_warning_but_where_a_gpu_computes() -> None:
    crowded = checks(crowding=CROWDED)["threads"]
    assert (crowded.state, crowded.fix) == (State.WARN, ("environment.num_threads=1",))
    assert "3.0 busy with other work" in crowded.detail
    assert checks(crowding=CROWDED, **GPU)["threads"].state is State.OK


def test_the_first_attention_that_passed_is_the_choice_and_each_has_its_verdict() -> None:
    tried = (
        TriedAttention(Attention.FLASH, "the package flash-attn is not installed"),
        TriedAttention(Attention.SDPA, ""),
        TriedAttention(Attention.EAGER, ""),
    )
    found = checks(attentions=tried)
    assert found["attention flash_attention_2"].detail == "the package flash-attn is not installed"
    assert found["attention sdpa"].detail.startswith("chosen")
    assert found["attention eager"].detail == "computes the same"
    assert {check.state for check in found.values()} == {State.OK}


@pytest.mark.parametrize(
    ("facts", "name", "state", "said"),
    [
        ({"attentions": ALL_WRONG}, "attention", State.FAIL, "none passed"),
        ({"loss": "off by 5.0e-01"}, "loss", State.FAIL, "off by 5.0e-01"),
        ({**GPU, "flash_attention": "undefined symbol"}, "flash-attn", State.WARN, "undefined"),
        ({"broken": "no kernel runs"}, "engine", State.FAIL, "no kernel runs"),
    ],
)
def test_every_problem_is_named(facts: dict[str, Any], name: str, state: State, said: str) -> None:
    check = checks(**facts)[name]
    assert check.state is state
    assert said in check.detail


def test_flash_attention_that_loads_is_told() -> None:
    found = checks(**GPU, flash_attention="", attentions=ON_FLASH)
    assert found["flash-attn"].detail == "can be imported"
    assert found["attention flash_attention_2"].detail.startswith("chosen")
