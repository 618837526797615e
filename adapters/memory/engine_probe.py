"""An engine that is described, not tried."""

from dataclasses import replace
from typing import Any

from application.crowding import Crowding
from application.ports.engine_probe import (
    BrokenEngineError,
    EngineFacts,
    EngineProbe,
    TriedAttention,
)
from domain.settings.model import Attention

_SOUND = EngineFacts(
    device="cpu",
    on_gpu=False,
    dtype="float32",
    bfloat16=False,
    preferred=4,
    allowed=4,
    quota=None,
    crowding=Crowding(4, 4, 4.0),
    attentions=(TriedAttention(Attention.SDPA, ""), TriedAttention(Attention.EAGER, "")),
    flash_attention="not installed",
    loss="",
)


class MemoryEngineProbe(EngineProbe):
    """A sound engine on four idle cores, but for the facts that are given."""

    def __init__(self, broken: str = "", **facts: Any) -> None:
        self._broken, self._facts = broken, replace(_SOUND, **facts)

    def facts(self) -> EngineFacts:
        """Give the facts."""
        if self._broken:
            raise BrokenEngineError(self._broken)
        return self._facts
