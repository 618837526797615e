"""What a profile wants of generation, described without any tensor."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ThinkMarks:
    """An answer begins with one of the marks, repeated least to most times, then goes on.

    bonus is added to the logits of the tokens that lead to such a beginning until least marks are
    there; then the model goes on as it will, but more than most of the mark are forbidden.
    """

    marks: tuple[str, ...]
    least: int
    most: int
    bonus: float


@dataclass(frozen=True, slots=True)
class StopMarks:
    """An answer ends with one of the marks, repeated least to most times.

    Once a run of a mark stands at the end of what was said, bonus is added to the same mark until
    least are there, and more of it than most are forbidden.
    """

    marks: tuple[str, ...]
    least: int
    most: int
    bonus: float


@dataclass(frozen=True, slots=True)
class PostStop:
    """After a closed run of stop marks every further token but the end of turn is punished.

    A run of at least least marks is closed by the first token that does not go on with it, which is
    not punished, or when it has most marks. The k-th token after the one that closed it loses
    penalty * rate**k, at most ceiling; the end of turn gains reward.
    """

    marks: tuple[str, ...]
    least: int
    most: int
    penalty: float
    rate: float
    reward: float
    ceiling: float


@dataclass(frozen=True, slots=True)
class Window:
    """So many generated tokens under this factor, which is at least 1."""

    steps: int
    factor: float


@dataclass(frozen=True, slots=True)
class TokenPenalty:
    """The tokens that would complete one of the texts lose penalty * factor of the window.

    What only begins or goes on with a text is left alone: '<' may be said, and '<think' too.
    Windows follow each other from the first generated token; after the last the factor is 1.
    """

    texts: tuple[str, ...]
    penalty: float
    schedule: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class BalancedExpression:
    """Between opening and closing marker parentheses stay balanced, and the marker is the end.

    No ')' without its '(', no closing marker while one is open; after it only the end of turn,
    which is free everywhere.
    """

    opening: str
    closing: str


ProcessorSpec = ThinkMarks | StopMarks | PostStop | TokenPenalty | BalancedExpression
