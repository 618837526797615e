"""What of the machine a job may use."""

from dataclasses import dataclass

from domain.settings.setting import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Threads."""

    num_threads: int = setting(
        0, "Threads of arithmetic and tokenizer; 0: a core each that guild may use.", ge=0, le=1024
    )
