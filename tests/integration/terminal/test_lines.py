import io
from datetime import timedelta

import pytest

from adapters.memory.clock import MemoryClock
from adapters.terminal.status_sink import TerminalStatusSink
from domain.reports import Evaluated, JobBroken, JobDone, PackingMade, Phase, PhaseBegun
from domain.result import Cause
from tests.builders import a_packing, a_result
from tests.contracts.status_sink import a_running_job, a_step

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
STAMP = "2026-11-22T12:00:00Z job=000000"


def test_phases_and_ends_are_lines(lines: TerminalStatusSink, stream: io.StringIO) -> None:
    job = a_running_job()
    lines.tell(job, PhaseBegun(Phase.LOADING, "baby mage"))
    lines.tell(job, PhaseBegun(Phase.TRAINING))
    lines.tell(job, Evaluated(campaign_step=100, loss=3.5, rows=4))
    lines.tell(job, JobDone(a_result()))
    lines.tell(job, JobBroken(Cause.DIVERGED, 'the "loss" is not finite'))
    assert stream.getvalue().splitlines() == [
        f'{STAMP} phase=loading detail="baby mage"',
        f"{STAMP} phase=training",
        f"{STAMP} ended=all_rows loss=1.2500 val=3.5000 val_step=100",
        f'{STAMP} ended=diverged message="the \\"loss\\" is not finite"',
    ]


def test_how_rows_are_packed_is_one_line(lines: TerminalStatusSink, stream: io.StringIO) -> None:
    for packed in (True, False):
        lines.tell(a_running_job(), PackingMade(a_packing(packed=packed)))
    assert stream.getvalue().splitlines() == [
        f'{STAMP} packing="packed 98.0 % full, 3 passes"',
        f'{STAMP} packing="padded, 2.0 % padding, 3 passes"',
    ]


def test_a_step_says_what_can_be_known_of_it(
    lines: TerminalStatusSink, stream: io.StringIO, clock: MemoryClock
) -> None:
    job = a_running_job()
    lines.tell(job, a_step(1, seconds=1.5))
    clock.move(timedelta(seconds=10))
    lines.tell(job, a_step(2, seconds=0.5))
    assert stream.getvalue() == (
        "2026-11-22T12:00:10Z job=000000 step=2 of=10 loss=2.5000 lr=0.001 tok_s=100 eta_s=8\n"
    )


@pytest.mark.parametrize(
    ("pace", "expected"),
    [
        ((1.0, 1000), list(range(50, 1001, 50))),
        ((1.0, 20), [10, 20]),
        ((0.01, 1000), [1000]),
        ((0.01, 999), []),
        ((60.0, 10), list(range(1, 11))),
    ],
)
def test_steps_are_10_seconds_or_5_percent_apart_whichever_is_later(
    lines: TerminalStatusSink,
    stream: io.StringIO,
    clock: MemoryClock,
    pace: tuple[float, int],
    expected: list[int],
) -> None:
    seconds_a_step, total = pace
    lines.tell(a_running_job(), PhaseBegun(Phase.TRAINING))
    for step in range(1, total + 1):
        clock.move(timedelta(seconds=seconds_a_step))
        lines.tell(a_running_job(), a_step(step, total=total))
    words = [word for line in stream.getvalue().splitlines() for word in line.split()]
    told = [int(word.removeprefix("step=")) for word in words if word.startswith("step=")]
    assert told == expected


def test_lines_hold_no_colours_and_are_never_cut(
    lines: TerminalStatusSink, stream: io.StringIO
) -> None:
    lines.tell(a_running_job(), PhaseBegun(Phase.LOADING, "x" * 300))
    assert "\x1b" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 1
