"""Terminals in memory, at noon."""

import io

import pytest
from rich.console import Console

from adapters.memory.clock import MemoryClock
from adapters.terminal.status_sink import TerminalStatusSink
from tests.builders import NOON


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def clock() -> MemoryClock:
    return MemoryClock(NOON)


@pytest.fixture
def lines(stream: io.StringIO, clock: MemoryClock) -> TerminalStatusSink:
    return TerminalStatusSink(Console(file=stream, width=40), clock, tty=False)


@pytest.fixture
def bar(stream: io.StringIO, clock: MemoryClock) -> TerminalStatusSink:
    console = Console(file=stream, width=120, force_terminal=True)
    return TerminalStatusSink(console, clock, tty=True)
