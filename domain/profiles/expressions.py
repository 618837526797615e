"""Expressions: numbers, atoms, and calls of an operator with arguments, which may be calls.

    expression = call | number | atom
    call       = "(" operator expression* ")"          operator = atom
    number     = [+-] digits [. digits] [e [+-] digits], or with nothing before the point
    atom       = one or more printable characters, no white space and none of ( ) [ ] { } " , ; `

White space of any kind stands between parts, and is free beside parentheses but for one place: an
argument f(x) is a call in other notations and two arguments in this one, so it is refused. What
begins like a number has to be one: 1.2.3, 1/2 and 1,000 are refused. There are no quoted texts.
"""

import re
from dataclasses import dataclass

from domain.conversation import RowError
from domain.settings.regime3 import OperatorCase
from domain.text import printable

DEEPEST = 10_000

_EXCERPT = 30
_PART = re.compile(r"[()]|[^\s()]+")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
# Dashes and the minus of typesetting are no signs, and the digits of other scripts no digits.
_LIKE_A_NUMBER = re.compile(r"[+\-\u2010-\u2015\u2212]?\.?\d")
_FOREIGN = frozenset('[]{}",;`')


class UnreadableError(RowError):
    """A text goes on in another way than it should, at a position counted from 1."""

    def __init__(self, text: str, place: int, expected: str) -> None:
        excerpt = printable(text[place : place + _EXCERPT])
        before = printable(text[-_EXCERPT:])
        found = f"'{excerpt}'" if excerpt else f"the end after '{before}'"
        super().__init__(f"position {place + 1}: expected {expected}, found {found}")
        self.position = place + 1
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Expression:
    """The parts of an expression as they are written one after another.

    They are flat, so that no depth of calls is too much for comparing, hashing and printing.
    """

    parts: tuple[str, ...]

    def __str__(self) -> str:
        """Print it with one space between parts."""
        return " ".join(self.parts).replace("( ", "(").replace(" )", ")")


@dataclass(frozen=True, slots=True)
class CanonicalForm:
    """How equal expressions come to be written the same.

    One space stands between parts. Operators have the case; other atoms keep theirs, and numbers
    their spelling, since 1, 1.0 and 1e0 need not be the same. Arguments of commutative operators
    are put in the order of their canonical texts, code point by code point.
    """

    operator_case: OperatorCase = OperatorCase.KEEP
    commutative: frozenset[str] = frozenset()

    def write(self, expression: Expression) -> str:
        """Print the expression in this form."""
        commutative = {self._cased(operator) for operator in self.commutative}
        open_calls: list[list[str]] = [[]]
        for part in expression.parts:
            if part == "(":
                open_calls.append([])
            elif part == ")":
                operator, *arguments = open_calls.pop()
                operator = self._cased(operator)
                if operator in commutative:
                    arguments.sort()
                open_calls[-1].append(f"({' '.join((operator, *arguments))})")
            else:
                open_calls[-1].append(part)
        return open_calls[0][0]

    def _cased(self, operator: str) -> str:
        match self.operator_case:
            case OperatorCase.LOWER:
                return operator.lower()
            case OperatorCase.UPPER:
                return operator.upper()
            case OperatorCase.KEEP:
                return operator


def parse(text: str, start: int = 0, end: int | None = None) -> Expression:
    """Read the expression that the text is from start to end; say where it is none."""
    end = len(text) if end is None else end
    parts: list[str] = []
    open_at: list[int] = []
    for match in _PART.finditer(text, start, end):
        part, place = match[0], match.start()
        _require_fitting(text, place, part, parts, open_at)
        parts.append(part)
        if part == "(":
            open_at.append(place)
        elif part == ")":
            open_at.pop()
    if open_at:
        raise UnreadableError(text, end, f"')' for the '(' at position {open_at[-1] + 1}")
    if not parts:
        raise UnreadableError(text, end, "an expression")
    return Expression(tuple(parts))


def _require_fitting(
    text: str, place: int, part: str, before: list[str], open_at: list[int]
) -> None:
    """Refuse a part that cannot stand after those before it."""
    last = before[-1] if before else ""
    if before and not open_at:
        raise UnreadableError(text, place, "nothing after the expression")
    if last == "(" and (part in "()" or _LIKE_A_NUMBER.match(part)):
        raise UnreadableError(text, place, "an operator")
    if part == "(":
        after_argument = last not in ("", "(", ")") and before[-2] != "("
        _require_call(text, place, len(open_at), after_argument=after_argument)
    elif part == ")":
        if not open_at:
            raise UnreadableError(text, place, "an expression")
    else:
        _require_atom(text, place, part)


def _require_call(text: str, place: int, depth: int, *, after_argument: bool) -> None:
    if after_argument and not text[place - 1].isspace():
        raise UnreadableError(text, place, "white space before '('")
    if depth == DEEPEST:
        raise UnreadableError(text, place, f"at most {DEEPEST:,} calls inside each other")


def _require_atom(text: str, place: int, atom: str) -> None:
    if not (atom.isprintable() and _FOREIGN.isdisjoint(atom)):
        place += next(at for at, x in enumerate(atom) if x in _FOREIGN or not x.isprintable())
        raise UnreadableError(text, place, "a number, an atom or a parenthesis")
    if _LIKE_A_NUMBER.match(atom) and not _NUMBER.fullmatch(atom):
        raise UnreadableError(text, place, "a number such as -2, 0.5 or 1e-3")
