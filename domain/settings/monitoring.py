"""What is watched, and where previews are made."""

from dataclasses import dataclass
from enum import StrEnum

from domain.settings.setting import A_DAY, MOST, setting


class PreviewBackendName(StrEnum):
    """Who answers preview prompts: this machine or a server elsewhere."""

    LOCAL = "local"
    REMOTE_3090 = "remote_3090"


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """Status file and previews."""

    status_update_interval: float = setting(
        2.0, "Least time between two writes of training_status.json.", unit="s", ge=0, le=A_DAY
    )
    preview_backend: PreviewBackendName = setting(
        PreviewBackendName.LOCAL, "Where previews are made."
    )
    preview_max_tokens: int = setting(256, "Longest preview answer.", unit="tokens", ge=1, le=MOST)
    preview_temperature: float = setting(0.0, "Sampling temperature; 0 is greedy.", ge=0, le=2)
    preview_processors: bool = setting(
        True,
        "Let the profile's logits processors act in previews.",
    )
    remote_3090_host: str = setting("localhost", "Host of the preview server.")
    remote_3090_port: int = setting(8765, "Port of the preview server.", ge=1, le=65535)
    remote_3090_timeout: float = setting(
        30.0, "Longest wait for an answer.", unit="s", gt=0, le=A_DAY
    )
    remote_3090_model_id: str = setting(
        "", "Name of the model on the preview server; empty asks for the checkpoint's own."
    )
