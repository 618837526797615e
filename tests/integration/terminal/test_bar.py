import io
from collections.abc import Callable

import pytest

from adapters.terminal.status_sink import TerminalStatusSink
from domain.reports import Evaluated, JobBroken, JobDone, PackingMade, Phase, PhaseBegun
from domain.result import Cause
from tests.builders import a_packing, a_result
from tests.contracts.status_sink import A_RUN, a_running_job, a_step

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
STAMP = "2026-11-22T12:00:00Z job=000000"


def last_frame(stream: io.StringIO) -> str:
    return stream.getvalue().removesuffix(SHOW_CURSOR).rpartition("\x1b[2K")[2]


def test_the_bar_shows_step_loss_rate_and_time_left(
    bar: TerminalStatusSink, stream: io.StringIO
) -> None:
    job = a_running_job()
    bar.tell(job, PhaseBegun(Phase.TRAINING))
    bar.tell(job, Evaluated(campaign_step=100, loss=3.5, rows=4))
    bar.tell(job, a_step(4, total=3604, tokens=10_000))
    bar.tell(job, PhaseBegun(Phase.SAVING))
    bar.close()
    shown = last_frame(stream)
    assert "000000 saving" in shown
    assert "4/3604 · loss 2.500 · val 3.500 @100 · 20 000 tok/s · 30 m 00 s left" in shown


def test_how_rows_are_packed_stays_above_the_bar(
    bar: TerminalStatusSink, stream: io.StringIO
) -> None:
    job = a_running_job()
    bar.tell(job, PhaseBegun(Phase.PREPARING))
    bar.tell(job, PackingMade(a_packing()))
    bar.tell(job, PhaseBegun(Phase.TRAINING))
    bar.close()
    assert stream.getvalue().count("000000 packed 98.0 % full, 3 passes\n") == 1
    assert "packed" not in last_frame(stream)


def leave_open(_: TerminalStatusSink) -> None:
    pass


def end(sink: TerminalStatusSink) -> None:
    sink.tell(a_running_job(), JobDone(a_result()))


def end_badly(sink: TerminalStatusSink) -> None:
    sink.tell(a_running_job(), JobBroken(Cause.DIVERGED, "no"))


@pytest.mark.parametrize("leave", [leave_open, end, end_badly, TerminalStatusSink.close])
def test_the_terminal_always_has_its_cursor(
    bar: TerminalStatusSink,
    stream: io.StringIO,
    leave: Callable[[TerminalStatusSink], None],
) -> None:
    bar.tell(a_running_job(), PhaseBegun(Phase.LOADING))
    bar.tell(a_running_job(), a_step())
    leave(bar)
    shown = stream.getvalue()
    assert shown.rfind(SHOW_CURSOR) > shown.rfind(HIDE_CURSOR)
    bar.close()
    assert stream.getvalue().rfind(SHOW_CURSOR) > stream.getvalue().rfind(HIDE_CURSOR)


def test_the_bar_is_drawn_at_most_ten_times_a_second(
    bar: TerminalStatusSink, stream: io.StringIO
) -> None:
    bar.tell(a_running_job(), PhaseBegun(Phase.TRAINING))
    for step in range(2000):
        bar.tell(a_running_job(), a_step(step, total=2000))
    bar.close()
    assert stream.getvalue().count("training") < 40


def test_the_bar_begins_anew_with_another_job(bar: TerminalStatusSink, stream: io.StringIO) -> None:
    for report in A_RUN:
        bar.tell(a_running_job(1), report)
    bar.tell(a_running_job(2), PhaseBegun(Phase.LOADING))
    bar.close()
    shown = last_frame(stream)
    assert "000002 loading" in shown
    assert "loss" not in shown


def test_answers_on_stdout_stay_apart_from_the_bar(
    bar: TerminalStatusSink, stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    bar.tell(a_running_job(), PhaseBegun(Phase.TRAINING))
    print("the answer")  # noqa: T201 - what a command prints
    bar.close()
    assert capsys.readouterr().out == "the answer\n"
    assert "the answer" not in stream.getvalue()
