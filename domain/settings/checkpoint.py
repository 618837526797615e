"""How checkpoints are written, which are kept, and which becomes the head."""

from dataclasses import dataclass

from domain.settings.setting import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSettings:
    """Writing beside the training, budget of bytes, and the best of a job."""

    budget: float = setting(
        50.0, "Room for a campaign's checkpoints; 0 keeps all of them.", unit="GiB", ge=0, le=1e9
    )
    asynchronous: bool = setting(
        True, "Write while training goes on, where twice the state fits into free memory."
    )
    keep_best: bool = setting(False, "Go on from the best checkpoint of a job, not from its last.")
