"""Which rows are held out: chosen by what they say, so that adding rows moves none."""

from array import array
from collections.abc import Sequence


def split(
    fingerprints: Sequence[int], share: float, most: int
) -> tuple["array[int]", "array[int]"]:
    """Give the places of (trained, held out); at most `most` are held out, one is always trained.

    A row is held out where its fingerprint, read as a fraction of 1, is below a bound: share, or
    what leaves `most` rows. So rows that say the same are never on both sides.
    """
    fractions = array("d", (found / 2**64 for found in fingerprints))
    below = sorted(fraction for fraction in fractions if fraction < share)
    room = max(min(most, len(fractions) - 1), 0)
    bound = below[room] if room < len(below) else share
    trained = (place for place, fraction in enumerate(fractions) if fraction >= bound)
    held_out = (place for place, fraction in enumerate(fractions) if fraction < bound)
    return array("L", trained), array("L", held_out)
