"""The profile that teaches answers which are expressions between markers."""

from dataclasses import dataclass, replace
from typing import ClassVar

from domain.conversation import Conversation, Message, Role, RowError
from domain.profiles.expressions import CanonicalForm
from domain.profiles.marked_answers import CLOSING, OPENING, canonical, canonical_or_wrapped
from domain.profiles.processors import BalancedExpression, ProcessorSpec
from domain.profiles.profile import Profile
from domain.profiles.thoughts import sanitise
from domain.settings.regime3 import OperatorCase


@dataclass(frozen=True, slots=True)
class Regime3(Profile):
    """Thoughts cut out, the rules in the system prompt, and every answer in canonical form.

    The rules follow the row's own system prompt, or the configured one where it has none. Every
    turn of the assistant is an answer, trained or not, unless it calls a tool. One that does not
    follow the rules is refused with its position, or kept between markers where strict is off.
    """

    system_prompt: str = ""
    strict: bool = True
    operator_case: OperatorCase = OperatorCase.KEEP
    commutative: str = ""
    name: ClassVar[str] = "regime3"
    version: ClassVar[str] = "1"
    own_thinking: ClassVar[bool] = True

    def transform(self, example: Conversation, row_number: int, seed: int) -> Conversation:
        """Rewrite the answers, and add the rules; neither number nor seed takes part."""
        turns = enumerate(sanitise(example).messages, start=1)
        said = tuple(self._answered(turn, number) for number, turn in turns)
        answered = replace(example, messages=said)
        if sanitise(answered) != answered:
            raise RowError("in canonical form an answer has think tags")
        return replace(answered, messages=self._prompted(said))

    def processors(self) -> tuple[ProcessorSpec, ...]:
        """Describe parentheses that are balanced, and an end after the closing marker."""
        return (BalancedExpression(opening=OPENING, closing=CLOSING),)

    def _answered(self, turn: Message, number: int) -> Message:
        if turn.role is not Role.ASSISTANT or turn.tool_calls:
            return turn
        write = canonical if self.strict else canonical_or_wrapped
        form = CanonicalForm(self.operator_case, frozenset(self.commutative.split()))
        try:
            return replace(turn, content=write(turn.content, form))
        except RowError as error:
            fix = ("correct it", "or turn regime3.strict off: it is wrapped as it is")
            raise RowError(f"turn {number}: {error}", fix=fix if self.strict else ()) from error

    def _prompted(self, turns: tuple[Message, ...]) -> tuple[Message, ...]:
        """Put the rules in the system prompt that has them, or else in the first one."""
        prompts = [place for place, turn in enumerate(turns) if turn.role is Role.SYSTEM]
        if not prompts:
            return (Message(Role.SYSTEM, self._with_rules("")), *turns)
        place = next((place for place in prompts if _tells(turns[place])), prompts[0])
        prompt = replace(turns[place], content=self._with_rules(turns[place].content))
        return (*turns[:place], prompt, *turns[place + 1 :])

    def _with_rules(self, own: str) -> str:
        prompt, rules = own if own.strip() else self.system_prompt, _RULES[self.operator_case]
        for others in _RULES.values():
            prompt = prompt.replace(others, rules)
        return prompt if rules in prompt else "\n\n".join(filter(None, (prompt, rules)))


def _tells(turn: Message) -> bool:
    return any(rules in turn.content for rules in _RULES.values())


def _rules(operators: str, add: str) -> str:
    """Say to the model what is expected."""
    return (
        f"Answer with one expression between {OPENING} and {CLOSING}.\n"
        "- An expression is a number, an atom such as x, or a call.\n"
        f"- A call is (operator argument argument): the operator first{operators}, and calls may be"
        " arguments.\n"
        "- One space stands between parts, and beside the markers.\n"
        f"- Reasoning may stand before {OPENING}, nothing after {CLOSING}.\n"
        f"For example, two plus three is {OPENING} ({add} 2 3) {CLOSING}"
    )


_RULES = {
    OperatorCase.KEEP: _rules("", "add"),
    OperatorCase.LOWER: _rules(", in lower case", "add"),
    OperatorCase.UPPER: _rules(", in upper case", "ADD"),
}
