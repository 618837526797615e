"""Which rows are held out: chosen by what they say, so that adding rows moves none."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

_ALL = 2.0**64


@dataclass(frozen=True, slots=True)
class Split:
    """Rows are held out where their fingerprint, as a fraction of 1, is below one bound.

    Those below the other, which may be lower, are measured. So rows that say the same are never
    on both sides, and no row that was added has moved another one between the sides.
    """

    held_out: float
    measured: float

    def trains(self, fingerprint: int) -> bool:
        """Tell whether a row that says this is trained."""
        return fingerprint / _ALL >= self.held_out

    def measures(self, fingerprint: int) -> bool:
        """Tell whether a row that says this is measured."""
        return fingerprint / _ALL < self.measured


def split(fingerprints: Sequence[int], share: float, most: int) -> Split:
    """Hold out a share of rows, and measure those with the lowest `most` fingerprints of them.

    One row is always trained; with most = 0 all are.
    """
    fractions = array("d", (found / _ALL for found in fingerprints))
    highest = max(fractions, default=1.0)
    bound = min(share, highest) if most else 0.0
    below = sorted(fraction for fraction in fractions if fraction < bound)
    return Split(bound, below[most] if most < len(below) else bound)
