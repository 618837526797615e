"""What a checkpoint says to fixed prompts, beside what it should say."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.checkpoint import Checkpoint
from domain.conversation import Conversation
from domain.ids import CampaignId


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Turns up to the answer, as turns and as the text that the model sees.

    tokens counts the text's ids; golden is the wanted answer, None where nobody said one.
    """

    conversation: Conversation
    golden: str | None
    text: str
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model said; cut where it had not ended at the longest length."""

    text: str
    tokens: int
    seconds: float
    cut: bool


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """No answer could be had; this is never counted as a wrong one."""

    cause: str


class Verdict(StrEnum):
    """How an answer compares with the golden one."""

    MATCH = "match"
    DIFFERS = "differs"
    NO_GOLDEN = "no_golden"
    UNMEASURED = "unmeasured"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewTaken:
    """A checkpoint answered a prompt; backend says who let it speak."""

    campaign_id: CampaignId
    at: datetime
    checkpoint: str
    step: int
    backend: str
    prompt: str
    golden: str | None
    answer: str
    tokens: int
    seconds: float
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewFailed:
    """A prompt could not be answered."""

    campaign_id: CampaignId
    at: datetime
    checkpoint: str
    step: int
    backend: str
    prompt: str
    golden: str | None
    cause: str


PreviewEvent = PreviewTaken | PreviewFailed


def verdict(event: PreviewEvent) -> Verdict:
    """Compare the whole answer, letter by letter, white space at the ends aside."""
    if isinstance(event, PreviewFailed):
        return Verdict.UNMEASURED
    if event.golden is None:
        return Verdict.NO_GOLDEN
    same = not event.cut and event.answer.strip() == event.golden.strip()
    return Verdict.MATCH if same else Verdict.DIFFERS


def observe(
    *,
    campaign_id: CampaignId,
    checkpoint: Checkpoint | None,
    backend: str,
    prompt: Prompt,
    outcome: Answer | Unmeasured,
    at: datetime,
) -> PreviewEvent:
    """Say in an event what a prompt brought; no checkpoint means the base model."""
    digest, step = (checkpoint.digest, checkpoint.step) if checkpoint else ("", 0)
    said = prompt.conversation.messages[-1].content
    if isinstance(outcome, Unmeasured):
        return PreviewFailed(
            campaign_id=campaign_id,
            at=at,
            checkpoint=digest,
            step=step,
            backend=backend,
            prompt=said,
            golden=prompt.golden,
            cause=outcome.cause,
        )
    return PreviewTaken(
        campaign_id=campaign_id,
        at=at,
        checkpoint=digest,
        step=step,
        backend=backend,
        prompt=said,
        golden=prompt.golden,
        answer=outcome.text,
        tokens=outcome.tokens,
        seconds=outcome.seconds,
        cut=outcome.cut,
    )
