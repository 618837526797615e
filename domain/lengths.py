"""What happens to rows that are too long: refused, left out, split or cut, never in silence."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from domain.conversation import Conversation, Example, Message, Role
from domain.masking import Encoded
from domain.rows import BadRow
from domain.settings.data import OverLong

Encode = Callable[[Conversation], Encoded | BadRow]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is left of a row that was too long; without rows it is left out. lost counts tokens."""

    rows: tuple[Encoded, ...]
    lost: int


def fitted(row: Encoded, example: Example, limit: int, policy: OverLong, encode: Encode) -> Fitted:
    """Apply the policy to a row of more than limit tokens; no end of turn is ever cut."""
    if not isinstance(example, Conversation) or policy in {OverLong.REFUSE, OverLong.DROP}:
        return Fitted((), len(row.ids))
    if policy is OverLong.SPLIT_TURNS:
        rows = tuple(_split(example, limit, encode))
        return Fitted(rows, max(0, len(row.ids) - sum(len(each.ids) for each in rows)))
    cut = _cut(example, limit, encode)
    if cut is None:
        return Fitted((), len(row.ids))
    lost = len(row.ids) - len(cut.ids)
    return Fitted((replace(cut, lost=lost),), lost)


def _split(example: Conversation, limit: int, encode: Encode) -> Iterator[Encoded]:
    """Give runs of whole exchanges, each under the system prompt and as long as it fits."""
    opening, exchanges = _exchanges(example.messages)
    held: tuple[Message, ...] = ()
    best: Encoded | None = None
    for exchange in exchanges:
        longer = _fits((*opening, *held, *exchange), example.tools, limit, encode)
        if longer is not None:
            held, best = (*held, *exchange), longer
            continue
        if best is not None:
            yield best
        best = _fits((*opening, *exchange), example.tools, limit, encode)
        held = exchange if best is not None else ()
    if best is not None:
        yield best


def _fits(messages: tuple[Message, ...], tools: str, limit: int, encode: Encode) -> Encoded | None:
    row = encode(Conversation(messages, tools))
    return row if isinstance(row, Encoded) and len(row.ids) <= limit and row.trained else None


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
    """Cut as few characters as needed from the beginning of what the assistant does not say."""

    def tried(characters: int) -> Encoded | None:
        return _fits(_without(example.messages, characters), example.tools, limit, encode)

    low, high = 0, _spare(example.messages)
    best = tried(high)
    while best is not None and high - low > 1:
        middle = (low + high) // 2
        shorter = tried(middle)
        if shorter is None:
            low = middle
        else:
            high, best = middle, shorter
    return best


def _spare(messages: Sequence[Message]) -> int:
    return sum(len(each.content) - 1 for each in messages if _may_be_cut(each))


def _without(messages: Sequence[Message], characters: int) -> tuple[Message, ...]:
    """Cut from the earliest turns first and from the system prompt last; leave each a character."""
    order = sorted(range(len(messages)), key=lambda place: messages[place].role is Role.SYSTEM)
    left = list(messages)
    for place in order:
        if _may_be_cut(left[place]):
            gone = min(characters, len(left[place].content) - 1)
            left[place] = replace(left[place], content=left[place].content[gone:])
            characters -= gone
    return tuple(left)


def _may_be_cut(message: Message) -> bool:
    return message.role is not Role.ASSISTANT and bool(message.content)
