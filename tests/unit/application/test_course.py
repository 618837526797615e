"""From a dataset to the material of a job: rows held out, packs proven, receipts recorded."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.memory.model_loader import MemoryModel
from adapters.memory.token_store import MemoryTokenStore
from adapters.memory.trainer import MemoryTrainer
from application.course import divided
from application.ports.status_sink import StatusSink
from application.ports.trainer import Control
from domain.batching import BatchPlan
from domain.job import Completed, Failed, Job, JobStatus
from domain.job_record import from_dict, to_dict
from domain.masking import Encoded
from domain.reports import Report, Warned
from domain.result import Cause
from domain.row_set import RowSet
from domain.settings.layers import Value, with_values
from domain.settings.settings import Settings
from tests.memory_hall import MemoryHall
from tests.unit.application.preparations import Bench, Row, a_file, a_pair, pairs

PACKED = "packing.enabled=true"
UNREADABLE = '{"question": "cut off'


class Plans(MemoryTokenStore):
    """Counts the plans that were made."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []

    def keep_plan(self, plan: BatchPlan) -> None:
        super().keep_plan(plan)
        self.kept.append(plan.digest)


class Listener(StatusSink):
    def __init__(self, sink: StatusSink) -> None:
        self._sink = sink
        self.told: list[Report] = []

    def tell(self, job: Job, report: Report) -> None:
        self._sink.tell(job, report)
        self.told.append(report)

    @property
    def warnings(self) -> list[str]:
        return [report.message for report in self.told if isinstance(report, Warned)]


def a_hall(folder: Path, *settings: str, trainer: MemoryTrainer | None = None) -> MemoryHall:
    hall = MemoryHall(folder, trainer=trainer)
    hall.tokens = Plans()
    hall.enlist("first", *settings)
    return hall


@pytest.fixture
def hall(tmp_path: Path) -> MemoryHall:
    return a_hall(tmp_path / "hall", PACKED)


def trained(hall: MemoryHall, rows: Sequence[Row | str] = (), *assignments: str) -> Job:
    if rows:
        hall.add(content=a_file(rows))
    job = hall.train(*assignments)
    assert job is not None
    return job


def completed(hall: MemoryHall, rows: Sequence[Row | str] = (), *assignments: str) -> Job:
    job = trained(hall, rows, *assignments)
    assert isinstance(job.state, Completed), job.last_error
    return job


def failed(hall: MemoryHall, rows: Sequence[Row | str] = (), *assignments: str) -> Failed:
    job = trained(hall, rows, *assignments)
    assert isinstance(job.state, Failed), job
    return job.state


def weights(hall: MemoryHall) -> str:
    head = hall.campaigns.active().head
    assert head is not None
    return MemoryModel.read(hall.checkpoints.locate(head)).digest


def after(calls: int) -> Callable[[], Control]:
    left = iter([Control.GO_ON] * calls)
    return lambda: next(left, Control.STOP)


def sides(rows: Sequence[Row], **settings: Value) -> tuple[set[Any], set[Any]]:
    """Prepare rows and give the ids of those (trained, held out)."""
    bench, share = Bench(), {"data.validation_split": 0.25}
    wishes: Mapping[str, Value] = {
        **share,
        **{name.replace("__", "."): value for name, value in settings.items()},
    }
    prepared, _ = bench.prepare(bench.dataset(rows), wishes)
    parts = divided(prepared, with_values(Settings(), wishes).data)

    def said(part: RowSet) -> set[Any]:
        return {row.ids for row in part}

    left = sum(1 for length in prepared.lengths if length)
    assert len(parts[0]) + len(parts[1]) <= left
    assert len(parts[0]) + len(parts[1]) == left or "data.validation_max_samples" in wishes
    return said(parts[0]), said(parts[1])


def test_rows_that_are_added_or_moved_leave_every_other_row_on_its_side() -> None:
    rows = pairs(60)
    train, held = sides(rows)
    more_train, more_held = sides([*pairs(60, 100), *reversed(rows), *pairs(30, 500)])

    assert 5 < len(held) < 30
    assert train < more_train
    assert held < more_held


