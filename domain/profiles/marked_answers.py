"""Answers that end with an expression between markers; what led to it may stand before."""

import re

from domain.conversation import RowError
from domain.profiles.expressions import CanonicalForm, UnreadableError, parse

OPENING = "<<ANS_START>>"
CLOSING = "<<ANS_END>>"

_MARKER = re.compile(f"({OPENING}|{CLOSING})")
_VISIBLE = re.compile(r"\S")


def canonical(answer: str, form: CanonicalForm) -> str:
    """Write an answer with both markers and its expression in this form.

    An answer without markers is an expression as a whole. Raise UnreadableError for anything else.
    """
    before, start, end = _located(answer)
    said = form.write(parse(answer, start, end))
    if _MARKER.search(said):
        raise UnreadableError(answer, start, "operators that are no markers")
    return _joined(before, said)


def canonical_or_wrapped(answer: str, form: CanonicalForm) -> str:
    """Write the expression in this form where there is one, else leave between markers what is.

    A marker that is missing is added at its end. Where that is not enough, no marker tells what the
    answer is, and all of the text stands between a new pair.
    """
    try:
        return canonical(answer, form)
    except UnreadableError:
        whole = _mended(answer)
    try:
        return canonical(whole, form)
    except UnreadableError:
        return whole


def _located(answer: str) -> tuple[str, int, int]:
    """Give what stands before the opening marker, and where the text between the markers is."""
    found = list(_MARKER.finditer(answer))
    if not found:
        return "", 0, len(answer)
    opening = found[0]
    if opening[0] != OPENING:
        raise UnreadableError(answer, opening.start(), f"{OPENING} before {CLOSING}")
    if len(found) == 1:
        raise UnreadableError(answer, len(answer), CLOSING)
    closing = found[1]
    if closing[0] != CLOSING:
        raise UnreadableError(answer, closing.start(), f"{CLOSING} before another {OPENING}")
    if after := _VISIBLE.search(answer, closing.end()):
        raise UnreadableError(answer, after.start(), f"nothing after {CLOSING}")
    return answer[: opening.start()], opening.end(), closing.start()


def _mended(answer: str) -> str:
    pieces = [piece.strip() for piece in _MARKER.split(answer)]
    if pieces[1::2] == [OPENING] or (pieces[1::2] == [OPENING, CLOSING] and not pieces[-1]):
        before, said = pieces[0], pieces[2]
    else:
        before, said = "", " ".join(filter(None, pieces[::2]))
    if not said:
        raise RowError("the answer says nothing beside its markers")
    return _joined(before, said)


def _joined(before: str, said: str) -> str:
    return " ".join(filter(None, (before.strip(), OPENING, said, CLOSING)))
