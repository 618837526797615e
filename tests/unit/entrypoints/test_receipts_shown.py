"""guild job show: what was checked before a job trained."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from application.ports.event_log import HALL_STREAM, Append
from domain.hall_events import HallPaused
from domain.job_events import JobEquipped, JobSteppedDown
from domain.job_evolution import queued
from domain.receipts import PackingProof
from domain.result import Cause
from domain.rows import BadRow
from entrypoints.cli.app import App
from entrypoints.cli.main import guild
from entrypoints.cli.receipts import equipment_facts, mask_facts, packing_facts
from entrypoints.factories import create_hall
from tests.builders import (
    NOON,
    a_job_queued,
    a_job_started,
    a_packing,
    a_receipt,
    an_equipment,
)
from tests.memory_hall import MemoryHall, rows
from tests.strategies import after

FOUR_ROWS = {
    "hyperparams.per_device_train_batch_size": 4,
    "hyperparams.gradient_accumulation_steps": 1,
}
Guild = Callable[..., Result]
LEAK = PackingProof(
    rows=(4, 9), difference=0.25, tolerance=1e-3, attention="sdpa", layer="layers.2"
)


@pytest.fixture(name="memory")
def _memory(tmp_path: Path) -> MemoryHall:
    memory = MemoryHall(tmp_path / "memory")
    wishes = ("packing.enabled=true", "data.bad_rows=drop", "data.over_long=drop")
    memory.enlist("first", *wishes)
    long = b'{"question": "' + b"long " * 60 + b'", "answer": "x"}\n'
    memory.add("july.jsonl", rows(20) + rows(2) + b"no json\n" + long)
    memory.train()
    return memory


@pytest.fixture(name="run")
def _run(tmp_path: Path, memory: MemoryHall) -> Guild:
    create_hall(tmp_path / "hall")
    line = ("-C", str(tmp_path / "hall"))
    app = App(override=memory.providers())
    return lambda *words: CliRunner().invoke(guild, [*line, *words], obj=app)


def test_both_receipts_are_shown(run: Guild, memory: MemoryHall) -> None:
    [job] = memory.jobs.find()
    shown = run("job", "show", job.ref).stdout.splitlines()
    [packing] = job.packings
    for line in (
        "format\tquestion/answer",
        "profile\tplain_sft 1",
        "bad rows\t1: lines 23",
        "over-long\t1: lines 24",
        "duplicates\t2",
        f"plan\t{packing.plan}",
        f"attention\t{packing.proof.attention if packing.proof else None}",
        f"template\t{job.receipts[0].template_digest}",
    ):
        assert line in shown
    named = {line.partition("\t")[0]: line.partition("\t")[2] for line in shown}
    assert named["packing"].startswith("packed, ")
    assert named["packing proof"].startswith("holds: rows ")
    assert "⟦number" in named["sample 1"]
    assert "left out" in named["remark 1"]
    assert named["lost to length"] != "0.00% of all tokens"


def test_the_document_holds_all_of_both(run: Guild, memory: MemoryHall) -> None:
    [job] = memory.jobs.find()
    metadata = json.loads(run("--json", "job", "show", job.ref).stdout)["job"]["metadata"]
    [receipt], [packing] = metadata["receipts"], metadata["packings"]
    assert receipt["bad"][0]["number"] == 23
    assert set(packing["proof"]) == {"rows", "difference", "tolerance", "attention", "layer"}
    assert packing["plan"] == job.packings[0].plan


def test_events_tell_both_receipts_in_a_line(run: Guild, memory: MemoryHall) -> None:
    [job] = memory.jobs.find()
    shown = run("job", "events", job.ref).stdout
    assert "JobReceiptRecorded\trows=" in shown
    assert "JobPackingRecorded\tpacked=True fill=0." in shown


def test_what_a_job_ran_on_is_shown(run: Guild, memory: MemoryHall) -> None:
    [job] = memory.jobs.find()
    shown = run("job", "show", job.ref).stdout.splitlines()
    assert "device\tmemory, float32, eager, 1 threads" in shown
    assert any(line.startswith("batch\tbatch ") for line in shown)
    assert "JobEquipped\tdevice=memory dtype=float32 batch=" in run("job", "events", job.ref).stdout
    metadata = json.loads(run("--json", "job", "show", job.ref).stdout)["job"]["metadata"]
    assert metadata["equipment"]["world_size"] == 1


def test_smaller_passes_are_shown_with_what_comes_next() -> None:
    waiting = queued(a_job_queued())
    held = after(waiting, a_job_started(waiting.id, settings=FOUR_ROWS))
    ran = an_equipment(batch=2, passes=2)
    told = JobEquipped(job_id=waiting.id, at=NOON, equipment=ran)
    smaller = JobSteppedDown(
        job_id=waiting.id,
        at=NOON,
        cause=Cause.OUT_OF_GPU_MEMORY,
        message="full",
        rung=an_equipment(batch=1, passes=4).rung,
    )
    assert equipment_facts(waiting) == {}
    assert equipment_facts(after(held, smaller)) == {"batch": "batch 1 x 4 passes next"}
    assert "(did not fit otherwise" in str(equipment_facts(after(held, told))["batch"])
    assert str(equipment_facts(after(held, told, smaller))["batch"]).endswith(
        "; batch 1 x 4 passes next"
    )


def test_faster_attentions_that_were_passed_over_are_shown_with_their_reasons() -> None:
    waiting = queued(a_job_queued())
    held = after(waiting, a_job_started(waiting.id))
    ran = replace(an_equipment(), passed_over=("flash_attention_2: not installed",))
    facts = equipment_facts(after(held, JobEquipped(job_id=waiting.id, at=NOON, equipment=ran)))
    assert facts["not used 1"] == "flash_attention_2: not installed"


@pytest.mark.parametrize(
    ("what", "shown"), [("compiled", ", layers compiled"), ("fused", ", Liger's kernels")]
)
def test_layers_that_run_in_another_way_are_shown(what: str, shown: str) -> None:
    waiting = queued(a_job_queued())
    held = after(waiting, a_job_started(waiting.id))
    for found in (an_equipment(), replace(an_equipment(), **{what: True})):
        told = JobEquipped(job_id=waiting.id, at=NOON, equipment=found)
        model = str(equipment_facts(after(held, told))["model"])
        assert model.endswith(shown) is getattr(found, what)


def test_a_paused_hall_is_shown(run: Guild, memory: MemoryHall) -> None:
    assert "pause" not in run("status").stdout
    pause = HallPaused(at=NOON, cause=Cause.DISK_FULL, needed=4096)
    memory.log.append(Append(HALL_STREAM, (pause,)))
    assert "hall\tpaused, disk_full: a checkpoint needs 4096 free bytes" in run("status").stdout
    assert json.loads(run("--json", "status").stdout)["pause"]["needed"] == 4096


def test_the_layer_that_leaks_is_named() -> None:
    facts = packing_facts(replace(a_packing(packed=False), proof=LEAK))
    assert str(facts["packing"]).startswith("padded, 98.0% full, 3 ")
    assert facts["packing proof"] == (
        "does not hold, first in layers.2: rows 4 and 9 differ by 0.25, 0.001 is rounding"
    )


def test_without_a_proof_nothing_is_packed() -> None:
    facts = packing_facts(a_packing(packed=False))
    assert "nothing is packed" in str(facts["packing proof"])
    assert "attention" not in facts


def test_the_first_lines_are_named_and_all_are_counted() -> None:
    bad = tuple(BadRow(number, "empty") for number in range(1, 101))
    facts = mask_facts(replace(a_receipt(), bad_rows=240, bad=bad))
    assert facts["bad rows"] == "240: lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 …"


def test_a_replaced_template_and_other_oddities_are_told() -> None:
    odd = replace(
        a_receipt(), template_digest="ab", template_replaced=True, end_of_turn_trained=False
    )
    facts = mask_facts(odd)
    assert facts["template"] == "ab (plain ChatML, in place of the model's own)"
    assert facts["end of turn"] == "not in every row"
    assert facts["remark 1"] == "the model's chat template is replaced by plain ChatML"


def test_receipts_from_before_there_was_a_format_can_be_shown() -> None:
    facts = mask_facts(a_receipt())
    assert facts["format"] is None
    assert facts["over-long"] == "2: lines 3, 7"