def test_a_shorter_length_takes_rows_out_and_moves_none() -> None:
    rows = [a_pair(number, answer="o" * number) for number in range(1, 80)]
    train, held = sides(rows, data__over_long="drop")
    left_train, left_held = sides(rows, data__over_long="drop", hyperparams__max_length=60)

    assert left_train < train
    assert left_held < held


def test_bad_rows_move_no_other_row() -> None:
    train, held = sides(pairs(60))
    mixed = [row for pair in pairs(60) for row in (pair, {"question": "why?"})]

    assert sides(mixed, data__bad_rows="drop") == (train, held)


def test_the_parts_of_a_split_row_and_equal_rows_are_on_one_side() -> None:
    talks = [
        {"messages": [turn for n in range(6) for turn in (
            {"role": "user", "content": f"{talk} {n}?"}, {"role": "assistant", "content": "yes"}
        )]}
        for talk in range(40)
    ]  # fmt: skip
    train, held = sides([*talks, *talks], data__over_long="split_turns", hyperparams__max_length=40)

    assert held
    assert not train & held
    said = ["".join(chr(one - 5) for one in ids if one >= 5).split()[0] for ids in train]
    assert set(said).isdisjoint(
        "".join(chr(one - 5) for one in ids if one >= 5).split()[0] for ids in held
    )


def test_at_most_so_many_rows_are_measured_and_one_is_always_trained() -> None:
    trained, measured = sides(pairs(60), data__validation_max_samples=3)
    assert (len(measured), trained) == (3, sides(pairs(60))[0])
    train, held = sides(pairs(1), data__validation_split=0.5)
    assert (len(train), len(held)) == (1, 0)


def test_rows_of_a_file_are_measured_instead_of_rows_held_out(hall: MemoryHall) -> None:
    hall.shelf["held.jsonl"] = a_file(pairs(7, 1000))
    first = completed(hall, pairs(9), "data.validation_dataset_path=held.jsonl").receipts[0]
    second = completed(hall, pairs(5, 50), "data.validation_dataset_path=held.jsonl").receipts[0]

    assert (first.rows, first.held_out) == (9, 7)
    assert (second.rows, second.held_out) == (5, 7)
    assert first.held_out_digest == second.held_out_digest != ""


def test_of_a_file_too_at_most_so_many_rows_are_measured(hall: MemoryHall) -> None:
    hall.shelf["held.jsonl"] = a_file(pairs(7, 1000))
    wishes = ("data.validation_dataset_path=held.jsonl", "data.validation_max_samples=4")

    assert completed(hall, pairs(9), *wishes).receipts[0].held_out == 4


@pytest.mark.parametrize("rows", [[UNREADABLE], [*pairs(3), UNREADABLE], []])
def test_a_file_to_measure_by_that_cannot_be_used_ends_the_job(
    hall: MemoryHall, rows: list[Row | str]
) -> None:
    hall.shelf["held.jsonl"] = a_file(rows)
    state = failed(hall, pairs(9), "data.validation_dataset_path=held.jsonl")

    assert state.cause is Cause.DATA_ERROR


def test_one_row_alone_is_trained_without_a_proof(hall: MemoryHall) -> None:
    job = completed(hall, pairs(1))

    assert (job.receipts[0].rows, job.receipts[0].held_out) == (1, 0)
    assert not job.packings[0].packed
    assert job.packings[0].proof is None


def test_rows_are_packed_where_the_model_keeps_them_apart(hall: MemoryHall) -> None:
    packing = completed(hall, pairs(30)).packings[0]

    assert packing.packed
    assert packing.proof is not None
    assert packing.proof.holds
    assert packing.capacity == 400
    assert 0.5 < packing.fill <= 1
    assert hall.tokens.plan(packing.plan) is not None


