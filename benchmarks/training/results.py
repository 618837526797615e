"""What was measured, beside guild's own, and which bars hold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.training.variants import GUILD, PADDED, Variant

MOST_MEMORY, SAME_LOSS, SHARE_OF_PEAK = 0.65, 1e-5, 0.6


@dataclass(frozen=True)
class Rows:
    """What all of them train on; peak is the most GFLOP/s of a matrix multiplication."""

    model: str
    tokens: int
    loss_tokens: int
    parameters: int
    peak: float


@dataclass(frozen=True)
class Result:
    """All runs of a variant."""

    variant: Variant
    rows: Rows
    runs: Sequence[dict[str, Any]]

    @property
    def seconds(self) -> float:
        """Give the median of the CPU seconds of the loop."""
        return median(run["cpu_seconds"] for run in self.runs)

    @property
    def speed(self) -> float:
        """Give the tokens without padding by CPU second."""
        return self.rows.tokens / self.seconds

    @property
    def memory(self) -> float:
        """Give the median of the bytes that the loop needs at most over the imported process."""
        return median(run["memory"] for run in self.runs)

    @property
    def loss(self) -> float:
        """Give the mean nats of a token that carries loss; each run says the same."""
        return float(self.runs[0]["loss"])

    @property
    def learns_the_same(self) -> bool:
        """Tell whether it has as many loss tokens as guild: without, losses say nothing."""
        return bool(self.runs[0]["loss_tokens"] == self.rows.loss_tokens)

    @property
    def share_of_peak(self) -> float:
        """Give the share of the peak, of 6 operations for each weight and token."""
        return 6 * self.rows.parameters * self.speed / self.rows.peak / 1e9

    def line(self, own: "Result") -> list[str]:
        """Give the cells of the table."""
        bar = self.variant.bars.get(self.rows.model)
        runs = " ".join(f"{run['cpu_seconds']:.1f}" for run in self.runs)
        return [
            self.variant.name,
            self.variant.says,
            f"{self.seconds:.2f}",
            runs,
            f"{self.speed:.0f}",
            f"{self.rows.loss_tokens / self.seconds:.0f}",
            f"{self.share_of_peak:.0%}",
            f"{self.memory / 1e6:.0f}",
            f"{own.speed / self.speed:.2f}",
            f"{bar}" if bar else "",
            f"{self.loss:.6f}" + ("" if self.learns_the_same else " (all tokens)"),
        ]


HEADER = ["variant", "how", "CPU s", "runs", "tok/s", "loss tok/s"]
HEADER += ["of peak", "MB", "guild x", "bar", "loss"]


def table(results: Sequence[Result], *, markdown: bool) -> Iterator[str]:
    """Give the lines of the table."""
    own = next(each for each in results if each.variant is GUILD)
    cells = [HEADER, *(each.line(own) for each in results)]
    if markdown:
        yield from (f"| {' | '.join(line)} |" for line in cells[:1])
        yield "|" + "---|" * len(HEADER)
        yield from (f"| {' | '.join(line)} |" for line in cells[1:])
        return
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))


def missed(results: Sequence[Result]) -> Iterator[str]:
    """Name each bar that does not hold."""
    own = next(each for each in results if each.variant is GUILD)
    model = own.rows.model
    for each in results:
        name, bar = each.variant.name, each.variant.bars.get(model, 0.0)
        if own.speed < bar * each.speed:
            yield f"{own.speed / each.speed:.2f} times the tokens/s of {name}, not {bar}"
        if each.learns_the_same and abs(each.loss / own.loss - 1) > SAME_LOSS:
            yield f"the loss of {name} is {each.loss}, guild's {own.loss}"
        share = own.memory / each.memory
        if each.variant is PADDED and model == "tiny" and share > MOST_MEMORY:
            yield f"{share:.2f} of the memory of {name}, not {MOST_MEMORY}"
    if not own.learns_the_same:
        yield "guild did not train every token that carries loss"
    if model == "smol" and own.share_of_peak < SHARE_OF_PEAK:
        yield f"{own.share_of_peak:.0%} of the peak, not {SHARE_OF_PEAK:.0%}"
