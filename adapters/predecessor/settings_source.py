"""A predecessor's config.json as the project's settings, where they are not written yet."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.predecessor.files import OldFile, read
from application.ports.predecessor import PredecessorFileError
from application.ports.settings_source import (
    BadSettingError,
    SettingsSource,
    UnknownSettingError,
)
from application.translating import translated
from domain.errors import GuildError
from domain.settings.layers import Layer
from domain.settings.left_behind import Reason
from domain.settings.translation import Left, Taken

# The table knows what these keys come to: guild's default, or what another key says.
_UNDERSTOOD = frozenset({Reason.UNSET, Reason.OVERRULED})
_OF_A_MODEL = frozenset({"architectures", "model_type", "transformers_version"})


class PredecessorSettingsSource(SettingsSource):
    """Lets a predecessor's file speak for the project as long as own settings say nothing there.

    The file is only read; where both say something, neither is believed.
    """

    def __init__(self, own: SettingsSource, file: Path) -> None:
        self._own, self._file = own, file

    def project(self) -> Layer:
        """Give the project's own settings, or those of the old file."""
        layer = self._own.project()
        if not self._file.exists():
            return layer
        old = self._old()
        if layer.values:
            raise self._side_by_side()
        found = translated(old.leaves, self._own)
        if refusals := self._refusals(old, found.left):
            raise refusals[0]
        return self._layer(old, found.taken)

    def environment(self) -> Layer:
        """Give what the environment says."""
        return self._own.environment()

    def assignments(self, pairs: Sequence[str], origin: str) -> Layer:
        """Read 'section.key=value' texts."""
        return self._own.assignments(pairs, origin)

    def keep(self, pair: str) -> str:
        """Keep a value, unless it would stand beside those of the old file."""
        if self._file.exists():
            self._old()
            raise self._side_by_side() if self._says_something() else self._only_read()
        return self._own.keep(pair)

    def take_over(self, pairs: Sequence[str]) -> str:
        """Keep values, also beside an old file: that is where they may come from."""
        return self._own.take_over(pairs)

    def faults(self) -> Sequence[GuildError]:
        """Look at both files and at the environment."""
        return [*self._own.faults(), *self._faults()]

    def _faults(self) -> Iterator[GuildError]:
        if not self._file.exists():
            return
        try:
            old = self._old()
        except BadSettingError as error:
            yield error
            return
        if self._says_something():
            yield self._side_by_side()
        else:
            yield from self._refusals(old, translated(old.leaves, self._own).left)

    def _says_something(self) -> bool:
        try:
            return bool(self._own.project().values)
        except (BadSettingError, UnknownSettingError):
            return True

    def _old(self) -> OldFile:
        try:
            old = read(self._file)
        except PredecessorFileError as error:
            raise BadSettingError(str(error)) from error
        if found := sorted(_OF_A_MODEL & old.lines.keys()):
            raise BadSettingError(
                f"{self._file} describes a model and holds no settings",
                why=f"it has {', '.join(found)}",
                fix=("move the model into a folder of its own", "guild hero add ID --model FOLDER"),
            )
        return old

    def _layer(self, old: OldFile, taken: Sequence[Taken]) -> Layer:
        places = {each.key: self._place(old, each.old) for each in taken}
        return Layer("project file", {each.key: each.value for each in taken}, places)

    def _refusals(self, old: OldFile, left: Sequence[Left]) -> Sequence[BadSettingError]:
        return [
            self._refusal(each, self._place(old, each.old))
            for each in left
            if each.reason not in _UNDERSTOOD
        ]

    def _refusal(self, left: Left, place: str) -> BadSettingError:
        return BadSettingError(
            f"'{left.old}' cannot be translated ({place})",
            why=f"{left.reason}: {left.why}",
            fix=self._ways_out("take over what can be"),
        )

    def _side_by_side(self) -> BadSettingError:
        return BadSettingError(
            f"guild.yaml and {self._file} both say what the settings are",
            why="which of the two counts would be a guess",
            fix=self._ways_out("if guild.yaml does not say it yet"),
        )

    def _only_read(self) -> BadSettingError:
        return BadSettingError(
            f"the settings of this hall stand in {self._file}, which guild only reads",
            why="a predecessor's file is never changed, and nothing is set beside it",
            fix=self._ways_out("take them over into guild.yaml"),
        )

    def _ways_out(self, purpose: str) -> tuple[str, str]:
        return (
            f"{purpose}: guild config import {self._file} --write",
            f"then move it away: mv {self._file} {self._file}.old",
        )

    def _place(self, old: OldFile, key: str) -> str:
        return f"{self._file}:{old.lines[key]}"
