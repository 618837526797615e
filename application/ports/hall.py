"""The folder that guild works in: why there is none to work in."""

from domain.errors import ErrorCode, ExitStatus, GuildError


class HallMissingError(GuildError):
    """There is no hall here."""

    code = ErrorCode.HALL_MISSING
    exit_status = ExitStatus.NOT_FOUND

    def __init__(self, where: str) -> None:
        super().__init__(
            f"there is no hall at {where}",
            why="a hall is a folder with a guild.yaml",
            fix=("guild init DIR", "or name a hall with -C DIR or GUILD_HOME"),
        )


class HallExistsError(GuildError):
    """There is a hall already."""

    code = ErrorCode.HALL_EXISTS
    exit_status = ExitStatus.HELD

    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where} is a hall already", fix=(f"guild -C {where} status", "or name another folder")
        )


class HallUnsafeError(GuildError):
    """Others can change what is in the hall."""

    code = ErrorCode.HALL_UNSAFE

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"the hall at {where} is not safe", why=why, fix=(f"chmod 700 {where}",))


class DiskFullError(GuildError):
    """There is no room on disk to save a checkpoint."""

    code = ErrorCode.DISK_FULL
    exit_status = ExitStatus.TRY_AGAIN

    def __init__(self, needed: int, free: int, largest: tuple[str, ...]) -> None:
        super().__init__(
            f"no job is begun: a checkpoint needs {needed} bytes, and {free} bytes are free",
            why=f"the largest checkpoints are {'; '.join(largest)}" if largest else "",
            fix=("guild checkpoint prune --dry-run", "or make room otherwise: guild goes on then"),
        )
