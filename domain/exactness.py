"""Whether a run that was killed and went on is the same as one that nothing disturbed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

COMPARED = ("loss", "learning_rate", "grad_norm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a run left behind: the numbers of each step by name, and a digest of its weights.

    The digest is '' where the run has not come to its end.
    """

    steps: Mapping[int, Mapping[str, float]]
    weights: str = ""

    @classmethod
    def of(cls, series: Mapping[str, Sequence[tuple[int, float]]], weights: str = "") -> "Trace":
        """Turn one series for each name into the numbers of each step."""
        steps: dict[int, dict[str, float]] = {}
        for name, points in series.items():
            for step, value in points:
                steps.setdefault(step, {})[name] = value
        return cls(steps=dict(sorted(steps.items())), weights=weights)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPair:
    """One step of two runs; a run that never came to it has no numbers."""

    step: int
    straight: Mapping[str, float]
    resumed: Mapping[str, float]

    @property
    def equal(self) -> bool:
        """Tell whether each number is the same to the last bit."""
        return all(
            name in self.straight and self.straight[name] == self.resumed.get(name)
            for name in COMPARED
        )

    @property
    def difference(self) -> str:
        """Name what differs, with all digits; '' where nothing does."""
        if self.equal:
            return ""
        pairs = ((name, self.straight.get(name), self.resumed.get(name)) for name in COMPARED)
        return ", ".join(
            f"{name} {one!r} and {other!r}" for name, one, other in pairs if one != other
        )


def paired(straight: Trace, resumed: Trace) -> list[StepPair]:
    """Lay the steps of two runs beside each other, those too that only one of them has."""
    return [
        StepPair(
            step=step,
            straight=straight.steps.get(step, {}),
            resumed=resumed.steps.get(step, {}),
        )
        for step in sorted({*straight.steps, *resumed.steps})
    ]


def first_difference(straight: Trace, beginning: Trace) -> StepPair | None:
    """Compare the steps that a run has made so far; None where all are equal."""
    made = (pair for pair in paired(straight, beginning) if pair.step in beginning.steps)
    return next((pair for pair in made if not pair.equal), None)
