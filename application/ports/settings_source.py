"""Where settings come from that people write."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.errors import ErrorCode, GuildError
from domain.settings.layers import Layer


class UnknownSettingError(GuildError):
    """No setting has this name."""

    code = ErrorCode.UNKNOWN_KEY

    def __init__(self, key: str, where: str, near: Sequence[str]) -> None:
        meant = f"did you mean {' or '.join(near)}?" if near else "guild config show lists all"
        super().__init__(f"there is no setting '{key}' ({where})", fix=(meant,))


class BadSettingError(GuildError):
    """A setting has a value that it cannot have."""

    code = ErrorCode.BAD_SETTING


class SettingsSource(Protocol):
    """Checked layers of settings.

    - a key that no section has is refused, with the nearest ones named;
    - a value of the wrong type, out of its range or not finite is refused, with key and place;
    - a value that looks like a secret is refused: settings end up in the log;
    - each value comes with its place;
    - what is kept is read back by project, and nothing else that the file says changes;
    - what is taken over is kept all together or not at all;
    - faults finds all that project and environment would refuse, not only the first.
    """

    @abstractmethod
    def project(self) -> Layer:
        """Give what the hall's own settings file says."""

    @abstractmethod
    def environment(self) -> Layer:
        """Give what GUILD_CONFIG__section__key variables say."""

    @abstractmethod
    def assignments(self, pairs: Sequence[str], origin: str) -> Layer:
        """Read 'section.key=value' texts, as they are typed on a command line."""

    @abstractmethod
    def keep(self, pair: str) -> str:
        """Write 'section.key=value' into the project's settings; give the difference as text."""

    @abstractmethod
    def take_over(self, pairs: Sequence[str]) -> str:
        """Write what another file said into the project's settings; give the difference."""

    @abstractmethod
    def faults(self) -> Sequence[GuildError]:
        """Give every refusal that the project's settings and the environment hold."""
