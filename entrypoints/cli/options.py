"""Commands and groups that take guild's global options, before or after the command."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from click.exceptions import NoSuchCommand, NoSuchOption

from domain.errors import ExitStatus, GuildError
from domain.text import printable
from entrypoints.cli.app import App
from entrypoints.cli.errors import show_error
from entrypoints.cli.terminated import Terminated, termination_noticed

Sections = Mapping[str, Mapping[str, tuple[str, str]]]

_EVERYWHERE: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (("-C", "--home"), {"metavar": "DIR", "help": "The hall to work in.  [env: GUILD_HOME]"}),
    (("--json",), {"is_flag": True, "help": "Machine-readable answer on stdout."}),
    (
        ("--color",),
        {"type": click.Choice(["auto", "always", "never"]), "help": "When to use colour."},
    ),
    (("-q", "--quiet"), {"is_flag": True, "help": "No progress."}),
    (("-v", "--verbose"), {"is_flag": True, "help": "Exact times."}),
)


def _remember(context: click.Context, option: click.Parameter, value: object) -> None:
    if not value or option.name is None:
        return
    setattr(context.ensure_object(App), option.name, value)
    if option.name == "color":
        context.color = {"always": True, "never": False}.get(str(value))


def _global_options() -> list[click.Parameter]:
    return [
        click.Option(names, expose_value=False, callback=_remember, default=None, **facts)
        for names, facts in _EVERYWHERE
    ]


_HELP = ["-h", "--help"]


class GuildCommand(click.Command):
    """A command that knows the global options and lists an example in its help."""

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.params = [*self.params, *_global_options()]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the line; for another trainer's flag name the setting that is meant."""
        try:
            return super().parse_args(ctx, args)
        except NoSuchOption as error:
            takes_settings = any("--set" in param.opts for param in self.params)
            if takes_settings and (meant := _meant(error.option_name)):
                said = f"{error.message} Did you mean {meant}?"
                raise NoSuchOption(error.option_name, said, ctx=ctx) from None
            raise

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        """Give both names, whatever context asks."""
        return _HELP


def _meant(option: str) -> str:
    from domain.settings.elsewhere import SETTINGS_ELSEWHERE
    from domain.settings.layers import flatten
    from domain.settings.settings import Settings
    from entrypoints.cli.settings_options import flag_for

    leaf = option.lstrip("-").replace("-", "_")
    known = {key.partition(".")[2]: key for key in flatten(Settings())}
    setting = SETTINGS_ELSEWHERE.get(leaf) or known.get(leaf)
    return flag_for(setting) if setting else ""


class GuildGroup(click.Group):
    """A group whose commands are GuildCommands."""

    command_class = GuildCommand

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.params = [*self.params, *_global_options()]

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        """Give both names, whatever context asks."""
        return _HELP


class RootGroup(GuildGroup):
    """The `guild` command itself: imports a command when it is used, and shows refusals.

    sections give, by heading and command, its module in this package and one line of help.
    """

    def __init__(self, *args: Any, sections: Sections, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.sections = sections
        self._modules = {
            name: module for group in sections.values() for name, (module, _) in group.items()
        }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names of all commands."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in self._modules:
            return None
        module = import_module(f"entrypoints.cli.{self._modules[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; suggest the nearest for a mistyped one."""
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as error:
            known = self.list_commands(ctx)
            raise NoSuchCommand(error.command_name, possibilities=known, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by heading, without importing them."""
        for heading, group in self.sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name, line) for name, (_, line) in group.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; show what it refuses."""
        try:
            with termination_noticed():
                return super().invoke(ctx)
        except GuildError as error:
            show_error(error, as_json=ctx.ensure_object(App).json)
            ctx.exit(error.exit_status)
        except Terminated:
            ctx.exit(ExitStatus.TERMINATED)
        except KeyboardInterrupt:
            ctx.exit(ExitStatus.INTERRUPTED)
        except BrokenPipeError:
            raise  # Whoever read has enough, as head does: click ends quietly.
        except (OSError, UnicodeError) as error:
            # Files and names of this machine, not a bug: a sentence, not a traceback.
            click.echo(f"error: {printable(str(error))}", err=True)
            ctx.exit(ExitStatus.UNEXPECTED)
