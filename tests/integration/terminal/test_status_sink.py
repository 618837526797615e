import io
from datetime import timedelta

import pytest
from rich.console import Console

from adapters.memory.clock import MemoryClock
from adapters.terminal.status_sink import TerminalStatusSink
from domain.reports import JobBroken, Phase, PhaseBegun, Warned
from domain.result import Cause
from tests.contracts.status_sink import A_RUN, UGLY, StatusSinkContract, a_running_job


class TestLines(StatusSinkContract):
    @pytest.fixture
    def sink(self, lines: TerminalStatusSink) -> TerminalStatusSink:
        return lines


class TestBar(StatusSinkContract):
    @pytest.fixture
    def sink(self, bar: TerminalStatusSink) -> TerminalStatusSink:
        return bar


class TestQuiet(StatusSinkContract):
    @pytest.fixture
    def sink(self, stream: io.StringIO, clock: MemoryClock) -> TerminalStatusSink:
        return TerminalStatusSink(Console(file=stream), clock, tty=True, quiet=True)


@pytest.mark.parametrize("kind", ["lines", "bar"])
def test_what_others_wrote_cannot_move_the_cursor(
    request: pytest.FixtureRequest, stream: io.StringIO, kind: str
) -> None:
    sink: TerminalStatusSink = request.getfixturevalue(kind)
    for report in (
        PhaseBegun(Phase.LOADING, UGLY),
        Warned(UGLY),
        JobBroken(Cause.DATA_ERROR, UGLY),
    ):
        sink.tell(a_running_job(), report)
    sink.close()
    shown = stream.getvalue()
    assert "\x1b[31m" not in shown
    assert "\u202e" not in shown
    assert "warning: two\\nlines \\x1b[31mred" in shown.replace("\x1b[33m", "").replace(
        "\x1b[0m", ""
    )
    assert "[bold]no[/bold]" in shown


@pytest.mark.parametrize("tty", [True, False])
def test_quiet_shows_warnings_and_nothing_else(
    stream: io.StringIO, clock: MemoryClock, *, tty: bool
) -> None:
    sink = TerminalStatusSink(Console(file=stream), clock, tty=tty, quiet=True)
    for report in A_RUN:
        sink.tell(a_running_job(), report)
        clock.move(timedelta(minutes=1))
    sink.close()
    assert stream.getvalue() == "warning: the loss jumps\n"
