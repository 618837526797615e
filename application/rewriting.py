"""Profiles at work: what they refuse is a bad row, what breaks in them is told as theirs."""

from application.ports.profile_catalog import BrokenProfileError
from domain.conversation import Conversation, Role, RowError
from domain.profiles.profile import Profile
from domain.profiles.registry import BUILT_IN
from domain.rows import BadRow, Row


def rewritten(row: Row, profile: Profile, seed: int) -> Row | BadRow:
    """Let a profile rewrite a row, and say why where it cannot."""
    number, example = row
    if not isinstance(example, Conversation):
        if profile.own_thinking:
            return BadRow(number, f"profile {profile.name} rewrites turns, it has none")
        return row
    try:
        return number, _whole(profile.transform(example, number, seed))
    except RowError as error:
        return BadRow(number, str(error), example.messages[-1].content[:80])
    except Exception as error:
        if profile.name in BUILT_IN:
            raise  # a bug of guild is told as one
        raise BrokenProfileError(
            f"profile '{profile.name}' {profile.version} cannot rewrite row {number}",
            why=f"{type(error).__name__}: {error}",
            fix=("update the package that it is from, or choose another profile",),
        ) from error


def _whole(said: Conversation) -> Conversation:
    if not isinstance(said, Conversation):
        raise TypeError(f"it gives a {type(said).__name__}, no Conversation")
    if not said.messages or said.messages[-1].role is not Role.ASSISTANT:
        raise ValueError("the last turn is not the assistant's")
    return said
