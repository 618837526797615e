"""The processors that a profile describes, made for one generation."""

from collections.abc import Sequence
from typing import Any

from transformers import LogitsProcessorList

from adapters.huggingface.processors.balanced import BalancedExpressionProcessor
from adapters.huggingface.processors.post_stop import PostStopPenaltyProcessor
from adapters.huggingface.processors.row_processor import RowProcessor
from adapters.huggingface.processors.stop import StopEmojiProcessor
from adapters.huggingface.processors.think import EmojiThinkProcessor
from adapters.huggingface.processors.token_bytes import TokenBytes, token_bytes
from adapters.huggingface.processors.token_penalty import TokenPenaltyProcessor
from domain.profiles.processors import (
    BalancedExpression,
    PostStop,
    ProcessorSpec,
    StopMarks,
    ThinkMarks,
    TokenPenalty,
)


def processors_for(
    specs: Sequence[ProcessorSpec], tokenizer: Any, prompt_length: int, end_of_turn: int
) -> LogitsProcessorList:
    """Make new processors in the order of their descriptions.

    prompt_length is the columns of the prompts, filled up on the left. They belong to one
    generation: another one has other prompts.
    """
    return LogitsProcessorList(
        _processor(spec, token_bytes(tokenizer), prompt_length, end_of_turn) for spec in specs
    )


def _processor(
    spec: ProcessorSpec, tokens: TokenBytes, prompt_length: int, end_of_turn: int
) -> RowProcessor[Any]:
    places = {"prompt_length": prompt_length, "end_of_turn": end_of_turn}
    match spec:
        case ThinkMarks():
            return EmojiThinkProcessor(spec, tokens, **places)
        case StopMarks():
            return StopEmojiProcessor(spec, tokens, **places)
        case PostStop():
            return PostStopPenaltyProcessor(spec, tokens, **places)
        case TokenPenalty():
            return TokenPenaltyProcessor(spec, tokens, **places)
        case BalancedExpression():
            return BalancedExpressionProcessor(spec, tokens, **places)
