"""Which profile rewrites the examples."""

from dataclasses import dataclass

from domain.settings.setting import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSettings:
    """Profile by name, and the system prompt that it adds."""

    name: str = setting("plain_sft", "Name of the profile.", flag="--profile")
    system_prompt: str = setting(
        "", "System prompt for rows that have none; empty adds none.", flag="--system-prompt"
    )
