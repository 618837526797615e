"""What the processors should do, worked out from the whole text, for one token after another."""

import re

from domain.profiles.processors import (
    BalancedExpression,
    PostStop,
    StopMarks,
    ThinkMarks,
    TokenPenalty,
)

FORBIDDEN = float("-inf")


def think(spec: ThinkMarks, said: bytes, piece: bytes) -> float:
    """Give the change of the score of a token that writes this piece after what was said."""
    helped = False
    for mark in map(str.encode, spec.marks):
        wanted, many = mark * spec.least, mark * (spec.most + 1)
        if not many.startswith(said) or said == many:
            continue
        if (said + piece).startswith(many):
            return FORBIDDEN
        if len(said) < len(wanted):
            both = zip(said + piece, wanted, strict=False)
            helped |= all(one == other for one, other in both)
    return spec.bonus if helped else 0.0


def stop(spec: StopMarks, said: bytes, piece: bytes) -> float:
    helped = False
    for mark in map(str.encode, spec.marks):
        many = mark * (spec.most + 1)
        if occurrences(many, said + piece) > occurrences(many, said):
            return FORBIDDEN
        run = re.search(b"(?:%b)+(?:%b)\\Z" % (re.escape(mark), _begun(mark)), said)
        if run and len(run[0]) < spec.least * len(mark):
            both = zip(run[0] + piece, mark * spec.least, strict=False)
            helped |= all(one == other for one, other in both)
    return spec.bonus if helped else 0.0


def post_stop(spec: PostStop, pieces: list[bytes], *, is_end: bool) -> float:
    for count in range(len(pieces) + 1):
        if is_closed(spec, b"".join(pieces[:count])):
            after = len(pieces) - count + 1
            loss = spec.penalty
            for _ in range(after):
                loss = min(spec.ceiling, loss * spec.rate)
            return spec.reward if is_end else -loss
    return 0.0


def is_closed(spec: PostStop, said: bytes) -> bool:
    for mark in map(str.encode, spec.marks):
        for start in range(len(said)):
            count = 0
            while said.startswith(mark, start + count * len(mark)):
                count += 1
            rest = said[start + count * len(mark) :]
            if count >= spec.most or (count >= spec.least and not mark.startswith(rest)):
                return True
    return False


def token_penalty(spec: TokenPenalty, text: str, longer: str, count: int) -> float:
    factors = [window.factor for window in spec.schedule for _ in range(window.steps)]
    factor = factors[count] if count < len(factors) else 1.0
    done = any(occurrences(wanted, longer) > occurrences(wanted, text) for wanted in spec.texts)
    return -spec.penalty * factor if done else 0.0


def is_balanced(spec: BalancedExpression, text: str) -> bool:
    """Tell whether a text can still become one that is as it should be."""
    if spec.opening not in text:
        return True
    inner = text[text.index(spec.opening) + len(spec.opening) :]
    content, closed, after = inner.partition(spec.closing)
    depths = [
        content[:end].count("(") - content[:end].count(")") for end in range(len(content) + 1)
    ]
    return min(depths) >= 0 and (not closed or (depths[-1] == 0 and not after))


def occurrences(wanted: str | bytes, text: str | bytes) -> int:
    return sum(text[start:].startswith(wanted) for start in range(len(text)))  # type: ignore[arg-type]


def _begun(mark: bytes) -> bytes:
    return b"|".join(re.escape(mark[:end]) for end in range(len(mark)))