def test_the_proof_is_made_with_the_two_shortest_rows(hall: MemoryHall) -> None:
    rows = [a_pair(number, answer="o" * (20 - number)) for number in range(9)]
    job = completed(hall, rows, "data.validation_split=0")

    assert job.packings[0].proof is not None
    assert job.packings[0].proof.rows == (9, 8)


def test_a_model_that_lets_rows_see_each_other_is_refused_with_the_layer(tmp_path: Path) -> None:
    hall = a_hall(tmp_path / "hall", PACKED, trainer=MemoryTrainer(leak="layers.1"))
    state = failed(hall, pairs(9))
    job = hall.jobs.find()[0]

    assert state.cause is Cause.CONFIG_ERROR
    assert "layers.1" in state.message
    assert "packing.fallback" in state.message
    assert len(job.receipts) == 1
    assert not job.checkpoints
    assert hall.campaigns.active().head is None


def test_or_its_rows_are_padded_where_that_is_set_and_it_is_said(tmp_path: Path) -> None:
    leaking = MemoryTrainer(leak="layers.1")
    hall = a_hall(tmp_path / "hall", PACKED, "packing.fallback=pad", trainer=leaking)
    hall.sink = listener = Listener(hall.sink)
    packing = completed(hall, pairs(9)).packings[0]
    honest = a_hall(tmp_path / "honest", "packing.enabled=false")
    completed(honest, pairs(9))

    assert not packing.packed
    assert packing.proof is not None
    assert packing.proof.layer == "layers.1"
    assert any("layers.1" in warning for warning in listener.warnings)
    assert weights(hall) == weights(honest)


def test_nothing_is_proven_where_nothing_is_to_be_packed(tmp_path: Path) -> None:
    hall = a_hall(tmp_path / "hall", trainer=MemoryTrainer(leak="layers.1"))
    packing = completed(hall, pairs(9)).packings[0]

    assert (packing.packed, packing.proof) == (False, None)


def test_a_stop_while_rows_are_prepared_gives_the_job_back_untouched(hall: MemoryHall) -> None:
    hall.add(content=a_file(pairs(1100)))
    hall.train(control=after(3))
    (job,) = hall.jobs.find()

    assert (job.status, job.failures, job.receipts) == (JobStatus.QUEUED, 0, ())
    assert completed(hall).receipts[0].rows > 800


def test_a_resumed_job_takes_up_its_plan_and_ends_as_if_never_stopped(
    hall: MemoryHall, tmp_path: Path
) -> None:
    hall.add(content=a_file(pairs(60)))
    hall.train(control=after(8))
    stopped = hall.jobs.find()[0]
    assert stopped.checkpoints
    resumed, unbroken = completed(hall), a_hall(tmp_path / "unbroken", PACKED)
    completed(unbroken, pairs(60))

    assert isinstance(hall.tokens, Plans)
    assert len(hall.tokens.kept) == 1
    assert {packing.plan for packing in resumed.packings} == {hall.tokens.kept[0]}
    assert len(resumed.packings) == 2
    assert weights(hall) == weights(unbroken)


def test_a_plan_that_was_deleted_in_between_is_made_again_the_same(
    hall: MemoryHall, tmp_path: Path
) -> None:
    hall.add(content=a_file(pairs(60)))
    hall.train(control=after(8))
    hall.tokens = MemoryTokenStore()
    resumed, unbroken = completed(hall), a_hall(tmp_path / "unbroken", PACKED)
    completed(unbroken, pairs(60))

    assert len({packing.plan for packing in resumed.packings}) == 1
    assert weights(hall) == weights(unbroken)


