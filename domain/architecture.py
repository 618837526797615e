"""What may never drift inside a campaign."""

from dataclasses import dataclass
from typing import Self

from domain.errors import ErrorCode, GuildError


class ArchitectureMismatchError(GuildError):
    """A model is not the one that the campaign was locked to."""

    code = ErrorCode.ARCHITECTURE

    def __init__(self, differences: tuple[str, ...], locked_by: str, found_in: str) -> None:
        places = f" (locked by {locked_by}, found in {found_in})" if locked_by else ""
        super().__init__(
            "the model is not the one that this campaign is locked to",
            why="; ".join(differences) + places,
            fix=("train with the model of the campaign", "or create a campaign for this model"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedArchitecture:
    """Base model, class, vocabulary and context of a hero, as a campaign recorded them."""

    base_model: str
    architecture: str
    vocab_size: int
    max_context: int
    model_version: str = "v1"

    def conflicts_with(self, other: Self) -> tuple[str, ...]:
        """List what differs; the context may shrink but not grow, the version is only recorded."""
        pairs = (
            ("base model", self.base_model, other.base_model),
            ("architecture", self.architecture, other.architecture),
            ("vocabulary", self.vocab_size, other.vocab_size),
        )
        found = [
            f"{what}: locked {mine}, found {theirs}"
            for what, mine, theirs in pairs
            if mine != theirs
        ]
        if other.max_context > self.max_context:
            found.append(f"context: locked {self.max_context}, found {other.max_context}")
        return tuple(found)

    def require(self, other: Self, *, locked_by: str = "", found_in: str = "") -> None:
        """Refuse a model that differs; say who locked it and where the other was found."""
        if differences := self.conflicts_with(other):
            raise ArchitectureMismatchError(differences, locked_by, found_in)
