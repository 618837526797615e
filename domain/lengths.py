"""What happens to rows that are too long: refused, left out, split or cut, never in silence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from domain.conversation import Conversation, Example, Message, Role
from domain.masking import Encoded
from domain.rows import BadRow
from domain.settings.data import OverLong

Encode = Callable[[Conversation], Encoded | BadRow]
_LEAST_OF_THE_QUESTION = 16


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is left of a row that was too long; without rows it is left out.

    lost counts tokens, unanswered the exchanges of a split row that fit nowhere.
    """

    rows: tuple[Encoded, ...]
    lost: int
    unanswered: int = 0


def fitted(row: Encoded, example: Example, limit: int, policy: OverLong, encode: Encode) -> Fitted:
    """Apply the policy to a row of more than limit tokens; no end of turn is ever cut.

    The example is as it was read and encode rewrites it by profile, so that what a profile writes
    into a conversation is never cut.
    """
    if not isinstance(example, Conversation) or policy in {OverLong.REFUSE, OverLong.DROP}:
        return Fitted((), len(row.ids))
    if policy is OverLong.SPLIT_TURNS:
        left = _Splitting(example, limit, encode).run()
        return left if left.rows else Fitted((), len(row.ids))
    cut = _cut(example, limit, encode)
    if cut is None:
        return Fitted((), len(row.ids))
    lost = len(row.ids) - len(cut.ids)
    return Fitted((replace(cut, lost=lost),), lost)


class _Splitting:
    """Runs of whole exchanges, each under the system prompt and as long as it fits."""

    def __init__(self, example: Conversation, limit: int, encode: Encode) -> None:
        self._opening, self._exchanges = _exchanges(example.messages)
        self._tools, self._limit, self._encode = example.tools, limit, encode
        self._rows: list[Encoded] = []
        self._lost = self._unanswered = 0

    def run(self) -> Fitted:
        """Put each exchange to those before it, else begin anew with it, else leave it out.

        What is not trained stays before it as context, as much of it as fits.
        """
        held: list[tuple[Message, ...]] = []
        best: Encoded | None = None
        for exchange in self._exchanges:
            held.append(exchange)
            longer = self._fits(held)
            if longer is None:
                self._close(best)
                context_only = best is not None and not best.trained
                held = held[1:] if context_only else [exchange]
                while held and (longer := self._fits(held)) is None:
                    held.pop(0)
                if longer is None:
                    self._leave_out(exchange)
            best = longer
        self._close(best)
        return Fitted(tuple(self._rows), self._lost, self._unanswered)

    def _fits(self, exchanges: Sequence[tuple[Message, ...]]) -> Encoded | None:
        said = (message for exchange in exchanges for message in exchange)
        return _fits((*self._opening, *said), self._tools, self._limit, self._encode)

    def _close(self, row: Encoded | None) -> None:
        if row is not None and row.trained:
            self._rows.append(row)

    def _leave_out(self, exchange: tuple[Message, ...]) -> None:
        """Count its tokens; what cannot be written at all loses at least one."""
        row = self._encode(Conversation(exchange, self._tools))
        self._lost += len(row.ids) if isinstance(row, Encoded) else 1
        self._unanswered += any(each.role is Role.ASSISTANT and each.trained for each in exchange)


def _fits(messages: tuple[Message, ...], tools: str, limit: int, encode: Encode) -> Encoded | None:
    row = encode(Conversation(messages, tools))
    return row if isinstance(row, Encoded) and len(row.ids) <= limit else None


def _exchanges(
    messages: Sequence[Message],
) -> tuple[tuple[Message, ...], list[tuple[Message, ...]]]:
    """Give the system prompt, and the rest cut before each question."""
    first = 1 if messages[0].role is Role.SYSTEM else 0
    exchanges: list[tuple[Message, ...]] = []
    for message in messages[first:]:
        if message.role is Role.USER or not exchanges:
            exchanges.append(())
        exchanges[-1] = (*exchanges[-1], message)
    return tuple(messages[:first]), exchanges


def _cut(example: Conversation, limit: int, encode: Encode) -> Encoded | None:
    """Cut as few characters as needed from the beginning of what is asked."""

    def tried(characters: int) -> Encoded | None:
        return _fits(_without(example.messages, characters), example.tools, limit, encode)

    low, high = 0, sum(_spare(example.messages))
    best = tried(high)
    while best is not None and high - low > 1:
        middle = (low + high) // 2
        shorter = tried(middle)
        if shorter is None:
            low = middle
        else:
            high, best = middle, shorter
    return best if best is not None and best.trained else None


def _spare(messages: Sequence[Message]) -> list[int]:
    """Count the characters of each turn that may go: none of rules and answers.

    Of the last question its end stays, of other questions and of tools' results one character.
    """
    asked = [place for place, each in enumerate(messages) if each.role is Role.USER]
    kept = dict.fromkeys(asked[-1:], _LEAST_OF_THE_QUESTION)
    return [
        max(0, len(each.content) - kept.get(place, 1)) if each.role in {Role.USER, Role.TOOL} else 0
        for place, each in enumerate(messages)
    ]


def _without(messages: Sequence[Message], characters: int) -> tuple[Message, ...]:
    """Cut from the earliest turns first."""
    left = list(messages)
    for place, spare in enumerate(_spare(messages)):
        gone = min(characters, spare)
        left[place] = replace(left[place], content=left[place].content[gone:])
        characters -= gone
    return tuple(left)
