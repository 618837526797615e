"""Which cause each refusal is, once a job has begun."""

import errno

from application.ports.dataset_source import ChangedDatasetError, DataLineError
from application.ports.model_loader import ChatTemplateError, ModelUnavailableError
from application.ports.profile_catalog import BrokenProfileError
from application.ports.settings_source import BadSettingError
from domain.architecture import ArchitectureMismatchError
from domain.checkpoint import BrokenCheckpointError
from domain.conversation import RowError
from domain.errors import GuildError, NotFoundError
from domain.receipts import LeakingPackError, NothingToLearnError, TooLongError
from domain.result import Cause, TrainingError
from domain.rows import BadRowsError

FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT})
_CAUSES: dict[type[GuildError], Cause] = {
    ArchitectureMismatchError: Cause.ARCHITECTURE_MISMATCH,
    BadRowsError: Cause.DATA_ERROR,
    BadSettingError: Cause.CONFIG_ERROR,
    BrokenProfileError: Cause.CONFIG_ERROR,
    BrokenCheckpointError: Cause.UNTRUSTED_CHECKPOINT,
    ChangedDatasetError: Cause.DATA_ERROR,
    ChatTemplateError: Cause.DATA_ERROR,
    DataLineError: Cause.DATA_ERROR,
    LeakingPackError: Cause.CONFIG_ERROR,
    ModelUnavailableError: Cause.INTERNAL_ERROR,
    NotFoundError: Cause.CONFIG_ERROR,
    NothingToLearnError: Cause.DATA_ERROR,
    RowError: Cause.DATA_ERROR,
    TooLongError: Cause.DATA_ERROR,
}


def message_of(error: Exception) -> str:
    """Give what, why and fix in one line."""
    what = str(error) or type(error).__name__
    if not isinstance(error, GuildError):
        return what
    why = f": {error.why}" if error.why else ""
    return "; ".join((f"{what}{why}", *error.fix))


def cause_of(error: Exception) -> Cause:
    """Give the cause; what nobody foresaw is an internal error."""
    if isinstance(error, TrainingError):
        return error.cause
    if isinstance(error, OSError) and error.errno in FULL_DISK:
        return Cause.DISK_FULL
    for kind in type(error).__mro__:
        if kind in _CAUSES:
            return _CAUSES[kind]
    return Cause.INTERNAL_ERROR
