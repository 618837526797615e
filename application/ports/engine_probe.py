"""What a job would run on here, found out by trying it."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

from application.crowding import Crowding
from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.settings.model import Attention


class BrokenEngineError(GuildError):
    """The libraries are there, and not even the smallest model runs."""

    code = ErrorCode.MODEL_UNAVAILABLE
    exit_status = ExitStatus.CANNOT_HERE


@dataclass(frozen=True, slots=True)
class TriedAttention:
    """An attention beside the plain one; refusal is '' where it computes the same."""

    attention: Attention
    refusal: str

    def __str__(self) -> str:
        return f"{self.attention}: {self.refusal or 'computes what the plain one computes'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """What a job runs on whose settings leave everything to guild.

    bfloat16 says whether the device has units for it; preferred are the threads that the library
    would take, allowed the cores that the scheduler lets this process run on, quota the cores'
    worth of time that its groups may use, None for all. flash_attention is why that package cannot
    be used, '' where it can; loss is what is wrong with the loss in chunks, '' for nothing.
    """

    device: str
    on_gpu: bool
    dtype: str
    bfloat16: bool
    preferred: int
    allowed: int
    quota: float | None
    crowding: Crowding
    attentions: tuple[TriedAttention, ...]
    flash_attention: str
    loss: str


class EngineProbe(Protocol):
    """Facts about the engine, from a model so small that it takes a second.

    - but for how idle the cores are, the same machine always gives the same facts;
    - there is a thread at least, and none without a core for it;
    - each attention is tried once, the one that is preferred first;
    - random numbers and threads are afterwards what they were.
    """

    @abstractmethod
    def facts(self) -> EngineFacts:
        """Try everything; raise BrokenEngineError where nothing runs at all."""
