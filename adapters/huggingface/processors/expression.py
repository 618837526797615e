"""Where in a marked expression a text has come to, byte by byte."""

from dataclasses import dataclass, replace

from adapters.huggingface.processors.row_processor import ending


@dataclass(frozen=True, slots=True)
class Place:
    """Before the opening marker depth is None; inside it counts the open parentheses.

    tail is where the marker that comes next could have begun.
    """

    tail: bytes = b""
    depth: int | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads on, and says whether it was allowed; what was not is read as well as it can be."""

    opening: bytes
    closing: bytes

    def awaited(self, place: Place) -> bytes:
        """Give the marker that comes next."""
        return self.opening if place.depth is None else self.closing

    def read(self, place: Place, piece: bytes) -> tuple[Place, bool]:
        """Go on from a place by what one token writes."""
        if place.ended:
            return place, not piece
        if place.depth is not None:
            return self._inside(place, place.depth, piece)
        said = place.tail + piece
        before, found, rest = said.partition(self.opening)
        if not found:
            return Place(ending(before, len(self.opening) - 1)), True
        return self._inside(Place(depth=0), 0, rest)

    def _inside(self, place: Place, depth: int, piece: bytes) -> tuple[Place, bool]:
        said = place.tail + piece
        depth, balanced = walk(depth, piece)
        if self.closing not in said:
            return Place(ending(said, len(self.closing) - 1), depth), balanced
        last = said.index(self.closing) + len(self.closing) == len(said)
        return replace(place, depth=depth, ended=True), balanced and depth == 0 and last


def walk(depth: int, text: bytes) -> tuple[int, bool]:
    """Count parentheses; one that closes nothing is not allowed and counts for nothing."""
    balanced = True
    for byte in text:
        if byte == ord("("):
            depth += 1
        elif byte == ord(")"):
            balanced, depth = balanced and depth > 0, max(0, depth - 1)
    return depth, balanced