def test_the_receipt_lists_what_was_left_out_and_warns_of_it(hall: MemoryHall) -> None:
    hall.enlist("dropping", PACKED, "data.bad_rows=drop", "data.over_long=drop")
    hall.sink = listener = Listener(hall.sink)
    long_row = a_pair(1, answer="o" * 300)
    rows = [*pairs(20), UNREADABLE, long_row, {"question": "why?"}, *pairs(2)]
    job = completed(hall, rows)
    receipt = job.receipts[0]

    assert (receipt.bad_rows, [bad.number for bad in receipt.bad]) == (2, [21, 23])
    assert (receipt.over_long, receipt.over_long_dropped) == (1, (22,))
    assert 0.2 < receipt.lost_share < 0.6
    assert receipt.duplicates == 2
    assert receipt.rows + receipt.held_out == 22
    assert (receipt.format, receipt.profile) == ("question/answer", "plain_sft 1")
    assert receipt.prompt_matches
    assert receipt.end_of_turn_trained
    assert listener.warnings == list(receipt.remarks)
    assert len(listener.warnings) == 3


def test_the_receipt_shows_rows_with_their_trained_parts_marked(hall: MemoryHall) -> None:
    receipt = completed(hall, pairs(3), "data.validation_split=0").receipts[0]

    assert receipt.samples[0].endswith("<assistant>⟦number 0<end>⟧")
    assert len(receipt.samples) == 2


def test_held_out_rows_are_known_by_a_digest_of_their_tokens(hall: MemoryHall) -> None:
    job = completed(hall, pairs(30))
    prepared = Bench()
    found, _ = prepared.prepare(
        prepared.dataset(pairs(30)), {"hyperparams.max_length": 200, "data.validation_split": 0.25}
    )
    _, held = divided(found, with_values(Settings(), {"data.validation_split": 0.25}).data)

    assert job.receipts[0].held_out == len(held) > 0
    assert job.receipts[0].held_out_digest == digest_of(held)


def digest_of(rows: Sequence[Encoded]) -> str:
    said = "".join(repr((row.ids, row.trained)) for row in rows)
    return hashlib.sha256(said.encode()).hexdigest()


def test_both_receipts_come_back_from_the_record_of_a_job(hall: MemoryHall) -> None:
    hall.enlist("dropping", PACKED, "data.bad_rows=drop")
    job = completed(hall, [*pairs(20), UNREADABLE])

    assert job.packings[0].proof is not None
    assert job.receipts[0].bad
    assert from_dict(json.loads(json.dumps(to_dict(job)))) == job


@pytest.mark.parametrize(
    "rows",
    [[{"text": f"once {n}"} for n in range(9)],
     [{"input_ids": [9 + n, 8, 0]} for n in range(9)]],
    ids=["text", "tokens"],
)  # fmt: skip
def test_plain_texts_and_tokens_are_trained(hall: MemoryHall, rows: list[Row]) -> None:
    receipt = completed(hall, rows, "data.validation_split=0").receipts[0]

    assert receipt.rows == 9
    assert receipt.end_of_turn_trained


def test_equal_bytes_are_prepared_once_for_two_jobs(hall: MemoryHall) -> None:
    first = completed(hall, pairs(20))
    hall.add("again.jsonl", a_file(pairs(20)), again=True)
    second = completed(hall)

    assert first.receipts[0] == second.receipts[0]
    assert first.packings[0].plan == second.packings[0].plan
    assert len(hall.tokens._entries) == 1


def test_rows_of_the_validation_file_are_not_trained(hall: MemoryHall) -> None:
    hall.shelf["held.jsonl"] = a_file(pairs(4))
    receipt = completed(hall, pairs(9), "data.validation_dataset_path=held.jsonl").receipts[0]
    assert (receipt.rows, receipt.also_measured, receipt.held_out) == (5, 4, 4)
    assert "4 rows are in the validation file, too, and are not trained" in receipt.remarks


def test_a_validation_file_that_says_other_rows_than_before_is_told(hall: MemoryHall) -> None:
    told = []
    for number, held in enumerate((900, 900, 700)):
        hall.shelf["held.jsonl"] = a_file(pairs(4, held))
        hall.add(f"{number}.jsonl", a_file(pairs(6, 50 * number)))
        hall.sink = heard = Listener(hall.sink)
        hall.train("data.validation_dataset_path=held.jsonl")
        told.append([each for each in heard.warnings if "says other rows than for job" in each])
    assert [len(each) for each in told] == [0, 0, 1]
